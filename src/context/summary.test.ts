import { describe, expect, test } from "vitest";
import type { Snapshot } from "../conversation/snapshot.ts";
import type { FoundSignal } from "../qualify/scores.ts";
import { company, person } from "../../tests/support/cases.ts";
import { conversation, signal, type Turn } from "../../tests/support/talk.ts";
import { QUOTE_LIMIT, summarize } from "./summary.ts";
import { unsupported } from "./supported.ts";

const texts = (snapshot: Snapshot, signals: readonly FoundSignal[] = []): readonly string[] => {
  const summary = summarize(snapshot, signals);
  expect(unsupported(summary, snapshot)).toEqual([]);
  return summary.sentences.map((sentence) => sentence.text);
};

const ADA = person({ id: "1", email: null, name: "Ada Byron", plan: "Pro" });
const ACME = company({ id: null, domain: null });

describe("the three sentences", () => {
  test("say who with what, the signal in their words, and where it stands", () => {
    const talk = conversation(
      [
        [
          "customer",
          "Hi there!\nWe are 300 people and need SSO. What does the Enterprise plan cost? Thanks!",
        ],
        ["bot", "I can help with that. Type your question."],
        ["note", "big one, careful"],
        ["customer", "Our security team also wants a signed DPA before March."],
        ["teammate", "Hi Ada! I have sent you the offer by e-mail. Have a great day!", { author: "Kim" }],
      ],
      { contact: ADA, company: ACME },
    );
    expect(texts(talk, [signal(talk, 3, "signed DPA", 4), signal(talk, 0, "SSO", 9)])).toEqual([
      "Ada Byron of Acme (plan Pro) is asking: “We are 300 people and need SSO. What does the Enterprise plan cost?”",
      "The customer also writes: “Our security team also wants a signed DPA before March.”",
      "Kim answered: “I have sent you the offer by e-mail.”; Kim wrote last.",
    ]);
    expect(texts(talk, [signal(talk, 0, "SSO", 9)])).toEqual([
      "Ada Byron of Acme (plan Pro) is asking: “We are 300 people and need SSO. What does the Enterprise plan cost?”",
      "Kim answered: “I have sent you the offer by e-mail.”",
      "Kim wrote last.",
    ]);
  });

  test("bring out a signal that stands elsewhere than what the customer came with", () => {
    const talk = conversation([
      ["customer", "The export is broken, we need it fixed this week please."],
      ["customer", "We really tried. Nothing helped. Otherwise we cancel the contract."],
    ]);
    expect(texts(talk, [signal(talk, 1, "cancel the contract", -9)])).toEqual([
      "The customer is asking: “The export is broken, we need it fixed this week please.”",
      "The key signal in the customer's words: “Otherwise we cancel the contract.”",
      "No teammate has answered; the customer waits for an answer.",
    ]);
  });

  test("quote the sentences around, before and behind, while the quotation stays short", () => {
    const opening = (text: string, found: string): string | undefined => {
      const talk = conversation([["customer", text]]);
      return texts(talk, [signal(talk, 0, found, 9)])[0];
    };
    const long = `We have looked at ${"many other offers and ".repeat(9)}at yours.`;
    const before = "Our trial ends on Friday.";
    const wish = "Can we upgrade to the Enterprise plan with SSO for 300 seats?";
    expect(opening(`${before} ${wish}`, "SSO")).toBe(`The customer is asking: “${before} ${wish}”`);
    expect(opening(`${wish} ${long}`, "SSO")).toBe(`The customer is asking: “${wish}”`);
    expect(opening(`${long} ${wish}`, "SSO")).toBe(`The customer is asking: “${wish}”`);
  });

  test("open with the sentence of the signal rather than with small talk", () => {
    const talk = conversation([
      ["customer", "The calendar feed was empty this morning, it is back now."],
      ["customer", "We want to upgrade, can we get a quote for 30 seats?"],
    ]);
    expect(texts(talk, [signal(talk, 1, "upgrade")])[0]).toBe(
      "The customer is asking: “We want to upgrade, can we get a quote for 30 seats?”",
    );
  });

  test("quote of a long sentence only what the first sentence left out", () => {
    const talk = conversation([
      [
        "customer",
        `A few things before our call: does the quote include SSO, ${"what do you need from us, ".repeat(5)}and is there a security review document - thanks`,
      ],
    ]);
    const second = texts(talk, [signal(talk, 0, "SSO", 9), signal(talk, 0, "security review", 5)])[1];
    expect(second).toBe(
      "The customer also writes: “what do you need from us, and is there a security review document”.",
    );
    expect(texts(talk)[1]).toBe(second);
    const cut = summarize(talk, []).sentences[0]?.cites[0]?.end ?? 0;
    const across = { ...signal(talk, 0, "SSO", 5), start: cut - 5, end: cut + 5 };
    expect(texts(talk, [signal(talk, 0, "SSO", 9), signal(talk, 0, "thanks", 5)])[1]).toMatch(
      /document - thanks”\.$/,
    );
    expect(texts(talk, [signal(talk, 0, "SSO", 9), across])[1]).toMatch(/^The customer also writes: “…/);
  });

  test("tell what the customer made of the answer", () => {
    const talk: readonly Turn[] = [
      ["customer", "Why can I not open the store from my console?"],
      ["teammate", "Please try rebuilding the database."],
      ["customer", "I did, the screen stays on loading."],
    ];
    expect(texts(conversation(talk))).toEqual([
      "The customer is asking: “Why can I not open the store from my console?”",
      "The agent answered: “Please try rebuilding the database.”",
      "The customer waits for an answer: “I did, the screen stays on loading.”",
    ]);
    expect(texts(conversation([...talk, ["teammate", "Thanks!"]]))[2]).toBe(
      "The customer replied: “I did, the screen stays on loading.”; the agent wrote last.",
    );
  });

  test("tell a question of the teammate as one", () => {
    const talk = conversation([
      ["customer", "The app crashes on start."],
      ["teammate", "Hi! Which version of the app is it? ^KB", { author: "Kim" }],
    ]);
    expect(texts(talk)[1]).toBe("Kim asked: “Which version of the app is it?”");
  });

  test("without a signal tell what else the customer asks", () => {
    const talk = conversation([
      ["customer", "The export is broken since Monday."],
      ["customer", "Our team uses it daily. Also, can we get a refund for May?"],
      ["customer", "I wrote last week already about this."],
    ]);
    expect(texts(talk)).toEqual([
      "The customer is reporting that “The export is broken since Monday.”",
      "The customer also writes: “can we get a refund for May?”",
      "No teammate has answered; the customer waits for an answer.",
    ]);
  });

  test.for([
    ["a wish", "We would like to upgrade.", "is asking:"],
    ["a need", "Cheaper pricing matters to all of them.", "is asking:"],
    ["a question without its mark", "how many people fit into one team.", "is asking:"],
    ["a problem", "The export stopped on Monday.", "is reporting that"],
    ["a story", "Our office moved over the summer.", "writes:"],
  ] as const)("call %s what it is", ([, text, verb]) => {
    expect(texts(conversation([["customer", text]]))[0]).toBe(`The customer ${verb} “${text}”`);
  });
});

