import { expect, test } from "vitest";
import { policy } from "../../tests/support/cases.ts";
import { stickyQuestions } from "./sticky.ts";

const members = [{ user: "ana@us.example" }];
const given = policy({
  routing: {
    pools: {
      accounts: { members, sticky: "company" },
      people: { members, sticky: "person" },
      anybody: { members },
    },
    routes: { default: [{ user: "sam@us.example" }] },
  },
});

test("a pool asks for the last rep of the company, of the person, or of nobody", () => {
  const whose = { company: "acme.example", person: "bo@acme.example" };
  expect(stickyQuestions(["accounts", "people", "anybody"], given, whose)).toEqual([
    { pool: "accounts", company: "acme.example", person: null },
    { pool: "people", company: null, person: "bo@acme.example" },
  ]);
});
