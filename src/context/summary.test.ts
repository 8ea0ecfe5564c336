import { assert as holds, array, constantFrom, property, record, string } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, Role, Snapshot } from "../conversation/snapshot.ts";
import type { FoundSignal } from "../qualify/scores.ts";
import { QUOTE_LIMIT, summarize, type Summary } from "./summary.ts";
import { supported, unsupported } from "./supported.ts";

type Turn = readonly [role: Role, text: string, over?: Partial<Message>];

function conversation(turns: readonly Turn[], over: Partial<Snapshot> = {}): Snapshot {
  const messages = turns.map(([role, text, more], i) => ({
    id: `m${i}`,
    role,
    author: null,
    authorId: null,
    text,
    at: null,
    redacted: false,
    attachments: [],
    ...more,
  }));
  return {
    workspace: "w",
    conversation: "c",
    messages,
    truncated: false,
    contact: null,
    otherContacts: [],
    company: null,
    usage: [],
    tags: [],
    team: null,
    assigneeId: null,
    state: "open",
    deleted: false,
    url: null,
    createdAt: null,
    updatedAt: null,
    ...over,
  };
}

function signal(snapshot: Snapshot, turn: number, words: string, points = 5): FoundSignal {
  const start = snapshot.messages[turn]?.text.indexOf(words) ?? 0;
  return {
    signal: "s",
    label: "S",
    kind: "phrase",
    text: words,
    points,
    turn,
    message: `m${turn}`,
    start,
    end: start + words.length,
    at: null,
  };
}

const texts = (snapshot: Snapshot, signals: readonly FoundSignal[] = []): readonly string[] => {
  const summary = summarize(snapshot, signals);
  expect(unsupported(summary, snapshot)).toEqual([]);
  return summary.sentences.map((sentence) => sentence.text);
};

const ADA = {
  id: "1",
  externalId: null,
  role: "user",
  email: null,
  name: "Ada Byron",
  phone: null,
  plan: "Pro",
  tags: [],
  lastSeenAt: null,
  signedUpAt: null,
  score: null,
  attributes: {},
};

const ACME = {
  id: null,
  name: "Acme",
  domain: null,
  employees: null,
  plan: null,
  industry: null,
  country: null,
  state: null,
  annualRevenue: null,
  annualValue: null,
  customerSince: null,
  technology: [],
  attributes: {},
};

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
      "Ada Byron of Acme (plan Pro) asks: “We are 300 people and need SSO. What does the Enterprise plan cost?”",
      "The key signal in the customer's words: “We are 300 people and need SSO.”",
      "Kim answered: “I have sent you the offer by e-mail.”; the teammate wrote last and the conversation is open.",
    ]);
  });

  test("without a signal tell what else the customer asks", () => {
    const talk = conversation([
      ["customer", "The export is broken since Monday."],
      ["customer", "Our team uses it daily. Also, can we get a refund for May?"],
      ["customer", "I wrote last week already about this."],
    ]);
    expect(texts(talk)).toEqual([
      "The customer reports: “The export is broken since Monday.”",
      "The customer also writes: “Also, can we get a refund for May?”",
      "No teammate has answered; the customer wrote last and waits for an answer.",
    ]);
  });

  test.for([
    ["a wish", "We would like to upgrade.", "asks"],
    ["a story", "Our office moved over the summer.", "writes"],
  ] as const)("call %s what it is", ([, text, verb]) => {
    expect(texts(conversation([["customer", text]]))[0]).toBe(`The customer ${verb}: “${text}”`);
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
      ["No further request or question of the customer was found.", [[1, 16]]],
      [
        "The teammate answered: “Are you still there?”; the teammate wrote last and the conversation is open.",
        [[2, 20]],
      ],
    ]);
  });

  test("an empty conversation", () => {
    expect(texts(conversation([]))).toEqual([
      "The customer has written no text so far.",
      "No further request or question of the customer was found.",
      "No teammate has answered; nobody has written and the conversation is open.",
    ]);
  });

  test("one greeting", () => {
    expect(texts(conversation([["customer", "Hello!"]]))).toEqual([
      "The customer writes: “Hello!”",
      "No further request or question of the customer was found.",
      "No teammate has answered; the customer wrote last and waits for an answer.",
    ]);
  });

  test("only redacted, only spaces, only notes", () => {
    const talk = conversation([
      ["customer", "", { redacted: true }],
      ["customer", "  \n"],
      ["note", "call them"],
    ]);
    expect(texts(talk)[0]).toBe("The customer has written no text so far.");
  });

  test("only a secret", () => {
    expect(texts(conversation([["customer", "4242 4242 4242 4242\nok"]]))[0]).toBe(
      "The customer writes: “ok”.",
    );
  });

  test("only a bot, only a polite teammate", () => {
    const ask: Turn = ["customer", "Where is the invoice?"];
    expect(texts(conversation([ask, ["bot", "You can find invoices under Billing."]]))[2]).toBe(
      "Only the bot answered: “You can find invoices under Billing.”; the bot wrote last and the conversation is open.",
    );
    expect(texts(conversation([ask, ["teammate", "You're welcome!"]]))[2]).toBe(
      "The teammate answered: “You're welcome!”; the teammate wrote last and the conversation is open.",
    );
  });

  test("a secret is not quoted, the words beside it are", () => {
    const talk = conversation([
      ["customer", "Why does my card 4242 4242 4242 4242 fail at the checkout every time"],
    ]);
    expect(texts(talk)[0]).toBe("The customer reports: “fail at the checkout every time”.");
  });

  test("control characters, overrides and half characters are not quoted", () => {
    const talk = conversation([["customer", "We need \u202eSSO for 😀 our\ud83d whole company please"]]);
    expect(texts(talk)[0]).toBe("The customer asks: “whole company please”.");
  });
});

