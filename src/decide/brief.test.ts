import { describe, expect, test } from "vitest";
import { frozen } from "../../tests/support/frozen.ts";
import { company, message, NOON, policy, scores, snapshot } from "../../tests/support/cases.ts";
import { compile } from "../qualify/compile.ts";
import { score } from "../qualify/score.ts";
import { briefOf, inputsOf } from "./brief.ts";
import { decide, settle } from "./decide.ts";

const rules = policy({
  scores: { buying: { signals: ["enterprise"], threshold: 5 }, churn: { signals: [], threshold: 40 } },
  recipes: [
    {
      ...policy().recipes[0],
      when: { field: "conversation.customerMessages", operator: ">", value: 1 },
      and: { field: "signals", operator: "containsAny", value: ["enterprise"] },
    },
  ],
});
const evidence = {
  snapshot: snapshot({
    messages: [
      message({ id: "1", text: "Do you have SSO?" }),
      message({ id: "2", text: "Yes, we do", role: "teammate" }),
      message({ id: "3", text: "SSO and SCIM then" }),
    ],
    company: company({ domain: "acme.example" }),
    usage: [{ event: "feature_used", at: NOON }],
  }),
  crm: frozen("").evidence.crm,
};
const inputs = frozen("", { evidence, scores: score(evidence, compile(rules), NOON) });
const answer = decide({ ...inputs, policy: rules });

describe("a decision in brief", () => {
  test("holds no words, no places and no reasons", () => {
    const text = JSON.stringify(briefOf(inputs, answer));
    for (const word of ["SCIM", "feature_used", "points", "because: "]) expect(text).not.toContain(word);
  });

  test("says who got it and on what, and of what is no handoff nothing", () => {
    expect(answer).toMatchObject({ kind: "handoff" });
    const { handoff } = briefOf(inputs, answer);
    expect(handoff).toMatchObject({
      record: { kind: "create-lead", because: "" },
      owner: { owner: { email: "sam@us.example" } },
    });
    const nothing = { kind: "gone", reason: "the conversation was deleted in Intercom" } as const;
    expect(briefOf(inputs, nothing).handoff).toBeNull();
  });

  test("settles as its inputs do: messages of the customer and signals are there by their number and names", () => {
    const again = inputsOf(briefOf(inputs, answer), new Map());
    const said = settle({ ...again, policy: rules });
    expect(said).toEqual(settle({ ...inputs, policy: rules }));
    expect(said).toMatchObject({ kind: "unassigned" });
  });

  test("of many decisions with the same directory gives it as one", () => {
    const kept = new Map();
    const [one, other] = [inputs, frozen("Hello")].map((some) => inputsOf(briefOf(some, answer), kept));
    expect(one?.directory).toEqual(inputs.directory);
    expect(other?.directory).toBe(one?.directory);
  });

  test("comes through JSON as it is", () => {
    const brief = briefOf(inputs, answer);
    expect(JSON.parse(JSON.stringify(brief))).toEqual(brief);
    expect(
      inputsOf(briefOf(frozen("Hello", { scores: scores() }), answer), new Map()).scores.signals,
    ).toEqual([]);
  });
});
