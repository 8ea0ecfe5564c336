import { expect, test } from "vitest";
import { may } from "./actor.ts";
import { ROLES, scopesOf } from "./roles.ts";
import { SCOPES } from "./scopes.ts";
import { actorOf } from "./users.ts";

test("each role may do what the one before it may, and more; an admin everything", () => {
  for (const [i, role] of ROLES.slice(1).entries()) {
    const before = scopesOf(ROLES[i] ?? "viewer");
    expect(scopesOf(role)).toEqual(expect.arrayContaining([...before]));
    expect(scopesOf(role).length).toBeGreaterThan(before.length);
  }
  expect(scopesOf("admin")).toEqual(SCOPES);
});

test("a role holds in its environment; what is everybody's needs a role in every one", () => {
  const editor = actorOf("eva", [
    { environment: "sandbox", role: "editor" },
    { environment: "production", role: "viewer" },
  ]);
  expect(may(editor, "policy:write", { environment: "sandbox" })).toBe(true);
  expect(may(editor, "policy:write", { environment: "production" })).toBe(false);
  expect(may(editor, "policy:read", { environment: "elsewhere" })).toBe(false);
  expect(may(editor, "policy:write", "any")).toBe(true);
  expect(may(editor, "policy:write", "every")).toBe(false);
  expect(may(actorOf("ada", [{ environment: null, role: "admin" }]), "users:write", "every")).toBe(true);
});
