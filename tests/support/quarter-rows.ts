/** A quarter in the tables that the service itself writes: what was heard, decided, handed off, seen and won. */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../../src/store/database.ts";
import type { Quarter, QuarterConversation, QuarterHandoff } from "./quarter.ts";

interface Place {
  readonly environment: string;
  readonly workspace: string;
  readonly policyVersion: number;
}

/** Stores it all; the environment and its connections are there already. */
export async function storeQuarter(db: Db, place: Place, quarter: Quarter): Promise<void> {
  await storeHeard(db, place, quarter);
  await storeHandoffs(db, place, quarter.handoffs);
  await storeContacts(db, place, quarter.handoffs);
  await storeDeals(db, place, quarter.handoffs);
}

const at = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
const id = ({ environment }: Place, { conversation, recipe }: QuarterHandoff): string =>
  `handoff:${environment}:${conversation.id}:${recipe}:1`;

/** Rows as a relation `x` with these columns. */
function rows(list: readonly object[], columns: string): RawBuilder<unknown> {
  return sql`jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as x (${sql.raw(columns)})`;
}

/** What was folded of a conversation; of those that failed nothing could be. */
function isFolded({ bucket }: QuarterConversation): boolean {
  return bucket !== "failed";
}

async function storeHeard(db: Db, place: Place, { conversations, handoffs }: Quarter): Promise<void> {
  const { workspace, environment } = place;
  const trials = new Set(
    handoffs.filter(({ wasOnTrial }) => wasOnTrial).map(({ conversation }) => conversation.id),
  );
  const heard = conversations.map((one) => ({
    id: one.id,
    at: at(one.at),
    parked: isFolded(one) ? null : "could not be read",
    snapshot: snapshotOf(one, trials.has(one.id)),
    bucket: one.bucket,
    strength: one.strength,
    kind: one.bucket === "handed-off" ? "handoff" : one.bucket,
  }));
  const columns = "id text, at float8, parked text, snapshot jsonb, bucket text, strength float8, kind text";
  const relation = rows(heard, columns);
  await sql`
    insert into events (workspace, notification_id, topic, conversation_id, created_at, received_at, body, taken_at, parked_reason)
    select ${workspace}, 'n' || x.id, 'conversation.user.created', x.id, to_timestamp(x.at), to_timestamp(x.at), '{}',
      to_timestamp(x.at), x.parked from ${relation}`.execute(db);
  await sql`
    insert into conversations (workspace, id, version, contact_id, state, updated_at)
    select ${workspace}, x.id, 1, 'c' || x.id, jsonb_build_object('snapshot', x.snapshot), to_timestamp(x.at)
    from ${relation} where x.parked is null`.execute(db);
  await sql`
    insert into decisions (environment, workspace, conversation_id, version, policy_version, kind, inputs, answer, decided_at)
    select ${environment}, ${workspace}, x.id, 1, ${place.policyVersion}, x.kind,
      json_build_object('evidence', json_build_object('snapshot', x.snapshot),
        'scores', json_build_object('values', json_build_object('buying', json_build_object('value', x.strength * 40, 'threshold', 40)))),
      '{}', to_timestamp(x.at)
    from ${relation} where x.kind in ('handoff', 'held', 'excluded', 'below-threshold')`.execute(db);
  await sql`
    insert into standings (environment, workspace, conversation_id, bucket, decision_id, since)
    select ${environment}, ${workspace}, x.id, x.bucket, d.id, to_timestamp(x.at)
    from ${relation} join decisions d on d.environment = ${environment} and d.conversation_id = x.id`.execute(
    db,
  );
}

function snapshotOf({ id: conversation, email }: QuarterConversation, isTrial: boolean): object {
  const contact = {
    id: `c${conversation}`,
    email,
    name: "Somebody",
    plan: isTrial ? "Trial" : "pro",
    tags: [],
  };
  return { conversation, contact, company: null, tags: [], messages: [] };
}

async function storeHandoffs(db: Db, place: Place, handoffs: readonly QuarterHandoff[]): Promise<void> {
  const { workspace, environment } = place;
  const list = handoffs.map((one) => ({
    id: id(place, one),
    conversation: one.conversation.id,
    recipe: one.recipe,
    owner: one.owner,
    signalled: at(one.signalledAt),
    started: at(one.startedAt),
    alerted: at(one.alertedAt),
    request: requestOf(one),
    about: aboutOf(one),
  }));
  const columns =
    "id text, conversation text, recipe text, owner text, signalled float8, started float8, alerted float8, request jsonb, about text";
  const relation = rows(list, columns);
  await sql`
    insert into handoffs (id, environment, workspace, conversation_id, recipe, episode, decision_id, mode, owner, status, signalled_at, started_at)
    select x.id, ${environment}, ${workspace}, x.conversation, x.recipe, 1, d.id, 'live', x.owner, 'done',
      to_timestamp(x.signalled), to_timestamp(x.started)
    from ${relation} join decisions d on d.environment = ${environment} and d.conversation_id = x.conversation`.execute(
    db,
  );
  await sql`
    insert into effects (handoff_id, ordinal, kind, target, key, request, state, result, done_at)
    select x.id, 0, 'crm-write', 'salesforce', x.id || '-crm', x.request, 'done',
      jsonb_build_object('about', x.about, 'ids', jsonb_build_object('record', x.about)), to_timestamp(x.started)
    from ${relation}
    union all
    select x.id, 1, 'notify', 'slack', x.id || '-tell', '{}', case when x.alerted is null then 'planned' else 'done' end, null,
      to_timestamp(x.alerted)
    from ${relation}`.execute(db);
  await sql`
    insert into assignments (handoff_id, environment, route, owner, member, receipts, at)
    select x.id, ${environment}, 'sales', x.owner, x.owner, '[]', to_timestamp(x.started) from ${relation}`.execute(
    db,
  );
}

