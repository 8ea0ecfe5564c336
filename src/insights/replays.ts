/** Replays stored decisions page by page, in flat memory, while the service goes on. */
import type { Db } from "../store/database.ts";
import { documentOf } from "../versions/queries.ts";
import { readPolicy } from "../policy/read.ts";
import { compile, type CompiledPolicy } from "../qualify/compile.ts";
import { decisionsAfter, type Scope, type StoredDecision } from "./queries.ts";
import { type Replay, replay } from "./replay.ts";

export type Replayed = Pick<
  StoredDecision,
  "id" | "environment" | "conversation" | "version" | "policyVersion" | "kind"
> & { readonly replay: Replay };

const PAGE = 200;

/** Every decision of the scope with what its replay gave, by id. Ends early, between two pages, when `signal` says so. */
export async function* replays(db: Db, scope: Scope, signal: AbortSignal): AsyncIterable<Replayed> {
  const versions = new Map<number, CompiledPolicy | string>();
  let after = 0;
  while (!signal.aborted) {
    const page = await decisionsAfter(db, scope, after, PAGE);
    for (const { inputs, answer, ...told } of page) {
      const compiled = versions.get(told.policyVersion) ?? (await compiledVersion(db, told.policyVersion));
      versions.set(told.policyVersion, compiled);
      yield {
        ...told,
        replay:
          typeof compiled === "string"
            ? { kind: "impossible", why: compiled }
            : replay({ inputs, answer }, compiled),
      };
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? after;
  }
}

/** The policy of a version ready for use, or one sentence why it can't be used. */
async function compiledVersion(db: Db, version: number): Promise<CompiledPolicy | string> {
  const document = await documentOf(db, version);
  if (document === null) return `policy version ${version} is not stored`;
  const reading = readPolicy(document);
  if (reading.kind === "ok") return compile(reading.policy);
  const [fault] = reading.faults;
  return `policy version ${version} has faults for today's reader: ${fault?.path ?? ""} ${fault?.message ?? ""}`;
}
