/** SQL of the insights room: stored decisions, read in the order in which they were made. Nothing here writes. */
import { sql } from "kysely";
import type { EpochMs } from "../kernel/time.ts";
import type { Db } from "../store/database.ts";
import type { FrozenInputs } from "./replay.ts";

/** Which decisions a question is about; `environment` null means all of them. */
export type Scope =
  | { readonly kind: "decision"; readonly id: number }
  | { readonly kind: "conversation"; readonly conversation: string; readonly environment: string | null }
  | { readonly kind: "window"; readonly since: EpochMs; readonly environment: string | null };

export interface StoredDecision {
  readonly id: number;
  readonly environment: string;
  readonly conversation: string;
  readonly version: number;
  readonly policyVersion: number;
  readonly kind: string;
  readonly inputs: FrozenInputs;
  readonly answer: unknown;
}

/** Decisions of the scope with an id above `after`, at most `limit`, by id. */
export async function decisionsAfter(
  db: Db,
  scope: Scope,
  after: number,
  limit: number,
): Promise<readonly StoredDecision[]> {
  const { rows } = await sql<StoredDecision>`
    select id, environment, conversation_id as conversation, version, policy_version as "policyVersion", kind, inputs, answer
    from decisions where id > ${after} and ${within(scope)} order by id limit ${limit}`.execute(db);
  return rows;
}

export async function countDecisions(db: Db, scope: Scope): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from decisions where ${within(scope)}`.execute(db);
  return rows[0]?.n ?? 0;
}

function within(scope: Scope) {
  switch (scope.kind) {
    case "decision":
      return sql`id = ${scope.id}`;
    case "conversation":
      return sql`conversation_id = ${scope.conversation} and ${ofEnvironment(scope.environment)}`;
    case "window":
      return sql`decided_at >= to_timestamp(${scope.since / 1_000}) and ${ofEnvironment(scope.environment)}`;
  }
}

function ofEnvironment(environment: string | null) {
  return environment === null ? sql`true` : sql`environment = ${environment}`;
}
