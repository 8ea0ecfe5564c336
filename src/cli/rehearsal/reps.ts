/**
 * The people at work in a rehearsal: every third handoff that somebody will follow up is contacted in time by whom its
 * follow-up waits for, by turns with an answer in Intercom and with a completed Task in Salesforce.
 */
import type { Emulators } from "../../../emulators/all.ts";
import type { Clock, Ms } from "../../kernel/time.ts";
import type { Policy } from "../../policy/schema.ts";
import type { Db } from "../../store/database.ts";
import type { ContactFact } from "./facts.ts";
import { type Awaiting, awaitingContact } from "./queries.ts";

/** Nearer to its time a contact and the follow-up could cross. */
const IN_TIME_MS: Ms = 1_500;
const EVERY = 3;

export interface Reps {
  /** Looks for new handoffs and contacts some of them. */
  readonly work: () => Promise<void>;
  readonly contacts: readonly ContactFact[];
}

export function repsAtWork(parts: {
  readonly db: Db;
  readonly emulators: Emulators;
  readonly policy: Policy;
  readonly clock: Clock;
}): Reps {
  const contacts: ContactFact[] = [];
  const met = new Set<string>();
  return {
    contacts,
    work: async () => {
      for (const one of await awaitingContact(parts.db)) {
        if (met.has(one.handoff)) continue;
        met.add(one.handoff);
        const at = parts.clock();
        if (met.size % EVERY === 0 && one.dueAt - at > IN_TIME_MS && contact(parts, one, contacts.length))
          contacts.push({ handoff: one.handoff, at });
      }
    },
  };
}

function contact(
  { emulators, policy }: { readonly emulators: Emulators; readonly policy: Policy },
  { recipe, conversation, owner, csm, task }: Awaiting,
  nth: number,
): boolean {
  const { intercom, salesforce } = emulators;
  const unless = policy.recipes.find(({ id }) => id === recipe)?.followUp?.unless;
  if (unless !== "contactedBy.csm" && nth % 2 === 1 && task !== null) {
    salesforce.state.update("Task", task, { Status: "Completed" });
    return true;
  }
  const email = unless === "contactedBy.csm" ? csm : owner;
  const admin = [...intercom.workspace.admins.values()].find((one) => one.email === email);
  if (admin === undefined) return false;
  const body = "Thank you, let us talk about it today.";
  intercom.teammateReplies({ conversationId: conversation, adminId: admin.id, body });
  return true;
}
