/** `--faults`: a plan out of a file, or the built-in one. */
import { readFile } from "node:fs/promises";
import { type FaultPlan, FaultPlanError, parseFaultPlan } from "../../../emulators/core/faults.ts";
import { mixedPlan } from "../../../emulators/core/mixed-plan.ts";
import { UserError } from "../../kernel/failure.ts";

/** The plan that `text` names: a file, or "mixed:0.2". Throws a UserError of one line. */
export async function faultPlanOf(text: string, seed: number): Promise<FaultPlan> {
  const share = /^mixed:(.*)$/.exec(text)?.[1];
  if (share !== undefined) {
    if (!/^(?:0?\.\d+|0|1|1\.0+|0\.\d+)$/.test(share))
      throw new UserError(`--faults ${text}: write a share from 0 to 1 after "mixed:", as in mixed:0.2`);
    return mixedPlan(Number(share), seed);
  }
  let content: string;
  try {
    content = await readFile(text, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(
      `--faults ${text}: cannot be read (${code}); name a file with a fault plan, or mixed:<share>`,
    );
  }
  try {
    return parseFaultPlan(JSON.parse(content) as unknown);
  } catch (error) {
    if (error instanceof FaultPlanError) throw new UserError(`--faults ${text}: ${error.message}`);
    if (error instanceof SyntaxError) throw new UserError(`--faults ${text}: is no JSON: ${error.message}`);
    throw error;
  }
}
