import { describe, expect, test } from "vitest";
import { effectKey } from "./effects.ts";

const HANDOFF = "handoff:production:1795404665000001:qualified:1";

describe("the key of a write", () => {
  test("is the same for the same handoff and purpose", () => {
    expect(effectKey(HANDOFF, "task")).toBe(effectKey(HANDOFF, "task"));
    expect(effectKey(HANDOFF, "task")).toBe("g8Cl_qVJ1mhOY2K0vEBRdM-task");
  });

  test.for([
    [HANDOFF, "task2"],
    ["handoff:production:1795404665000001:qualified:2", "task"],
    ["handoff:sandbox:1795404665000001:qualified:1", "task"],
    ["handoff:production:1795404665000001:churn-risk:1", "task"],
  ] as const)("differs for %s, %s", ([handoff, purpose]) => {
    expect(effectKey(handoff, purpose)).not.toBe(effectKey(HANDOFF, "task"));
  });

  test.for(["task", "#churn, Ünïcode & 'quotes'", "x".repeat(500), ""])(
    "of purpose %j is one that Salesforce takes",
    (purpose) => {
      expect(effectKey("handoff:Übung:1:a b:1", purpose)).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
    },
  );
});
