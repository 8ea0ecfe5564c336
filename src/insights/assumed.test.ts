import { expect, test } from "vitest";
import { policy } from "../../tests/support/cases.ts";
import { assumedBy } from "./assumed.ts";

const routing = {
  pools: { inbound: { members: [{ user: "Pia@us.example" }] } },
  territories: [
    {
      id: "a",
      when: { field: "company.country", operator: "=", value: "DE" },
      owner: { user: "tia@us.example" },
    },
    { id: "b", when: { field: "company.country", operator: "=", value: "FR" }, owner: { queue: "France" } },
    { id: "c", when: { field: "company.country", operator: "=", value: "IT" }, owner: { pool: "inbound" } },
  ],
  lists: { named: { "acme.example": "lia@us.example" } },
  routes: { default: [{ user: "sam@us.example" }, { queue: "Inbound" }, { pool: "inbound" }] },
};

test("whoever a draft names anywhere is assumed, and can take anything", () => {
  const { users, queues } = assumedBy(policy({ routing }), null);
  expect(users.map(({ email }) => email)).toEqual([
    "pia@us.example",
    "lia@us.example",
    "tia@us.example",
    "sam@us.example",
  ]);
  expect(users.every(({ active }) => active)).toBe(true);
  expect(queues).toEqual([
    { id: "France", name: "France", objects: ["Lead", "Opportunity", "Task"] },
    { id: "Inbound", name: "Inbound", objects: ["Lead", "Opportunity", "Task"] },
  ]);
});

test("whom the policy of that time named was looked up then, and is not assumed", () => {
  expect(assumedBy(policy({ routing }), policy({ routing }))).toEqual({ users: [], queues: [] });
  expect(assumedBy(policy({ routing }), policy()).users.map(({ email }) => email)).not.toContain(
    "sam@us.example",
  );
});
