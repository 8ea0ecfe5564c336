import { expect, test } from "vitest";
import { message, NOON, snapshot } from "../../tests/support/cases.ts";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { labelRow } from "./label-row.ts";
import type { Reviewed } from "./votes.ts";

const item: Reviewed = {
  position: 3,
  conversation: "77",
  stratum: "handed off by inbound",
  kind: "handoff",
  recipe: "inbound",
  votes: [
    {
      reviewer: "ada",
      qualified: "yes",
      routed: "yes",
      complete: "no",
      note: "their phone is 555",
      meanings: [],
    },
  ],
};

test("a label is a line that is read as the conversation it was", () => {
  const messages = [
    message({ id: "1", text: "Pricing?", at: NOON }),
    message({ id: "2", role: "note", text: "call them", at: NOON + 1_000 }),
  ];
  const before = snapshot({ messages, tags: ["vip"], team: "sales" });
  const row = labelRow({ item, isRight: false, weight: 2.5 }, { snapshot: before, crm: null });
  expect(row).toMatchObject({ id: "77", label: "no", weight: 2.5, recipe: "inbound" });
  expect(JSON.stringify(row)).not.toMatch(/ada|555/);
  const { snapshot: after } = evidenceOfRow(rowSchema.parse(JSON.parse(JSON.stringify(row))), NOON);
  const { contact, company, tags, team } = before;
  expect(after).toMatchObject({ contact, company, tags, team });
  expect(after.messages.map(({ id, role, text, at }) => ({ id, role, text, at }))).toEqual(
    messages.map(({ id, role, text, at }) => ({ id, role, text, at })),
  );
});

test("right is a yes", () => {
  const row = labelRow({ item, isRight: true, weight: 1 }, { snapshot: snapshot({}), crm: null });
  expect(row["label"]).toBe("yes");
});