describe("with little to go by they stay honest", () => {
  test("a customer's silence rests on what the others wrote", () => {
    const talk = conversation([
      ["bot", ""],
      ["bot", "How can we help?"],
      ["teammate", "Are you still there?"],
    ]);
    const { sentences } = summarize(talk, []);
    expect(unsupported({ sentences }, talk)).toEqual([]);
    expect(sentences.map(({ text, cites }) => [text, cites.map(({ turn, end }) => [turn, end])])).toEqual([
      ["The customer has written no text so far.", [[1, 16]]],
      ["The agent asked: “Are you still there?”", [[2, 20]]],
      ["The agent wrote last.", [[2, 20]]],
    ]);
  });

  test("an empty conversation", () => {
    expect(texts(conversation([]))).toEqual([
      "The customer has written no text so far.",
      "No further request or question of the customer was found.",
      "No teammate has answered; nobody has written.",
    ]);
  });

  test("one greeting", () => {
    expect(texts(conversation([["customer", "Hello!"]]))).toEqual([
      "The customer writes: “Hello!”",
      "No further request or question of the customer was found.",
      "No teammate has answered; the customer waits for an answer.",
    ]);
  });

  test("only redacted, only spaces, only notes", () => {
    const talk = conversation([
      ["customer", "", { redacted: true }],
      ["customer", "  \n"],
      ["note", "call them"],
    ]);
    expect(texts(talk)[0]).toBe("The customer has written no text so far.");
    const { sentences } = summarize(conversation([["customer", "gone", { redacted: true }]]), []);
    expect(sentences.map(({ cites }) => cites.map(({ end }) => end))).toEqual([[], [], [0]]);
  });

  test("an answer that cannot be shown is not denied", () => {
    const talk = conversation([
      ["customer", "Which card do I pay with?"],
      ["teammate", "4242 4242 4242 4242"],
    ]);
    expect(texts(talk).slice(1)).toEqual([
      "No further request or question of the customer was found.",
      "The agent wrote last.",
    ]);
  });

  test("only a secret", () => {
    expect(texts(conversation([["customer", "4242 4242 4242 4242\nok"]]))[0]).toBe(
      "The customer writes: “ok”.",
    );
  });

  test("only a bot, only a polite teammate", () => {
    const ask: Turn = ["customer", "Where is the invoice?"];
    expect(texts(conversation([ask, ["bot", "You can find invoices under Billing."]])).slice(1)).toEqual([
      "Only the bot answered: “You can find invoices under Billing.”",
      "The bot wrote last.",
    ]);
    expect(texts(conversation([ask, ["teammate", "You're welcome!"]])).slice(1)).toEqual([
      "The agent answered: “You're welcome!”",
      "The agent wrote last.",
    ]);
  });

  test("a secret is not quoted, the words beside it are", () => {
    const talk = conversation([
      ["customer", "Why does my card 4242 4242 4242 4242 fail at the checkout every time"],
    ]);
    expect(texts(talk)[0]).toBe("The customer is reporting that “fail at the checkout every time”.");
  });

  test("control characters, overrides and half characters are not quoted", () => {
    const talk = conversation([["customer", "We need \u202eSSO for 😀 our\ud83d whole company please"]]);
    expect(texts(talk)[0]).toBe("The customer is asking: “whole company please”.");
  });
});

