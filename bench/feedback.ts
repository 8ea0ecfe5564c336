/**
 * From a deal's new stage in Salesforce to the tag in Intercom: while change events come, and by polling alone. A rep
 * changes the stage; then it is looked fifty times a second whether the tag is there.
 */
import { sql } from "kysely";
import { connectEmulators, DEMO_ENVIRONMENT, prepareWorld } from "../src/cli/emulated.ts";
import { type Emulators, startEmulators } from "../emulators/all.ts";
import { type Bench, type BenchDatabase, type Ground, pause, startBaton } from "./ground.ts";
import { atMost, informs, percentile, type Row } from "./row.ts";

const DEALS = 150;
/** Two polls long, so that changes fall on every instant between them. */
const SPREAD_MS = 60_000;
const PATIENCE_MS = 180_000;
const REP = "ana@ourcompany.example";

interface Way {
  readonly name: string;
  readonly hasEvents: boolean;
  readonly mostMs: number;
}

const WAYS: readonly Way[] = [
  { name: "by change events", hasEvents: true, mostMs: 10_000 },
  { name: "by polling", hasEvents: false, mostMs: 70_000 },
];

export const feedback: Bench = async (ground) => {
  const rows: Row[] = [];
  for (const way of WAYS) rows.push(...(await measured(ground, way)));
  return rows;
};

async function measured(ground: Ground, { name, hasEvents, mostMs }: Way): Promise<readonly Row[]> {
  const emulators = await startEmulators({
    now: ground.clock,
    ...(hasEvents && { salesforce: { eventsPort: 0 } }),
  });
  try {
    const waits = await tagged(ground, emulators, hasEvents);
    const what = `new stage to tag, ${name}`;
    return [
      informs({ name: `${what}, p50`, value: percentile(waits, 0.5) / 1_000, unit: "s" }),
      atMost({ name: `${what}, p95`, value: percentile(waits, 0.95) / 1_000, unit: "s" }, mostMs / 1_000),
      informs({ name: `${what}, slowest`, value: Math.max(...waits) / 1_000, unit: "s" }),
    ];
  } finally {
    await emulators.stop();
  }
}

/** How long each change took, in milliseconds. */
async function tagged(ground: Ground, emulators: Emulators, hasEvents: boolean): Promise<readonly number[]> {
  await prepareWorld(emulators, []);
  const database = await ground.newDatabase();
  const { vault } = ground;
  await connectEmulators({ db: database.db, vault, emulators, environment: DEMO_ENVIRONMENT, mode: "live" });
  const folder = await ground.newFolder();
  const baton = await startBaton(ground, { command: ["start"], databaseUrl: database.url, folder });
  try {
    await until(() => isListening(database, hasEvents));
    const count = ground.quick ? 15 : DEALS;
    const spreadMs = ground.quick ? SPREAD_MS / 4 : SPREAD_MS;
    const deals = Array.from({ length: count }, (_, n) => openDeal(emulators, `deal${n}`));
    await until(() => deals.every(({ contact }) => hasTag(emulators, contact, "Active Opportunity")));
    return await Promise.all(
      deals.map(async ({ deal, contact }, n) => {
        await pause((n * spreadMs) / count);
        emulators.salesforce.state.update("Opportunity", deal, { StageName: "Closed Won", ...by(emulators) });
        const began = performance.now();
        await until(() => hasTag(emulators, contact, "Customer"));
        return performance.now() - began;
      }),
    );
  } finally {
    await baton.stop();
  }
}

/** Whether Baton has polled once, and listens where there is something to listen to. */
async function isListening({ db }: BenchDatabase, hasEvents: boolean): Promise<boolean> {
  const { rows } = await sql`select 1 from feedback_cursors`.execute(db);
  if (!hasEvents || rows.length === 0) return rows.length > 0;
  return (await sql`select 1 from change_streams where state = 'on'`.execute(db)).rows.length > 0;
}

/** Changes by Baton's own user say nothing new: a rep makes these. */
function by({ salesforce }: Emulators): { readonly LastModifiedById: string } {
  return { LastModifiedById: String(salesforce.state.userByEmail(REP)?.["Id"]) };
}

function openDeal(emulators: Emulators, who: string): { readonly deal: string; readonly contact: string } {
  const { intercom, salesforce } = emulators;
  const email = `${who}@${who}.example`;
  const { id: contact } = intercom.addContact({ email, name: who, role: "user" });
  const person = salesforce.state.insert("Contact", { LastName: who, Email: email });
  const deal = salesforce.state.insert("Opportunity", {
    Name: `Deal of ${who}`,
    StageName: "Qualification",
    CloseDate: "2027-01-31",
    ...by(emulators),
  });
  salesforce.state.insert("OpportunityContactRole", { OpportunityId: deal, ContactId: person });
  return { deal, contact };
}

function hasTag({ intercom }: Emulators, contact: string, tag: string): boolean {
  const { contacts, tags } = intercom.workspace;
  return [...(contacts.get(contact)?.tagIds ?? [])].some((id) => tags.get(id)?.name === tag);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${String(holds)}`);
    await pause(20);
  }
}
