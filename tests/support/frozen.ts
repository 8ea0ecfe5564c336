/** Frozen inputs of a decision from which tests say only what matters to them. */
import type { FrozenInputs } from "../../src/insights/replay.ts";
import { message, NOBODY, NOON, scores, snapshot } from "./cases.ts";

/** A directory that knows these addresses. */
export function directoryOf(...emails: readonly string[]): FrozenInputs["directory"] {
  return {
    users: emails.map((email) => ({ id: `005${email}`, email, name: email, active: true })),
    queues: [],
  };
}

/** What somebody wrote, looked up in Salesforce and unknown there, unless the test says otherwise. */
export function frozen(text: string, over: Partial<FrozenInputs> = {}): FrozenInputs {
  return {
    environment: "production",
    evidence: { snapshot: snapshot({ messages: [message({ text })] }), crm: NOBODY },
    scores: scores(),
    triggers: ["message"],
    now: NOON,
    earlier: [],
    directory: directoryOf("sam@us.example"),
    pools: {},
    ...over,
  };
}