describe("where it stands", () => {
  const asked: Turn = ["customer", "Where is the invoice?"];
  const told: Turn = ["teammate", "You can find it under Billing."];
  test.for([
    ["closed", [asked, told], {}, "The agent wrote last and the conversation is closed."],
    ["snoozed", [asked, told], {}, "The agent wrote last and the conversation is snoozed."],
    ["open", [asked, told], {}, "The agent wrote last."],
    ["open", [told, asked], {}, "The customer waits for an answer."],
    [
      "open",
      [asked, told, ["customer", "Great, thanks! 👍"]],
      {},
      "The customer's last message asks nothing more.",
    ],
    [
      "open",
      [asked, told, ["customer", "Thanks!"], ["customer", "But it is still not there."]],
      {},
      "The customer waits for an answer: “But it is still not there.”",
    ],
    [
      "open",
      [asked, told, ["customer", "", { attachments: ["shot.png"] }]],
      {},
      "The customer waits for an answer.",
    ],
    ["open", [asked, told, ["customer", "", { redacted: true }]], {}, "The customer waits for an answer."],
    ["open", [asked, told, ["customer", "Anyone?"]], {}, "The customer waits for an answer."],
    ["unknown", [told, asked], {}, "The customer wrote last."],
    ["unknown", [told, ["unknown", "x"]], {}, "Somebody else wrote last."],
    ["open", [asked, told], { deleted: true }, "The conversation was deleted in Intercom."],
  ] as const)("%s", ([state, turns, over, end]) => {
    const [, second, third] = texts(conversation(turns as readonly Turn[], { state, ...over }));
    expect([second, third]).toEqual(["The agent answered: “You can find it under Billing.”", end]);
  });

  test.for([
    ["that worked", true],
    ["ah nice", true],
    ["oh yes, it works now 🎉", true],
    ["Gefunden, danke.", true],
    ["kiosk mode it is, cheers", true],
    ["firefox, newest", false],
    ["it worked not", false],
    ["please send me the invoice, thanks", false],
    ["that worked?", false],
  ] as const)("after the answer “%s” asks nothing more: %s", ([text, content]) => {
    const third = texts(conversation([asked, told, ["customer", text]]))[2];
    expect(third?.startsWith("The customer's last message asks nothing more")).toBe(content);
  });
});

test("a state that nobody knows is a fault of the program", () => {
  expect(() => summarize(conversation([], { state: "lost" as never }), [])).toThrow("unhandled case");
});

