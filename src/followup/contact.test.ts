import { describe, expect, test } from "vitest";
import { message, NOON, snapshot } from "../../tests/support/cases.ts";
import type { CrmTouch } from "../handoff/ports.ts";
import {
  type Contact,
  contactFor,
  contactsIn,
  contactText,
  type Party,
  partiesOf,
  type Seen,
} from "./contact.ts";

const OWNER: Party = { as: "owner", crmId: "005ana", email: "Ana@us.example" };
const CSM: Party = { as: "csm", crmId: "005chen", email: "chen@us.example" };
const TEAMMATES = [
  { id: "7", name: "Ana", emails: ["ana@us.example", "ana@old.example"] },
  { id: "8", name: "Chen", emails: ["chen@us.example"] },
  { id: "9", name: "Support", emails: [] },
];

const said = (authorId: string | null, over: object = {}) =>
  message({ role: "teammate", author: "Somebody", authorId, text: "hello", at: NOON + 5_000, ...over });

const touch = (over: Partial<CrmTouch> = {}): CrmTouch => ({
  kind: "task",
  what: 'completed the Task "Call"',
  at: NOON + 9_000,
  by: { id: "005ana", name: "Ana", email: null },
  ...over,
});

const seen = (over: Partial<Seen> = {}): readonly Contact[] =>
  contactsIn({
    parties: [OWNER, CSM],
    teammates: TEAMMATES,
    snapshot: snapshot(),
    touches: { touches: [], owner: null },
    claims: [],
    since: NOON + 500,
    ownAnswers: [],
    ...over,
  });

describe("who has been in touch", () => {
  test("is read from answers and from work, the earliest first, with what was seen", () => {
    const contacts = seen({
      snapshot: snapshot({ messages: [said("8")] }),
      touches: { touches: [touch({ at: NOON + 1_000 })], owner: null },
    });
    expect(contacts.map(contactText)).toEqual([
      `Ana completed the Task "Call" in Salesforce at ${new Date(NOON + 1_000).toISOString()}`,
      `Somebody answered in Intercom at ${new Date(NOON + 5_000).toISOString()}`,
    ]);
    expect(contacts.map(({ as }) => as)).toEqual([["owner"], ["csm"]]);
  });

  test.for([
    ["words of a bot", said("7", { role: "bot" })],
    ["an internal note", said("7", { role: "note" })],
    ["an answer before", said("7", { at: NOON - 1_000 })],
    ["an answer without a time", said("7", { at: null })],
    ["a teammate nobody knows", said("12")],
    ["a teammate whom it does not concern", said("9")],
    ["Baton's own answer", said("7", { text: " Thank\n you " })],
  ] as const)("leaves out %s", ([, one]) => {
    expect(seen({ snapshot: snapshot({ messages: [one] }), ownAnswers: ["Thank you"] })).toEqual([]);
  });

  test("counts an answer within the second of the signal: Intercom keeps no finer time", () => {
    expect(seen({ snapshot: snapshot({ messages: [said("7", { at: NOON })] }) })).toHaveLength(1);
  });

  test("links work by address where the id is another, and leaves out strangers and what came before", () => {
    const by = { id: "005x", name: null, email: "CHEN@us.example" };
    const touches = [
      touch({ by }),
      touch({ by: { id: "005y", name: null, email: null } }),
      touch({ at: NOON - 2_000 }),
    ];
    const contacts = seen({ touches: { touches, owner: null } });
    expect(contacts).toMatchObject([{ as: ["csm"], who: "CHEN@us.example" }]);
  });

  test("counts whoever owns the record by now as owner", () => {
    const owner = { id: "005new", name: "New", email: "new@us.example", active: true };
    const touches = [touch({ by: { id: "005new", name: null, email: null } })];
    expect(seen({ touches: { touches, owner } })).toMatchObject([{ as: ["owner"], who: "005new" }]);
  });

  test("knows that one person may be several things", () => {
    const both = seen({
      parties: [OWNER, { ...OWNER, as: "csm" }, { ...OWNER, as: "owner" }],
      touches: { touches: [touch()], owner: null },
    });
    expect(both).toMatchObject([{ as: ["owner", "csm"] }]);
    expect(contactFor("contactedBy.csm", both)).toEqual(both[0]);
  });
});

test("a timer waits for the contact it names", () => {
  const contact = (as: Party["as"]): Contact => ({ as: [as], who: as, what: "called", at: NOON });
  const [told, csm, owner] = [contact("told"), contact("csm"), contact("owner")];
  expect(contactFor("contacted", [told, csm])).toEqual(told);
  expect(contactFor("contactedBy.csm", [told, owner, csm])).toEqual(csm);
  expect(contactFor("contactedBy.owner", [told, csm, owner])).toEqual(owner);
  expect(contactFor("contactedBy.owner", [told, csm])).toBeNull();
  expect(contactFor("contacted", [])).toBeNull();
});

test("a handoff concerns its owner, the account's CSM and whom it tells by name", () => {
  const csm = { id: "005chen", name: "Chen", email: null, active: true };
  const account = { id: "001", name: null, owner: csm, csm } as const;
  const crm = { leads: [], contacts: [], accounts: [account], opportunities: [] } as never;
  const words = { text: null, with: [] };
  const told = [
    { kind: "slack-channel", channel: "#churn", ...words },
    { kind: "slack-user", email: "lee@us.example", as: "owner", ...words },
    { kind: "email", email: "kim@us.example", as: "owner", ...words },
    { kind: "nobody", as: "owner", reason: "none" },
  ] as const;
  const owner = { kind: "user", id: "005ana", email: null, name: null } as const;
  expect(partiesOf(owner, told, crm)).toEqual([
    { as: "owner", crmId: "005ana", email: null },
    { as: "csm", crmId: "005chen", email: null },
    { as: "told", crmId: null, email: "lee@us.example" },
    { as: "told", crmId: null, email: "kim@us.example" },
  ]);
  expect(partiesOf({ kind: "queue", id: "00G", name: "Q" }, [], null)).toEqual([]);
});
