/** Change events in the words of `baton salesforce check`: on or off, since when, and why. */
import type { ShownStream } from "../../feedback/stream.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { type Finding, ok, warning } from "./finding.ts";

const POLLING = "Polling brings what happens to deals within a minute.";

/** What the worker that listens has last noted; nothing where none has listened. */
export function streamFindings(stream: ShownStream | null): readonly Finding[] {
  if (stream === null || stream.since === null) return [];
  const { state, since, why, gap } = stream;
  const what = `change events: ${state} since ${timeOf(since)}`;
  const told = gap === null ? "" : ` (${timeOf(gap.at)}: ${gap.why})`;
  if (state === "on") return [ok(`${what}${told}`)];
  return [warning(`${what}: ${why ?? "no reason was noted"}`, POLLING)];
}

function timeOf(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