describe("who it is", () => {
  test.for([
    ["the author's name", {}, "Bo", "Bo"],
    [
      "the company's domain",
      { company: { ...ACME, name: null, domain: "acme.com" } },
      null,
      "The customer of acme.com",
    ],
    ["the company's plan", { company: { ...ACME, plan: "Team" } }, null, "The customer of Acme (plan Team)"],
    ["a name that plays a quotation", { contact: { ...ADA, plan: null, name: "“CEO”\n…" } }, null, "CEO"],
    [
      "a name longer than a line",
      { contact: { ...ADA, plan: null, name: "n".repeat(90) } },
      null,
      "n".repeat(60),
    ],
  ] as const)("%s", ([, over, author, who]) => {
    const talk = conversation([["customer", "We moved our office.", { author }]], over);
    expect(texts(talk)[0]).toBe(`${who} writes: “We moved our office.”`);
  });
});

describe("a long sentence is cut at a word", () => {
  const long = `We ${"really ".repeat(60)}need help with SSO and ${"truly ".repeat(60)}soon.`;

  test("from its start, and what was cut can come second", () => {
    const talk = conversation([["customer", long]]);
    const [first, second] = texts(talk);
    expect(first).toMatch(/^The customer writes: “We (really )+really…”$/);
    expect(second).toMatch(/^The customer also writes: “really [^”]*…”$/);
    expect(first?.length).toBeLessThan(QUOTE_LIMIT + 40);
  });

  test("and where there is one at a clause", () => {
    const clauses = `We ${"really ".repeat(15)}need help, as you know, with ${"many ".repeat(30)}things.`;
    expect(texts(conversation([["customer", clauses]]))[0]).toMatch(/need help, as you know…”$/);
  });

  test("around the signal when there is one", () => {
    const talk = conversation([["customer", long]]);
    expect(texts(talk, [signal(talk, 0, "SSO")])[1]).toMatch(/: “…really [^”]*SSO[^”]*…”$/);
  });

  test("and a signal of one endless word is still shown from its start", () => {
    const talk = conversation([["customer", "x".repeat(600)]]);
    expect(texts(talk, [{ ...signal(talk, 0, "x"), start: 300, end: 310 }])[1]).toMatch(/“…x{180}…”$/);
  });

  test("a signal at the end of one is shown to the end", () => {
    const talk = conversation([["customer", `We ${"really ".repeat(60)}need SSO`]]);
    expect(texts(talk, [signal(talk, 0, "SSO")])[1]).toMatch(/“…really [^”]*need SSO”\.$/);
  });
});

describe("signals that cannot be quoted are passed over", () => {
  const talk = conversation([
    ["customer", "We want a demo for AKIAIOSFODNN7EXAMPLE\nplease"],
    ["teammate", "You can book a demo here."],
  ]);
  test.for([
    ["a tag", { kind: "tag", turn: undefined, start: undefined, end: undefined }],
    ["one that counts nothing", { points: 0, turn: 0, start: 46, end: 52 }],
    ["no end", { end: undefined }],
    ["no start", { start: undefined }],
    ["a teammate's words", { turn: 1 }],
    ["a message that is not there", { turn: 9 }],
    ["a place outside the message", { end: 999 }],
    ["an empty place", { start: 4, end: 4 }],
    ["a secret", { start: 19, end: 39 }],
  ] as const)("%s", ([, over]) => {
    expect(texts(talk, [{ ...signal(talk, 0, "demo"), ...over }])[1]).toBe(
      "The agent answered: “You can book a demo here.”",
    );
  });

  test("a weaker one does not displace the stronger", () => {
    const two = conversation([
      ["customer", "Where is my invoice?"],
      ["customer", "Where is my invoice for May?"],
      ["customer", "We want a demo."],
      ["customer", "We cancel today."],
    ]);
    const signals = [signal(two, 2, "demo", 3), signal(two, 3, "cancel", -8)];
    expect(texts(two, signals)[1]).toBe("The key signal in the customer's words: “We cancel today.”");
    expect(texts(talk, [signal(talk, 0, "demo", -8), signal(talk, 0, "please", 3)])[1]).toContain(
      "a demo here",
    );
  });

  test("a signal across a line break is quoted up to the break, one between sentences alone", () => {
    expect(texts(talk, [signal(talk, 0, "want a demo")])[0]).toContain("“We want a demo for”");
    const quotedMail = conversation([["customer", "> we want a demo\nyes"]]);
    expect(texts(quotedMail, [signal(quotedMail, 0, "want a demo")])[1]).toContain("“want a demo”");
    const card = conversation([["customer", "Yes card 4242424242424242 now SSO"]]);
    expect(texts(card, [signal(card, 0, "SSO"), signal(card, 0, "card")])[0]).toContain("“Yes card”");
    expect(texts(card, [signal(card, 0, "SSO")])[1]).toContain("“SSO”");
  });
});
