import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { policySchema } from "../policy/schema.ts";
import { compile } from "./compile.ts";
import { findSignals } from "./find.ts";
import type { FoundSignal } from "./scores.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;

function policyOf(signals: Record<string, unknown>): ReturnType<typeof compile> {
  return compile(policySchema.parse({ format: "baton/policy@1", name: "test", signals, scores: {} }));
}

function found(signals: Record<string, unknown>, row: Record<string, unknown>): readonly FoundSignal[] {
  const evidence = evidenceOfRow(rowSchema.parse({ id: 1, ...row }), NOW);
  return findSignals(evidence, policyOf(signals), NOW).map((sighting) => sighting.found);
}

function texts(phrases: readonly string[], text: string): readonly string[] {
  const signals = found({ wish: { phrases } }, { text });
  for (const { text: words, start, end } of signals) expect(words).toBe(text.slice(start, end));
  return signals.map((signal) => signal.text);
}

describe("a phrase is found in each form people write it", () => {
  test.for([
    ["SSO", "is sso there?", ["sso"]],
    ["API", "two APIs", ["APIs"]],
    ["API", "apis and API's", ["apis", "API's"]],
    ["SSO", "SSOed", []],
    ["seat", "three seats", ["seats"]],
    ["add more seats", "add more seat", ["add more seat"]],
    ["add more seats", "adding more seats", ["adding more seats"]],
    ["cost per seat", "Cost\nper seat", ["Cost\nper seat"]],
    ["company", "companies", ["companies"]],
    ["API policies", "api policy", ["api policy"]],
    ["tax", "taxes", ["taxes"]],
    ["day", "days", ["days"]],
    ["quote", "quotes, quoted", ["quotes"]],
    [
      "cancel",
      "cancels cancelled canceled cancelling cancellation",
      ["cancels", "cancelled", "canceled", "cancelling", "cancellation"],
    ],
    ["upgrade", "upgrades upgraded upgrading", ["upgrades", "upgraded", "upgrading"]],
    ["try", "tried", ["tried"]],
    ["buy", "we bought", ["bought"]],
    ["talk to sales", "talking to sales", ["talking to sales"]],
    ["sales", "on sale", []],
    ["webhooks", "a webhook", ["webhook"]],
    ["process", "processes", ["processes"]],
    ["focus", "focu", []],
    ["analysis", "analysi", []],
    ["price is", "prices is", []],
    ["SOC 2", "SOC2", ["SOC2"]],
    ["SOC 2", "soc-2", ["soc-2"]],
    ["SOC2", "SOC 2", ["SOC 2"]],
    ["add-on", "add on, addon and add-ons", ["add on", "addon", "add-ons"]],
    ["rate limit", "rate-limit", ["rate-limit"]],
    ["rate limit", "ratelimit", []],
    ["cancel our subscription", "cancel my subscription", ["cancel my subscription"]],
    ["book a demo", "book the demo", ["book the demo"]],
    ["my", "our", []],
    ["node.js", "Node.js", ["Node.js"]],
    ["would be great if", "It would be great if", ["would be great if"]],
    ["enterprise", "enterprise's", ["enterprise's"]],
    ["it's time", "IT’S TIME", ["IT’S TIME"]],
    ["don't renew", "dont renew", ["dont renew"]],
    ["résumé", "RESUME and re\u0301sume\u0301", ["RESUME", "re\u0301sume\u0301"]],
    ["Straße", "STRASSE", ["STRASSE"]],
    ["istanbul", "İstanbul ıstanbul", ["İstanbul", "ıstanbul"]],
    ["enterprise", "ｅｎｔｅｒｐｒｉｓｅ", ["ｅｎｔｅｒｐｒｉｓｅ"]],
    ["enterprise", "enter\u00ADprise 😀enterprise👍", ["enter\u00ADprise", "enterprise"]],
    ["升级", "我想升级。", ["升级"]],
    ["𝐩𝐫𝐢𝐜𝐢𝐧𝐠", "𝐩𝐫𝐢𝐜𝐢𝐧𝐠 or pricing", ["𝐩𝐫𝐢𝐜𝐢𝐧𝐠", "pricing"]],
    ["SSO", "lessons", []],
    ["talk to sales", "talk, to sales", []],
    ["talk to sales", "talk to. Sales", []],
    ["talk to sales", "talk to\n\nsales", []],
    ["talk to sales", "“talk” to *sales*", ["talk” to *sales"]],
    ["!!!", "help!!!", []],
    ["toString", "constructor toString", ["toString"]],
    ["ownership", "o`clock ownership", ["ownership"]],
  ] as const)("%s in: %s", ([phrase, text, expected]) => {
    expect(texts([phrase], text)).toEqual(expected);
  });

  test("forms stay few, however many words can be bent", () => {
    expect(
      texts(["book a demo of the our my a an the plan"], "book a demo of the our my a an the plans"),
    ).toEqual([]);
    expect(
      texts(["book a demo of the our my a an the plan"], "book a demo of the our my a an the plan"),
    ).toHaveLength(1);
  });
});