function requestOf({ made }: QuarterHandoff): object {
  if (made === null) return { kind: "crm-write", operations: [] };
  const fields = Object.fromEntries(made.fields.map((field) => [field, "x"]));
  const record = { kind: "create", ref: "record", object: made.object, key: "k", fields };
  return { kind: "crm-write", about: { ref: "record" }, operations: [record] };
}

function aboutOf({ isOpportunity, made, conversation }: QuarterHandoff): string {
  const prefix = isOpportunity ? "006" : made === null ? "001" : "00Q";
  return `${prefix}${conversation.id.padStart(12, "0")}`;
}

/** Timers with what they saw, and who had the record afterwards. */
async function storeContacts(db: Db, place: Place, handoffs: readonly QuarterHandoff[]): Promise<void> {
  const { workspace, environment } = place;
  const list = handoffs.map((one) => ({
    id: id(place, one),
    conversation: one.conversation.id,
    signalled: at(one.signalledAt),
    started: at(one.startedAt),
    sla: one.sla,
    seen:
      one.contactedAt === null ? [] : [{ as: ["owner"], who: "Kim", what: "answered", at: one.contactedAt }],
    watched: one.isCorrected !== null,
    corrected: one.isCorrected === true,
    claimed: one.isCorrected === true && one.isClaimed,
  }));
  const columns =
    "id text, conversation text, signalled float8, started float8, sla text, seen jsonb, watched boolean, corrected boolean, claimed boolean";
  const relation = rows(list, columns);
  const into = sql`insert into follow_ups (id, handoff_id, environment, workspace, conversation_id, kind, arming, since, due_at, state, seen, fired_at, ended_at)`;
  await sql`${into}
    select x.id || ':follow-up', x.id, ${environment}, ${workspace}, x.conversation, 'follow-up', 1, to_timestamp(x.signalled),
      to_timestamp(x.started) + interval '1 day', 'cancelled', x.seen, null, now() from ${relation}`.execute(
    db,
  );
  await sql`${into}
    select x.id || ':breach', x.id, ${environment}, ${workspace}, x.conversation, 'breach', 1, to_timestamp(x.signalled),
      to_timestamp(x.started) + interval '30 minutes', case x.sla when 'broken' then 'done' when 'kept' then 'cancelled' else 'armed' end,
      '[]', case x.sla when 'broken' then now() end, null
    from ${relation} where x.watched`.execute(db);
  await sql`${into}
    select x.id || ':claim', x.id, ${environment}, ${workspace}, x.conversation, 'claim', 1, to_timestamp(x.signalled),
      to_timestamp(x.started), 'done', '[]', null, now() from ${relation} where x.claimed`.execute(db);
  await sql`
    insert into effects (handoff_id, ordinal, kind, target, key, request, state, follow_up_id)
    select x.id, 2, 'crm-write', 'salesforce', x.id || '-claim', '{"kind": "crm-write", "operations": []}', 'done', x.id || ':claim'
    from ${relation} where x.claimed`.execute(db);
  await sql`
    insert into owner_watches (handoff_id, environment, began_at, looks, seen)
    select x.id, ${environment}, to_timestamp(x.started), 3,
      case when x.corrected and not x.claimed then '[{"what": "owner", "to": "005Z"}]'::jsonb else '[{"what": "stage", "to": "Lost"}]' end
    from ${relation} where x.watched`.execute(db);
}

/** Every stage of a deal, and who stands on one that began later. */
async function storeDeals(
  db: Db,
  { environment, policyVersion }: Place,
  handoffs: readonly QuarterHandoff[],
): Promise<void> {
  const stages = handoffs.flatMap(({ deals, dealSince, startedAt, conversation: { email } }) =>
    deals.flatMap(({ id: deal, state, amount, endedAt }) => [
      {
        deal,
        change: `${deal}-1`,
        stage: "Qualification",
        closed: false,
        won: false,
        amount,
        at: at(dealSince ?? startedAt),
        email: dealSince === null ? null : email,
      },
      ...(endedAt === null
        ? []
        : [
            {
              deal,
              change: `${deal}-2`,
              stage: state,
              closed: true,
              won: state === "won",
              amount,
              at: at(endedAt),
              email: null,
            },
          ]),
    ]),
  );
  const columns =
    "deal text, change text, stage text, closed boolean, won boolean, amount numeric, at float8, email text";
  const relation = rows(stages, columns);
  await sql`
    insert into deal_changes (environment, opportunity_id, change_id, stage, is_closed, is_won, amount, changed_at, policy_version, seen_at)
    select ${environment}, x.deal, x.change, x.stage, x.closed, x.won, x.amount, to_timestamp(x.at), ${policyVersion}, to_timestamp(x.at)
    from ${relation}`.execute(db);
  await sql`
    insert into deal_people (environment, opportunity_id, email)
    select ${environment}, x.deal, x.email from ${relation} where x.email is not null`.execute(db);
}