describe("where it stands", () => {
  const asked: Turn = ["customer", "Where is the invoice?"];
  const told: Turn = ["teammate", "You can find it under Billing."];
  test.for([
    ["closed", [asked, told], {}, "the teammate wrote last and the conversation is closed."],
    ["snoozed", [asked, told], {}, "the teammate wrote last and the conversation is snoozed."],
    ["open", [told, asked], {}, "the customer wrote last and waits for an answer."],
    [
      "open",
      [asked, told, ["customer", "Great, thanks! 👍"]],
      {},
      "the customer's last message asks nothing more.",
    ],
    [
      "open",
      [asked, told, ["customer", "Thanks!"], ["customer", "But it is not there."]],
      {},
      "the customer wrote last and waits for an answer.",
    ],
    [
      "open",
      [asked, told, ["customer", "", { attachments: ["shot.png"] }]],
      {},
      "the customer wrote last and waits for an answer.",
    ],
    [
      "open",
      [asked, told, ["customer", "", { redacted: true }]],
      {},
      "the customer wrote last and waits for an answer.",
    ],
    ["open", [asked, told, ["customer", "Anyone?"]], {}, "the customer wrote last and waits for an answer."],
    ["unknown", [told, asked], {}, "the customer wrote last."],
    ["unknown", [told, ["unknown", "x"]], {}, "somebody else wrote last."],
    ["open", [asked, told], { deleted: true }, "the conversation was deleted in Intercom."],
  ] as const)("%s", ([state, turns, over, end]) => {
    const sentence = texts(conversation(turns as readonly Turn[], { state, ...over }))[2];
    expect(sentence).toBe(`The teammate answered: “You can find it under Billing.”; ${end}`);
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
    expect(first).toMatch(/^The customer \w+: “We (really )+really…”$/);
    expect(second).toMatch(/^The customer also writes: “really [^”]*…”$/);
    expect(first?.length).toBeLessThan(QUOTE_LIMIT + 40);
  });

  test("around the signal when there is one", () => {
    const talk = conversation([["customer", long]]);
    expect(texts(talk, [signal(talk, 0, "SSO")])[1]).toMatch(/: “…really [^”]*SSO[^”]*…”$/);
  });

  test("and a signal of one endless word is still shown from its start", () => {
    const talk = conversation([["customer", "x".repeat(600)]]);
    expect(texts(talk, [{ ...signal(talk, 0, "x"), start: 300, end: 310 }])[1]).toMatch(/“…x{240}…”$/);
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
    ["no end", { end: undefined }],
    ["no start", { start: undefined }],
    ["a teammate's words", { turn: 1 }],
    ["a message that is not there", { turn: 9 }],
    ["a place outside the message", { end: 999 }],
    ["an empty place", { start: 4, end: 4 }],
    ["a secret", { start: 19, end: 39 }],
  ] as const)("%s", ([, over]) => {
    expect(texts(talk, [{ ...signal(talk, 0, "demo"), ...over }])[1]).toBe(
      "No further request or question of the customer was found.",
    );
  });

  test("a weaker one does not displace the stronger", () => {
    expect(texts(talk, [signal(talk, 0, "demo", -8), signal(talk, 0, "please", 3)])[1]).toContain(
      "a demo for",
    );
  });

  test("a signal across a line break is quoted up to the break, one between sentences alone", () => {
    expect(texts(talk, [signal(talk, 0, "want a demo")])[1]).toContain("“We want a demo for”");
    const quotedMail = conversation([["customer", "> we want a demo\nyes"]]);
    expect(texts(quotedMail, [signal(quotedMail, 0, "want a demo")])[1]).toContain("“want a demo”");
    const two = conversation([["customer", "Yes card 4242424242424242 now SSO"]]);
    expect(texts(two, [signal(two, 0, "SSO")])[1]).toContain("“SSO”");
    expect(texts(two, [signal(two, 0, "card")])[1]).toContain("“Yes card”");
  });
});