describe("what is not the customer's own prose is passed over", () => {
  test.for([
    ["a quoted line", "> we want SSO\nthanks", []],
    ["a quoted line in a message of one line", "> we want SSO", []],
    ["a nested quote", "ok\n  >> SSO", []],
    ["what follows an attribution", "Thanks!\n\nOn Mon, 5 Jan 2026, Ann wrote:\nDo you want SSO?", []],
    [
      "an attribution on two lines",
      "Ok\nOn Mon, 5 Jan 2026 at 10:00, Support <help@example.com>\nwrote:\nSSO",
      [],
    ],
    ["a German attribution", "Gut.\nAm 5. Januar 2026 schrieb Anna:\nSSO", []],
    ["an answer below the quote", "On Mon, Ann wrote:\n> SSO?\n> SAML?\n\nSCIM please", ["SCIM"]],
    [
      "an answer below a quote with a long head",
      "On Mon, 5 Jan, Ann\nSmith wrote:\n\n> SSO?\nSCIM please",
      ["SCIM"],
    ],
    ["what I wrote myself", "On Monday I wrote:\nwe want SSO", ["SSO"]],
    ["a line that only starts like one", "On the enterprise plan\nSSO", ["enterprise", "SSO"]],
    ["the original message", "See below\n-----Original Message-----\nSSO", []],
    ["a forwarded message", "fyi\nBegin forwarded message:\nSSO", []],
    ["headers of a mail", "fyi\nFrom: Ann\nSent: Monday\nSubject: SSO", []],
    ["a word that only looks like a header", "From: the enterprise team, hello\nSSO", ["enterprise", "SSO"]],
    ["fenced code", "look\n```\nSSO = 1\n```\nSAML", ["SAML"]],
    ["fenced code that is never closed", "look\n```\nSSO = 1", []],
    ["inline code", "set `SSO` or ``SAML ` x`` now, SCIM", ["SCIM"]],
    ["a lone backtick", "it`s SSO", ["SSO"]],
    ["a lone backtick in a line before another", "a ` SSO\nb ` SAML", ["SSO", "SAML"]],
    ["a stack frame", "crash:\n    at enterprise (sso.js:1:2)\nSAML", ["SAML"]],
    [
      "a web address",
      "see https://example.com/enterprise and www.sso.com and example.com/saml SCIM",
      ["SCIM"],
    ],
    ["a mail address", "write to enterprise@example.com", []],
    ["a handle", "@enterprise SSO", ["SSO"]],
    ["a path", "in /usr/enterprise/x and C:\\enterprise", []],
    ["two wishes with a slash", "SSO/SAML or and/or enterprise @ work", ["SSO", "SAML", "enterprise"]],
    ["a signature behind two dashes", "SSO\n-- \nAnn\nEnterprise Corp", ["SSO"]],
    ["sent from", "SSO\nSent from my enterprise phone", ["SSO"]],
    [
      "a closing with name and title",
      "We want SSO.\n\nBest regards,\nAnn O'Neil\nHead of IT, Enterprise Corp\n+1 555 0100",
      ["SSO"],
    ],
    [
      "a closing with the name beside it",
      "SSO\nBest regards, Ann Smith\nHead of IT, Enterprise Corp",
      ["SSO"],
    ],
    ["thanks for something", "SSO\nThanks, Enterprise is what we want", ["SSO", "Enterprise"]],
    [
      "a closing before a quote",
      "SSO\nThanks,\nAnn\nEnterprise Corp\n\nOn Mon, 5 Jan, Bob wrote:\n> SAML",
      ["SSO"],
    ],
    ["a closing and a quoted end", "SSO\nCheers\nAnn van Dyk\nEnterprise\n> SAML", ["SSO"]],
    ["a closing with nothing behind", "SSO\nThanks", ["SSO"]],
    ["thanks that go on", "Thanks!\nplease add enterprise", ["enterprise"]],
    ["thanks, a name, and a question", "Thanks,\nAnn\ncan we have enterprise?", ["enterprise"]],
    ["thanks, a name, and a long line", `Thanks,\nAnn\nenterprise ${"x".repeat(90)}`, ["enterprise"]],
    ["thanks far above", `Thanks,\nAnn\n${"more\n".repeat(9)}enterprise`, ["enterprise"]],
    ["thanks above a very long line", `Thanks,\n${"x".repeat(400)}\nenterprise`, ["enterprise"]],
    ["two blocks that touch", "``` a https://x.example/enterprise ``` SSO", ["SSO"]],
    ["code over a quoted line", "a ```b\n> SSO ``` SAML", []],
  ] as const)("%s", ([, text, expected]) => {
    expect(texts(["enterprise", "SSO", "SAML", "SCIM"], text)).toEqual(expected);
  });
});

