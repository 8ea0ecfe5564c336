import {
  assert as holds,
  anything,
  array,
  constant,
  constantFrom,
  oneof,
  property,
  record,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { lastPartId, partsOf } from "./parts.ts";

const customer = { type: "lead", id: "c1", name: null, email: "" };

describe("one message in every flavour", () => {
  const expected = {
    id: "9",
    role: "customer",
    authorId: "c1",
    authorName: null,
    bodyText: "We want\n\nto upgrade",
    at: 1_768_031_793_000,
    redacted: false,
    attachments: [],
    partType: "source",
  };
  test.for([
    [
      "before 2.5",
      {
        created_at: 1_768_031_793,
        conversation_message: { id: 9, body: "<p>We want</p><p>to upgrade</p>", author: customer },
      },
    ],
    [
      "from 2.5 on",
      {
        created_at: 1_768_031_793,
        source: { id: "9", body: "<p>We want</p>\n<p>to upgrade</p>", subject: "", author: customer },
      },
    ],
    [
      "from 2.15 on",
      {
        created_at: "2026-01-10T07:56:33Z",
        source: { id: "9", body: "We want\n\nto upgrade", author: customer },
      },
    ],
  ] as const)("%s", ([, item]) => {
    expect(partsOf(item)).toEqual([expected]);
  });
});

test("the first message stands before the parts, and a part that repeats it is left out", () => {
  const item = {
    created_at: 1,
    source: { id: "1", body: "hello", author: customer },
    conversation_parts: {
      conversation_parts: [
        { id: "1", part_type: "comment", body: "hello", author: customer, created_at: 1 },
        { id: 2, part_type: "comment", body: "again", author: customer, created_at: 2 },
        null,
        "nonsense",
        { part_type: "comment", body: "no id" },
      ],
    },
  };
  expect(partsOf(item).map((part) => [part.id, part.bodyText, part.partType])).toEqual([
    ["1", "hello", "source"],
    ["2", "again", "comment"],
  ]);
});

test("a redaction takes words and files, also of the first message", () => {
  const gone = "<p><i>This message was deleted</i></p>";
  const part = { id: "1", body: gone, redacted: true, attachments: [{ name: "a.pdf" }], author: customer };
  const item = { source: { id: "1", body: "my secret", author: customer }, conversation_parts: [part] };
  expect(partsOf(item).map((one) => [one.redacted, one.bodyText, one.attachments])).toEqual([[true, "", []]]);
  expect(partsOf({ conversation_parts: [part] }).map((one) => one.bodyText)).toEqual([""]);
});

describe("who wrote", () => {
  test.for([
    ["user", "comment", {}, "customer"],
    ["lead", "comment", {}, "customer"],
    ["contact", "comment", {}, "customer"],
    ["visitor", "comment", {}, "customer"],
    ["admin", "comment", {}, "teammate"],
    ["team", "assignment", {}, "teammate"],
    ["admin", "note", {}, "note"],
    ["admin", "note_and_reopen", {}, "note"],
    ["bot", "comment", {}, "bot"],
    ["bot", "note", {}, "note"],
    ["operator", "comment", {}, "bot"],
    ["admin", "comment", { from_ai_agent: true }, "bot"],
    ["admin", "comment", { is_ai_answer: true }, "bot"],
    ["workflow", "comment", {}, "unknown"],
    ["workflow", "note", {}, "note"],
  ] as const)("%s, %s", ([type, part_type, more, role]) => {
    const part = { id: "1", part_type, body: "x", author: { type, id: 5, name: " Kim ", ...more } };
    expect(partsOf({ conversation_parts: [part] })[0]).toMatchObject({
      role,
      authorId: "5",
      authorName: "Kim",
    });
  });

  test("nobody named is nobody known", () => {
    const [part] = partsOf({ conversation_parts: [{ id: "1", body: "x" }] });
    expect(part).toMatchObject({
      role: "unknown",
      authorId: null,
      authorName: null,
      at: null,
      partType: "unknown",
    });
  });

  test("before 2.5 the person's name stands once, beside", () => {
    const item = {
      user: { type: "user", id: "c1", name: "Ada" },
      conversation_message: { id: "1", body: "x", author: { type: "user", id: "c1" } },
    };
    expect(partsOf(item)[0]?.authorName).toBe("Ada");
  });
});

test("a subject is the first line, once", () => {
  const subjectOf = (subject: string, body: string) =>
    partsOf({ source: { id: "1", subject, body } })[0]?.bodyText;
  expect(subjectOf("<p>Cancel &amp; refund</p>", "<p>Please</p>")).toBe("Cancel & refund\nPlease");
  expect(subjectOf("Please", "Please cancel")).toBe("Please cancel");
  expect(subjectOf("Only a subject", "")).toBe("Only a subject");
});

test("files and images are told by name", () => {
  const attachments = [{ name: "a.pdf" }, { url: "https://d.test/x/b.png?sig=1" }, {}, null];
  const [part] = partsOf({
    source: { id: "1", body: '<p><img src="https://d.test/c.jpg"></p>', attachments },
  });
  expect(part?.attachments).toEqual(["a.pdf", "b.png", "file", "c.jpg"]);
});

test("fields of odd shapes count as not said", () => {
  const odd = { id: 1, body: 5, author: "x", attachments: "y", redacted: "no", subject: {}, created_at: [] };
  expect(partsOf({ source: odd, conversation_parts: 7, user: 1 })).toEqual([
    {
      id: "1",
      role: "unknown",
      authorId: null,
      authorName: null,
      bodyText: "",
      at: null,
      redacted: false,
      attachments: [],
      partType: "source",
    },
  ]);
});

test("any JSON whatever is read without a fault", () => {
  holds(
    property(anything(), anything(), (source, parts) => {
      expect(Array.isArray(partsOf({ source, conversation_parts: parts }))).toBe(true);
      expect(partsOf(null)).toEqual([]);
    }),
  );
});

test("the last part's id is that of the last message", () => {
  const part = record({ id: constantFrom("1", "2", 3, null), body: constantFrom("hello", null) });
  const list = array(oneof(part, constant(null), anything()), { maxLength: 4 });
  holds(
    property(
      oneof(part, anything()),
      oneof(
        list,
        list.map((conversation_parts) => ({ conversation_parts })),
      ),
      (source, parts) => {
        const item = { source, conversation_parts: parts };
        expect(lastPartId(item)).toBe(partsOf(item).at(-1)?.id ?? null);
      },
    ),
  );
  expect(lastPartId("no conversation")).toBeNull();
});
