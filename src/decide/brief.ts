/**
 * A decision in brief: what it rested on, as far as judging and routing read it once the points are counted, and what
 * became of it. The words, the places and the reasons of points stay with the inputs. Stored beside them, so that many
 * decisions are read in the time that a few would take; a change of what it holds comes with a migration that empties it.
 */
import type { Message, Snapshot } from "../conversation/snapshot.ts";
import { customerMessages } from "../qualify/facts.ts";
import type { Evidence, FoundSignal, ScoreValue } from "../qualify/scores.ts";
import type { Directory } from "./candidate.ts";
import type { DecisionInputs } from "./decide.ts";
import type { Decision } from "./decision.ts";

type Frozen = Omit<DecisionInputs, "policy">;

/** On what a handoff works and who got it, without the reasons. */
export type Carried = Pick<Extract<Decision, { kind: "handoff" }>, "record"> & {
  readonly owner: Pick<Extract<Decision, { kind: "handoff" }>["owner"], "owner">;
};

export interface Brief extends Omit<Frozen, "evidence" | "scores" | "directory"> {
  /** As JSON text: thousands of decisions have the same, and who reads them parses it once. */
  readonly directory: string;
  readonly evidence: Pick<Evidence, "crm"> & { readonly snapshot: Omit<Snapshot, "messages" | "usage"> };
  readonly customerMessages: number;
  /** Names of the signals that were found. */
  readonly signals: readonly string[];
  readonly values: Readonly<Record<string, ScoreValue>>;
  /** Null for all that is no handoff. */
  readonly handoff: Carried | null;
}

export function briefOf({ evidence, scores, directory, ...rest }: Frozen, decision: Decision): Brief {
  const { messages: _, usage: __, ...snapshot } = evidence.snapshot;
  return {
    ...rest,
    directory: JSON.stringify(directory),
    evidence: { snapshot, crm: evidence.crm },
    customerMessages: customerMessages(evidence.snapshot),
    signals: [...new Set(scores.signals.map(({ signal }) => signal))],
    values: scores.values,
    handoff:
      decision.kind === "handoff"
        ? { record: { ...decision.record, because: "" }, owner: { owner: decision.owner.owner } }
        : null,
  };
}

/**
 * The inputs again, without words and reasons: `judge` and `settle` say the same to them, `score` does not. Equal
 * directories are one and the same where the caller keeps them in `directories`.
 */
export function inputsOf(brief: Brief, directories: Map<string, Directory>): Frozen {
  const directory = directories.get(brief.directory) ?? (JSON.parse(brief.directory) as Directory);
  directories.set(brief.directory, directory);
  const { customerMessages: wrote, signals, values, handoff: _, evidence, ...rest } = brief;
  const messages = Array.from({ length: wrote }, () => UNHEARD);
  return {
    ...rest,
    directory,
    evidence: { snapshot: { ...evidence.snapshot, messages, usage: [] }, crm: evidence.crm },
    scores: { signals: signals.map(unseen), values, contributions: [] },
  };
}

const UNHEARD: Message = {
  id: "",
  role: "customer",
  author: null,
  authorId: null,
  text: "",
  at: null,
  redacted: false,
  attachments: [],
};

function unseen(signal: string): FoundSignal {
  return { signal, label: "", kind: "phrase", text: "", points: 0, at: null };
}