describe("which mention counts", () => {
  test("the longest of one signal's overlapping phrases wins", () => {
    expect(
      texts(
        ["upgrade", "how do I upgrade", "upgrade my plan right now"],
        "how do I upgrade my plan right now?",
      ),
    ).toEqual(["upgrade my plan right now"]);
    expect(texts(["upgrade", "how do I upgrade"], "How do I upgrade? upgrade")).toEqual([
      "How do I upgrade",
      "upgrade",
    ]);
  });

  test("two signals may share words", () => {
    const signals = found({ a: { phrases: ["SSO"] }, b: { phrases: ["SSO setup"] } }, { text: "SSO setup" });
    expect(signals.map(({ signal, text }) => [signal, text])).toEqual([
      ["a", "SSO"],
      ["b", "SSO setup"],
    ]);
  });

  test("a repeat is listed with 0 points, in whatever form", () => {
    const signals = found(
      { a: { phrases: ["cancel", "cancellation"], points: 5 } },
      { text: "cancel, cancelled! Cancellation" },
    );
    expect(signals.map(({ text, points }) => [text, points])).toEqual([
      ["cancel", 5],
      ["cancelled", 0],
      ["Cancellation", 0],
    ]);
  });

  test("what is over the cap gives the rest, then 0; also below zero", () => {
    const text = "SSO SAML SCIM";
    const phrases = ["SSO", "SAML", "SCIM"];
    expect(found({ a: { phrases, points: 10, cap: 15 } }, { text }).map((one) => one.points)).toEqual([
      10, 5, 0,
    ]);
    expect(found({ a: { phrases, points: -10, cap: -15 } }, { text }).map((one) => one.points)).toEqual([
      -10, -5, -0,
    ]);
  });

  test("only the customer's words that still stand count, with turn, message and time", () => {
    const turns = [
      { role: "agent", text: "SSO?" },
      { role: "bot", text: "SSO" },
      { role: "note", text: "SSO" },
      { role: "customer", text: "SSO", redacted: true },
      { role: "lead", text: "SSO!", at: NOW, id: 77 },
    ];
    expect(found({ a: { phrases: ["SSO"] } }, { turns })).toEqual([
      {
        signal: "a",
        label: "a",
        kind: "phrase",
        text: "SSO",
        points: 10,
        turn: 4,
        message: "77",
        start: 0,
        end: 3,
        at: NOW,
      },
    ]);
  });
});

describe("evidence beside the text", () => {
  test("tags of the conversation and the person, whatever their case, each once", () => {
    const row = { text: "hi", tags: ["Complaint", "other"], contact: { tags: ["complaint", "VIP "] } };
    const signals = found({ a: { tags: ["COMPLAINT", "vip"], points: 7 } }, row);
    expect(signals.map(({ kind, text, points }) => [kind, text, points])).toEqual([
      ["tag", "Complaint", 7],
      ["tag", "complaint", 0],
      ["tag", "VIP ", 7],
    ]);
    expect(found({ a: { tags: ["vip"] } }, { text: "hi" })).toEqual([]);
  });

  test("product usage within the window, told with its count and latest time", () => {
    const usage = { event: "feature_used", atLeast: 2, within: "7d" };
    const at = (days: number): object => ({ event: "Feature_Used", at: NOW - days * DAY_MS });
    const signals = found(
      { a: { usage } },
      { text: "hi", usage: [at(1), at(2), at(7), at(-1), { event: "other" }] },
    );
    expect(signals).toMatchObject([
      { kind: "usage", text: "feature_used 2 times within 7d", at: NOW - DAY_MS },
    ]);
    expect(found({ a: { usage } }, { text: "hi", usage: [at(1), at(8)] })).toEqual([]);
  });

  test("an attribute condition, when it is certain", () => {
    const attribute = { field: "contact.plan", operator: "=", value: "trial" };
    const signals = { a: { label: "On trial", attribute } };
    expect(found(signals, { text: "hi", contact: { plan: "Trial" } })).toMatchObject([
      { kind: "attribute", text: "On trial" },
    ]);
    expect(found(signals, { text: "hi" })).toEqual([]);
  });

  test("examples are silent without an encoder", () => {
    expect(found({ a: { examples: ["we want SSO"] } }, { text: "we want SSO" })).toEqual([]);
  });
});
