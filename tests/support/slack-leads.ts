/** Leads of the pool of Ana and Ben that are told in #sales too, and what Slack shows of them, for journeys. */
import { expect } from "vitest";
import { sql } from "kysely";
import type { Pressed, SlackPress } from "../../emulators/slack/interact.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import {
  handoffOf,
  type ShownHandoff,
  slackMessages,
  type Talk,
  type TestHouse,
  WORDS,
  writes,
} from "./house.ts";

/** By day and night, so that no journey depends on the hour at which it runs; the whole pool sees each lead in #sales. */
export const POOL_POLICY = saasDefault
  .replaceAll("- { slack: owner }", '- { slack: owner, also: ["#sales"] }')
  .replace("clock: working-hours", "clock: always")
  .replace("whenAllAway: hold", "whenAllAway: ignore-hours");

export const ANA = "ana@ourcompany.example";
export const BEN = "ben@ourcompany.example";

export interface PoolLead {
  readonly talk: Talk;
  readonly handoff: ShownHandoff;
  /** The key of the alert in #sales. */
  readonly key: string;
  readonly owner: string;
  /** The other member of the pool. */
  readonly other: string;
}

export async function poolLead(house: TestHouse, who: string): Promise<PoolLead> {
  const talk = await writes(house, { who, text: WORDS.buying });
  const handoff = await handoffOf(house, talk.conversation);
  const { owner } = handoff.answer.owner;
  const email = owner.kind === "user" ? (owner.email ?? "") : "";
  expect([ANA, BEN]).toContain(email);
  const keys = handoff.effects.filter(({ kind }) => kind === "notify").map(({ key }) => key);
  const key = keys.find((one) => slackMessages(house, one).some(({ to }) => to === "#sales")) ?? "";
  return { talk, handoff, key, owner: email, other: email === ANA ? BEN : ANA };
}

/** Somebody presses; resolves when Baton is through with it. */
export async function presses(house: TestHouse, press: SlackPress): Promise<Pressed> {
  const sent = await house.emulators.slack.press(press);
  await house.settle();
  return sent;
}

/** What only this person was told in Slack, the newest last. */
export function whispers({ emulators }: TestHouse, email: string): readonly string[] {
  const workspace = emulators.slack.workspace();
  const id = workspace.userIdByEmail.get(email);
  return workspace.whispers.filter(({ userId }) => userId === id).map(({ text }) => text);
}

interface ShownBlock {
  readonly type: string;
  readonly elements?: readonly { readonly action_id?: string; readonly text?: unknown }[];
}

/** The lines and the offers under the alert that carries the key. */
export function shownAlert(
  house: TestHouse,
  key: string,
): { readonly lines: readonly string[]; readonly offers: readonly string[] } {
  const blocks = (messageOf(house, key).blocks ?? []) as readonly ShownBlock[];
  const elements = (type: string) =>
    blocks.filter((one) => one.type === type).flatMap((one) => one.elements ?? []);
  return {
    lines: elements("context").map(({ text }) => String(text).replace(/, <!date.*$/, "")),
    offers: elements("actions").flatMap(({ action_id: id }) =>
      id?.startsWith("baton-") === true ? [id] : [],
    ),
  };
}

/** The one message that carries the key, as the workspace holds it. */
export function messageOf({ emulators }: TestHouse, key: string) {
  const found = [...emulators.slack.workspace().messages.values()]
    .flat()
    .filter(({ metadata }) => metadata?.event_payload["key"] === key);
  const [message] = found;
  if (message === undefined || found.length > 1) throw new Error(`${found.length} messages carry ${key}`);
  return message;
}

/** The blocks of an alert as it was when nothing had happened yet. */
export function oldBlocks(key: string): unknown[] {
  const text = { type: "plain_text", text: "Claim" };
  return [{ type: "actions", elements: [{ type: "button", text, value: key, action_id: "baton-claim" }] }];
}

export async function assignment({ database }: TestHouse, { handoff }: PoolLead) {
  const { rows } = await sql<{
    member: string;
    closedReason: string | null;
    creditReason: string | null;
    moves: readonly { readonly member: string; readonly reason: string }[];
  }>`
    select member, closed_reason as "closedReason", credit_reason as "creditReason", moves
    from assignments where handoff_id = ${handoff.id}`.execute(database.db);
  return rows[0];
}

/** The turns that the ledger counts for somebody. */
export async function turns({ database }: TestHouse, member: string): Promise<number> {
  const { rows } = await sql<{ turns: number }>`
    select coalesce(sum(served + adjustment), 0)::float8 as turns from pool_members where member = ${member}`.execute(
    database.db,
  );
  return rows[0]?.turns ?? 0;
}
