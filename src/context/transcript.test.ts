import { assert as holds, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, Role, Snapshot } from "../conversation/snapshot.ts";
import { plainTranscript, transcript, TRANSCRIPT_PART_LIMIT } from "./transcript.ts";

const AT = Date.UTC(2026, 0, 10, 6, 29, 21);

function message(text: string, over: Partial<Message> = {}): Message {
  return {
    id: "1",
    role: "customer",
    author: "Ada",
    authorId: "a",
    text,
    at: AT,
    redacted: false,
    attachments: [],
    ...over,
  };
}

function conversation(messages: readonly Message[], over: Partial<Snapshot> = {}): Snapshot {
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

const full = { depth: "full", internalNotes: false };

describe("the HTML of a conversation", () => {
  test("names who wrote when, and keeps line breaks", () => {
    const { parts, messages, omitted } = transcript(conversation([message("Hello\nwe need SSO")]), full);
    expect(parts).toEqual([
      "<p><b>Ada</b> (Customer) <i>2026-01-10 06:29 UTC</i><br>Hello<br>we need SSO</p>",
    ]);
    expect([messages, omitted]).toEqual([1, 0]);
  });

  test.for([
    ["a script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["a card", "4242424242424242", "[masked card number ending 4242]"],
    ["an override", "a\u202eb", "ab"],
  ] as const)("%s is text", ([, text, html]) => {
    expect(transcript(conversation([message(text)]), full).parts[0]).toContain(`<br>${html}</p>`);
  });

  test.for([
    ["customer", "Customer"],
    ["teammate", "Teammate"],
    ["bot", "Bot"],
    ["unknown", "Unknown author"],
    ["note", "Internal note"],
  ] as const)("a nameless %s is called %s, once", ([role, name]) => {
    const one = conversation([message("x", { role: role as Role, author: null, at: null })]);
    expect(transcript(one, { ...full, internalNotes: true }).parts[0]).toBe(`<p><b>${name}</b><br>x</p>`);
    expect(plainTranscript(one, { ...full, internalNotes: true })).toBe(`${name}\nx`);
  });

  test("a deleted message is shown as deleted, without its words and files", () => {
    const gone = message("secret", { redacted: true, attachments: ["a.pdf"] });
    const html = transcript(conversation([gone]), full).parts[0];
    expect(html).toContain("<i>[This message was deleted in Intercom.]</i></p>");
    expect(html).not.toMatch(/secret|a\.pdf/);
  });

  test("attachments stand by name, at most twenty", () => {
    const files = Array.from({ length: 22 }, (_, i) => `f${i}<.png`);
    const html = transcript(conversation([message("see", { attachments: files })]), full).parts[0];
    expect(html).toContain("<br><i>Attachment: f19&lt;.png</i><br><i>Attachment: 2 more</i></p>");
    expect(html).not.toContain("f20");
  });

  test("the cut at 500 parts is said aloud, and the conversation is linked", () => {
    const cut = conversation([message("x")], { truncated: true, url: "https://app.intercom.test/c?a=1&b=2" });
    expect(transcript(cut, full).parts[0]).toContain(
      '<p><a href="https://app.intercom.test/c?a=1&amp;b=2">Open in Intercom</a><br><i>Intercom gives at most the 500',
    );
    expect(plainTranscript(cut, full)).toMatch(/^Intercom gives at most the 500 newest parts/);
  });

  test.for(["javascript:alert(1)", 'https://x.test/"onclick="x', `https://x.test/${"a".repeat(600)}`])(
    "no link is made of %s",
    (url) => {
      expect(transcript(conversation([message("x")], { url }), full).parts[0]).not.toContain("<a");
    },
  );

  test("an instant outside the calendar shows no time", () => {
    expect(transcript(conversation([message("x", { at: 9e99 })]), full).parts[0]).toContain("<i></i>");
  });

  test("a name longer than a line is cut, and one of another direction is isolated", () => {
    const html = transcript(conversation([message("x", { author: "n".repeat(200) })]), full).parts[0];
    expect(html).toContain(`<b>${"n".repeat(80)}…</b>`);
    expect(transcript(conversation([message("x", { author: "עדה" })]), full).parts[0]).toContain(
      "\u2068עדה\u2069",
    );
  });

  test("nothing to show says so", () => {
    expect(transcript(conversation([]), full).parts).toEqual(["<p><i>No messages.</i></p>"]);
  });
});

test("a role that nobody knows is a fault of the program", () => {
  const odd = conversation([message("x", { role: "ghost" as never })]);
  expect(() => transcript(odd, full)).toThrow("unhandled case");
});

describe("how much of it", () => {
  const five = conversation([
    message("one"),
    message("two", { role: "note" }),
    message("three"),
    message("four"),
    message("five"),
  ]);
  test.for([
    ["full", false, undefined, 4, 1],
    ["full", true, undefined, 5, 0],
    ["last-2", false, undefined, 2, 3],
    ["last-N", false, 3, 3, 2],
    ["last-N", false, undefined, 4, 1],
    ["last-0", false, undefined, 0, 5],
    ["summary-only", true, undefined, 0, 5],
  ] as const)("%s, notes %s, limit %s", ([depth, internalNotes, limit, messages, omitted]) => {
    const found = transcript(five, { depth, internalNotes, limit });
    expect([found.messages, found.omitted]).toEqual([messages, omitted]);
    expect(found.parts.length).toBe(depth === "summary-only" ? 0 : 1);
  });

  test("what is left out is said, one or many", () => {
    expect(transcript(five, full).parts[0]).toContain("1 message is not shown.");
    expect(transcript(five, { ...full, depth: "last-1" }).parts[0]).toContain("4 messages are not shown.");
  });
});

describe("a long conversation", () => {
  test("comes in numbered parts that each fit, cut between messages", () => {
    const long = conversation(
      Array.from({ length: 300 }, (_, i) => message(`${i} ${"word & ".repeat(150)}`)),
    );
    const { parts } = transcript(long, full);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map((part) => /Part (\d+ of \d+)/.exec(part)?.[1])).toEqual(
      parts.map((_, i) => `${i + 1} of ${parts.length}`),
    );
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(TRANSCRIPT_PART_LIMIT);
      expect(part.match(/<p>/g)?.length).toBe(part.match(/<\/p>/g)?.length);
    }
  });

  test("loses no word of one message of a megabyte, whatever needs escaping", () => {
    const text = "<&> 漢字👩‍👩‍👧".repeat(60_000);
    const { parts } = transcript(conversation([message(text, { attachments: ["a.txt"] })]), full);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(TRANSCRIPT_PART_LIMIT);
    const words = parts
      .map((part) =>
        part.replace(/<p><b>Part[^]*?<\/p>/, "").replace(/^<p>[^]*?<br>|<br><i>Attach[^]*|<\/p>$/g, ""),
      )
      .join("");
    expect(words.replace(/&lt;&amp;&gt;/g, "<&>")).toBe(text.trim());
    expect(parts[1]).toContain("<i>(continued)</i>");
  });

  // oxlint-disable-next-line vitest/expect-expect -- the property asserts
  test("any words whatsoever become well-formed minimal HTML", () => {
    holds(
      property(string({ unit: "binary", maxLength: 400 }), string({ unit: "binary" }), (text, author) => {
        const html = transcript(conversation([message(text, { author })]), full).parts.join("");
        const tags = [...html.matchAll(/<[^>]*>/g)].map((tag) => tag[0]);
        return html.isWellFormed() && tags.every((tag) => /^<\/?(?:p|b|i|br)>$/.test(tag));
      }),
    );
  });
});

describe("as plain text", () => {
  test("shows the same in words", () => {
    const one = conversation([message("Hello", { attachments: ["a.pdf"] })]);
    expect(plainTranscript(one, full)).toBe(
      "Ada (Customer), 2026-01-10 06:29 UTC\nHello\n[Attachment: a.pdf]",
    );
  });

  test.for([
    ["words", "alpha beta ".repeat(5_000)],
    ["one endless word", "x".repeat(40_000)],
    ["emoji", "😀".repeat(40_000)],
    ["emoji at the other half", `x${"😀".repeat(40_000)}`],
  ] as const)("keeps the newest of %s within the limit and says so", ([, text]) => {
    const plain = plainTranscript(conversation([message(text)]), full);
    expect(plain.length).toBeLessThanOrEqual(32_000);
    expect(plain.length).toBeGreaterThan(31_000);
    expect(plain.startsWith("[Earlier text left out")).toBe(true);
    expect(plain.isWellFormed()).toBe(true);
  });

  test("a limit smaller than the notice still holds", () => {
    expect(plainTranscript(conversation([message("alpha beta gamma")]), full, 20)).toBe("Ada (Customer), ");
  });
});
