import { describe, expect, test } from "vitest";
import type { Answer } from "../http/local-server.ts";
import { callsOf, connect, failureOf, refusal, workspace } from "./little-workspace.ts";

/** Answers by "METHOD /path" before the workspace's own. */
const answering = (answers: Readonly<Record<string, Answer>>) =>
  workspace((request) => answers[`${request.method} ${request.path.split("?")[0] ?? ""}`] ?? null);

const found = (...ids: readonly string[]): Answer => ({
  json: { type: "list", data: ids.map((id) => ({ type: "contact", id })), pages: { next: null } },
});
const ATTRIBUTES: Answer = { json: { type: "list", data: [{ name: "baton_nudge" }] } };
const PERSON: Answer = { json: { type: "contact", id: "p1" } };

describe("people by address", () => {
  test("every user and lead with it", async () => {
    await using server = await answering({ "POST /contacts/search": found("p1", "p2") });
    expect(await connect(server).contactsByEmail("ana@acme.example")).toEqual(["p1", "p2"]);
    expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({
      query: { field: "email", operator: "=", value: "ana@acme.example" },
    });
  });

  test("nobody", async () => {
    await using server = await answering({ "POST /contacts/search": found() });
    expect(await connect(server).contactsByEmail("x@y.example")).toEqual([]);
  });

  test("an odd body is worth another try", async () => {
    await using server = await answering({ "POST /contacts/search": { json: { data: [{}] } } });
    expect((await failureOf(connect(server).contactsByEmail("x@y.example"))).name).toBe("RetryableFailure");
  });
});

describe("taking a tag off", () => {
  test("one DELETE", async () => {
    await using server = await answering({
      "DELETE /contacts/p1/tags/t2": { json: { type: "tag", id: "t2", name: "trial" } },
    });
    await connect(server).untagContact("p1", "Trial");
    expect(callsOf(server)).toEqual(["GET /tags", "DELETE /contacts/p1/tags/t2"]);
  });

  test("a tag that the person or the workspace does not have is off already", async () => {
    await using server = await answering({ "DELETE /contacts/p1/tags/t2": refusal(404, "not_found") });
    const connection = connect(server);
    await connection.untagContact("p1", "trial");
    await connection.untagContact("p1", "nobody made this");
    expect(callsOf(server).filter((call) => call.startsWith("DELETE"))).toEqual([
      "DELETE /contacts/p1/tags/t2",
    ]);
  });

  test("any other refusal is told", async () => {
    await using server = await answering({ "DELETE /contacts/p1/tags/t2": refusal(403, "forbidden") });
    expect((await failureOf(connect(server).untagContact("p1", "trial"))).name).toBe("PermanentFailure");
  });
});

describe("attributes", () => {
  test("a known one is set at once, an unknown one is made first with the type of its value", async () => {
    const made: { name: string }[] = [];
    await using server = await workspace(({ method, path, body }) => {
      if (path.startsWith("/contacts/")) return PERSON;
      if (method === "POST") made.push(JSON.parse(body) as { name: string });
      return { json: { type: "list", data: [{ name: "baton_nudge" }, ...made] } };
    });
    const connection = connect(server);
    await connection.setContactAttributes("p1", { baton_nudge: "eligible" });
    await connection.setContactAttributes("p1", { seats: 3, share: 0.5, vip: true, note: "x" });
    await connection.setContactAttributes("p1", { seats: 4 });
    expect(made).toEqual([
      { name: "seats", model: "contact", data_type: "integer" },
      { name: "share", model: "contact", data_type: "float" },
      { name: "vip", model: "contact", data_type: "boolean" },
      { name: "note", model: "contact", data_type: "string" },
    ]);
    expect(JSON.parse(server.seen.at(-1)?.body ?? "")).toEqual({ custom_attributes: { seats: 4 } });
  });

  test("one that somebody else has just made is no fault", async () => {
    let isMade = false;
    await using server = await workspace(({ method, path }) => {
      if (path.startsWith("/contacts/")) return PERSON;
      if (method === "GET") return { json: { type: "list", data: isMade ? [{ name: "seats" }] : [] } };
      isMade = true;
      return refusal(400, "parameter_invalid");
    });
    await connect(server).setContactAttributes("p1", { seats: 3 });
    expect(callsOf(server).at(-1)).toBe("PUT /contacts/p1");
  });

  test.for<readonly [string, string, Answer]>([
    ["the list has an odd body", "GET /data_attributes", { json: {} }],
    ["making one meets an outage", "POST /data_attributes", { status: 503, json: {} }],
  ])("%s: worth another try", async ([, call, answer]) => {
    await using server = await answering({ "GET /data_attributes": ATTRIBUTES, [call]: answer });
    const failure = await failureOf(connect(server).setContactAttributes("p1", { seats: 3 }));
    expect(failure.name).toBe("RetryableFailure");
  });
});
