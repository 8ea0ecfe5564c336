/** Where a test asks the process to die: BATON_CRASH_AT="step:phase" or "step:phase:3" for the third time. */
import { UserError } from "./kernel/failure.ts";

const PHASES = ["before", "after-body", "after-record"] as const;
type Phase = (typeof PHASES)[number];
type CrashPoint = (step: string, phase: Phase) => void;

/** Returns a function that kills at the named place, and does nothing anywhere else; nothing at all when `text` is absent. */
export function crashPointOf(text: string | undefined, kill: () => void): CrashPoint {
  if (text === undefined || text === "") return () => {};
  const [step, phase, nth = "1"] = text.split(":");
  const wanted = PHASES.find((one) => one === phase);
  if (step === undefined || wanted === undefined || !/^[1-9]\d*$/.test(nth)) {
    throw new UserError(
      `BATON_CRASH_AT is "${text}": write step:phase or step:phase:n, phase one of ${PHASES.join(", ")}`,
    );
  }
  let left = Number(nth);
  return (at, when) => {
    if (at === step && when === wanted && --left === 0) kill();
  };
}
