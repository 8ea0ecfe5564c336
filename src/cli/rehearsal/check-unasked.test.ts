import { describe, expect, test } from "vitest";
import { checkUnasked } from "./check-unasked.ts";
import { call, GOOD } from "./one-handoff.ts";

const set = (attributes: object): ReturnType<typeof call> =>
  call({
    method: "PUT",
    path: "/contacts/c1",
    body: { custom_attributes: attributes },
    keys: ["contact:c1"],
  });
const made = call({
  method: "POST",
  path: "/data_attributes",
  body: { name: "baton_winback" },
  keys: ["attribute:contact:baton_winback"],
});

describe("an attribute of a person", () => {
  const problems = (feedbackAttributes: readonly string[], ...calls: readonly ReturnType<typeof call>[]) =>
    checkUnasked({
      ...GOOD,
      feedbackAttributes,
      intercom: { ...GOOD.intercom, calls: [...GOOD.intercom.calls, ...calls] },
    }).map(({ kind }) => kind);

  test("that a deal's stage sets is asked for, and made first", () => {
    expect(problems(["baton_winback"], made, set({ baton_winback: "eligible" }))).toEqual([]);
  });

  test.each([
    ["nothing sets it", [], set({ baton_winback: "eligible" })],
    ["another one is set beside it", ["baton_winback"], set({ baton_winback: "eligible", plan: "pro" })],
    ["nothing needs it", [], made],
  ] as const)("is a write too many where %s", (_, names, one) => {
    expect(problems(names, one)).toEqual(["doubled"]);
  });
});
