import { describe, expect, test } from "vitest";
import { pressOf } from "./interaction.ts";

const form = (payload: unknown): Buffer =>
  Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());

const ACTION = { action_id: "baton-claim", type: "button", value: "key-1", action_ts: "1.2" };
const BLOCK_ACTIONS = {
  type: "block_actions",
  trigger_id: "12.34.abc",
  user: { id: "U1", name: "ana" },
  channel: { id: "C1", name: "sales" },
  message: { ts: "17.0001", text: "…" },
  actions: [ACTION],
};
const acting = (over: object) => pressOf(form({ ...BLOCK_ACTIONS, actions: [{ ...ACTION, ...over }] }));
const chosen = (value: string) =>
  acting({ action_id: "baton-remind", value: undefined, selected_option: { value } })?.wish;

const VIEW = {
  id: "V1",
  callback_id: "baton-reject",
  private_metadata: JSON.stringify({ key: "key-1", spot: { channel: "C1", message: "17.0001" } }),
  state: {
    values: {
      reason: { reason: { type: "static_select", selected_option: { value: "spam" } } },
      note: { note: { type: "plain_text_input", value: " writes to everybody " } },
    },
  },
};
const submitting = (over: object = {}) =>
  pressOf(
    form({ type: "view_submission", trigger_id: "12.35", user: { id: "U1" }, view: { ...VIEW, ...over } }),
  );

describe("a press", () => {
  test("of Claim is told with whose it was and where", () => {
    expect(acting({})).toEqual({
      id: "12.34.abc",
      user: "U1",
      spot: { channel: "C1", message: "17.0001" },
      wish: { kind: "claim", key: "key-1" },
    });
  });

  test("of Not a lead keeps what opens the question", () => {
    expect(acting({ action_id: "baton-reject" })?.wish).toEqual({
      kind: "ask-reason",
      key: "key-1",
      trigger: "12.34.abc",
    });
  });

  test("of Remind me says when", () => {
    expect(chosen("tomorrow key-1")).toEqual({ kind: "remind", key: "key-1", when: "tomorrow" });
  });

  test.for(["someday key-1", "toString key-1", "1h"])(
    "of a time nobody knows (%s) is kept and ignored",
    (value) => {
      expect(chosen(value)).toEqual({ kind: "ignored", what: "block_actions baton-remind" });
    },
  );

  test("of a link is kept and ignored", () => {
    expect(acting({ action_id: "open-0", value: null })?.wish).toEqual({
      kind: "ignored",
      what: "block_actions open-0",
    });
  });

  test("outside a message has no place", () => {
    expect(pressOf(form({ ...BLOCK_ACTIONS, message: null }))?.spot).toBeNull();
  });
});

describe("an answer to the question", () => {
  test("has the reason and the words, and the id of the question", () => {
    expect(submitting()).toEqual({
      id: "V1",
      user: "U1",
      spot: { channel: "C1", message: "17.0001" },
      wish: { kind: "reject", key: "key-1", reason: "spam", note: "writes to everybody" },
    });
  });

  test("without words has none", () => {
    const values = { ...VIEW.state.values, note: { note: { value: null } } };
    expect(submitting({ state: { values } })?.wish).toMatchObject({ note: null });
  });

  test.for([
    ["another question", { callback_id: "theirs" }],
    ["a question about nothing", { private_metadata: "{" }],
    ["a question without an id of its own", { callback_id: null, private_metadata: null }],
    ["a reason nobody knows", { state: { values: { ...VIEW.state.values, reason: { reason: {} } } } }],
    ["a question of another shape", { state: { values: {} } }],
  ] as const)("to %s is kept and ignored", ([, over]) => {
    expect(submitting(over)?.wish.kind).toBe("ignored");
  });
});

describe("what is no press", () => {
  test("is kept and ignored when its kind is new", () => {
    expect(pressOf(form({ type: "shortcut", trigger_id: "9.9", user: { id: "U1" } }))).toMatchObject({
      id: "9.9",
      wish: { kind: "ignored", what: "shortcut" },
    });
  });

  test.for([
    ["no form", Buffer.from("hello")],
    ["no JSON", Buffer.from("payload=%7B")],
    ["no user", form({ type: "block_actions", trigger_id: "1" })],
    ["nothing pressed", form({ ...BLOCK_ACTIONS, actions: [] })],
    ["no id of the press", form({ ...BLOCK_ACTIONS, trigger_id: null })],
    ["a new kind without an id", form({ type: "shortcut", user: { id: "U1" } })],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00])],
  ] as const)("holds nothing to read: %s", ([, raw]) => {
    expect(pressOf(raw)).toBeNull();
  });
});
