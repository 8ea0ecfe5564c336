import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import type { CrmView } from "./crm.ts";
import { bestMatch, openLead, openOpportunity, situationOf } from "./situation.ts";

function viewOf(crm: Record<string, unknown>): CrmView {
  const view = evidenceOfRow(rowSchema.parse({ id: 1, text: "", crm }), 0).crm;
  if (view === null) throw new Error("the row has a crm");
  return view;
}

describe("where a person stands", () => {
  const open = { id: "open", stage: "Qualification" };
  const won = { id: "won", isClosed: true, isWon: true };
  const lost = { id: "lost", isClosed: true };
  const contacts = [{}];
  test.for([
    ["nobody known", {}, "unknown"],
    ["a lead that was converted", { leads: [{ convertedContactId: "3" }] }, "unknown"],
    ["an open lead", { leads: [{ convertedContactId: "3" }, {}] }, "open-lead"],
    ["a contact, whatever leads there are", { leads: [{}], contacts }, "contact"],
    ["a contact who lost interest once", { contacts, opportunities: [lost] }, "contact"],
    ["a customer", { contacts, opportunities: [lost, won] }, "customer"],
    ["a customer with an open opportunity", { contacts, opportunities: [won, open] }, "open-opportunity"],
  ] as const)("%s", ([, crm, situation]) => {
    expect(situationOf(viewOf(crm))).toBe(situation);
  });

  test("the open opportunity is the one with the latest activity, else the first", () => {
    const older = { id: "older", lastActivityAt: 1_700_000_000 };
    const newer = { id: "newer", lastActivityAt: 1_760_000_000 };
    expect(openOpportunity(viewOf({ opportunities: [won, open, older, newer] }))?.id).toBe("newer");
    expect(openOpportunity(viewOf({ opportunities: [newer, older, open] }))?.id).toBe("newer");
    expect(openOpportunity(viewOf({ opportunities: [open, { id: "second" }] }))?.id).toBe("open");
    expect(openOpportunity(viewOf({ opportunities: [won] }))).toBeNull();
  });

  test("the open lead is the first that was not converted", () => {
    expect(openLead(viewOf({ leads: [{ id: "a", convertedContactId: "3" }, { id: "b" }] }))?.id).toBe("b");
    expect(openLead(viewOf({}))).toBeNull();
  });

  test("what led to the account explains the match, else what led to the contact or the lead", () => {
    const match = (by: string) => ({ match: { by } });
    expect(bestMatch(viewOf({ accounts: [match("domain")], contacts: [match("contact")] }))?.by).toBe(
      "domain",
    );
    expect(bestMatch(viewOf({ accounts: [{}], contacts: [match("contact")] }))?.by).toBe("contact");
    expect(bestMatch(viewOf({ leads: [match("lead")] }))?.by).toBe("lead");
    expect(bestMatch(viewOf({}))).toBeNull();
  });
});