describe("the proof notices", () => {
  const talk = conversation([
    ["customer", "We need SSO. What does it cost?"],
    ["teammate", "You can have it for free."],
  ]);
  const good = summarize(talk, []);
  const first = good.sentences[0] ?? { text: "", cites: [] };
  const change = (index: number, text: string, cites = good.sentences[index]?.cites ?? []): Summary => ({
    sentences: good.sentences.map((sentence, i) => (i === index ? { text, cites } : sentence)),
  });
  const cite = first.cites[0] ?? { turn: 0, message: "", start: 0, end: 0 };
  test("nothing wrong with its own", () => {
    expect(supported(good, talk)).toBe(true);
  });

  test.for([
    ["an invented claim", change(0, first.text.replace("The customer", "The angry customer"))],
    ["a changed quotation", change(0, first.text.replace("need", "love"))],
    ["a quotation without a cite", change(0, first.text, [])],
    ["a cite of another message", change(0, first.text, [{ ...cite, message: "m1" }])],
    ["a cite of no message", change(0, first.text, [{ ...cite, turn: 7 }])],
    ["a cite outside its message", change(0, first.text, [{ ...cite, end: 999 }])],
    ["a cite before its message", change(0, first.text, [{ ...cite, start: -1 }])],
    ["a cite that ends before it starts", change(0, first.text, [{ ...cite, start: 5, end: 2 }])],
    ["another state", change(2, (good.sentences[2]?.text ?? "").replace("open", "closed"))],
    ["a fourth sentence", { sentences: [...good.sentences, first] }],
    ["a missing sentence", { sentences: good.sentences.slice(0, 2) }],
  ] as const)("%s", ([, summary]) => {
    expect(supported(summary, talk)).toBe(false);
  });

  test("words quoted from a message that was redacted since", () => {
    const since = conversation([["customer", "We need SSO. What does it cost?", { redacted: true }]]);
    expect(supported(good, since)).toBe(false);
  });
});

test("whatever is said, there are three supported sentences, the same each time", () => {
  const turn = record({
    role: constantFrom<Role>("customer", "teammate", "bot", "note", "unknown"),
    text: string({ unit: "grapheme" }),
  });
  holds(
    property(array(turn, { maxLength: 6 }), (turns) => {
      const talk = conversation(turns.map((one) => [one.role, one.text] as const));
      const summary = summarize(talk, []);
      expect(unsupported(summary, talk)).toEqual([]);
      expect(summarize(talk, [])).toEqual(summary);
    }),
  );
});
