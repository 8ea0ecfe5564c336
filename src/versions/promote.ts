/** Takes what is live in one environment to another, after a look at what is there. */
import { UserError } from "../kernel/failure.ts";
import { type Finding, findingsOf } from "../policy/lint/finding.ts";
import { namesOf } from "../policy/names.ts";
import { type PolicyReading, readPolicy } from "../policy/read.ts";
import type { Db } from "../store/database.ts";
import { mayPromote, type Promotion, worstFirst } from "./promotion.ts";
import { makeLive, underLock, versionOf } from "./publish.ts";
import { isPublished } from "./publish-outcome.ts";
import { liveVersion } from "./queries.ts";
import { type LookAtTarget, targetRemarks } from "./target.ts";
import type { Version } from "./version.ts";

export interface PromoteAsked {
  readonly from: string;
  readonly to: string;
  /** Number of the version of `from`; the live one when absent. */
  readonly number?: number | undefined;
  readonly publisher: string;
  /** Empty: the version's own. */
  readonly comment: string;
  readonly dryRun: boolean;
  /** Passes warnings; faults stop the promotion all the same. */
  readonly force: boolean;
}

/**
 * Publishes a version of `from` in `to`, which must have everything that it names. The authors stay those who wrote it,
 * so a target that asks for review wants another person as publisher. Throws a UserError where there is no such
 * environment or version, and the failure of a target that cannot be asked.
 */
export async function promote(db: Db, asked: PromoteAsked, look: LookAtTarget): Promise<Promotion> {
  const { from, to, publisher, dryRun, force } = asked;
  if (from === to) throw new UserError(`${from} is both ends: name another environment to promote to`);
  const version = await sourceOf(db, from, asked.number);
  const { number, document, authors } = version;
  const told = { from: { environment: from, number }, to };
  const reading = readPolicy(document);
  // The network is asked before the environment is locked: others may publish meanwhile.
  const findings = reading.kind === "ok" ? await findingsAt(to, reading, look) : [];
  if (!mayPromote(findings, force)) return { kind: "lacking", ...told, findings };
  const comment = asked.comment === "" ? version.comment : asked.comment;
  const facts = { from, number, comment };
  const act = { actor: publisher, action: "policy.promote", environment: to, facts };
  const outcome = await underLock(db, act, (tx, review) =>
    makeLive(
      tx,
      {
        environment: to,
        document,
        authors,
        publisher,
        comment,
        kind: "promoted",
        source: version.id,
        dryRun,
      },
      { review, base: "any" },
    ),
  );
  return { ...outcome, ...told, findings: isPublished(outcome) ? findings : [] };
}

async function sourceOf(db: Db, environment: string, number: number | undefined): Promise<Version> {
  if (number !== undefined) return versionOf(db, environment, number);
  const live = await liveVersion(db, environment);
  if (live === null) throw new UserError(`${environment} has no live policy to promote`);
  return live;
}

async function findingsAt(
  environment: string,
  reading: PolicyReading & { readonly kind: "ok" },
  look: LookAtTarget,
): Promise<readonly Finding[]> {
  const { policy } = reading;
  const remarks = targetRemarks(policy, await look(environment, namesOf(policy)));
  // Slips in the policy itself were told when it was published.
  return worstFirst(findingsOf({ ...reading, warnings: [] }, remarks));
}
