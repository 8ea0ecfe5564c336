/**
 * What a rehearsal replays: lines of a file, with people, companies and Salesforce situations of their own, and as many
 * of the demo's conversations as somebody wants.
 */
import type { Readable } from "node:stream";
import {
  type DemoConversation,
  demoConversations,
  demoFileLength,
  type DemoSituation,
} from "../../../demo/conversations.ts";
import { situationNames } from "../../../emulators/salesforce/situation-records.ts";
import { evidenceOfRow, type Row, rowSchema } from "../../conversation/row.ts";
import type { Company, Message, Person } from "../../conversation/snapshot.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { situationOf } from "../../qualify/situation.ts";
import type { Replayable } from "../emulated.ts";
import { readRows, schemaParser } from "../rows.ts";

export interface Conversations {
  readonly conversations: readonly Replayable[];
  /** One readable line for each line of the file that was left out. */
  readonly badLines: readonly string[];
}

export interface Wanted {
  readonly file: { readonly name: string; readonly input: Readable } | null;
  readonly demo: number;
  /** How many of the demo's for each recipe that acts beyond the record, said at the time of the replay. */
  readonly recipes: number;
  readonly seed: number;
  readonly now: EpochMs;
}

/** The file's conversations and the demo's, mixed evenly, so that every part of a run has some of both. */
export async function loadConversations(wanted: Wanted): Promise<Conversations> {
  const fromFile: Replayable[] = [];
  const badLines: string[] = [];
  if (wanted.file !== null) {
    const { name, input } = wanted.file;
    for await (const reading of readRows(input, schemaParser(rowSchema))) {
      if (reading.kind === "bad") badLines.push(`${name}:${reading.line}: ${reading.message}`);
      else {
        const made = fromRow(reading.row, reading.line, wanted.now);
        if (made === null) badLines.push(`${name}:${reading.line}: no turn of it is the customer's`);
        else fromFile.push(made);
      }
    }
  }
  const demo = wanted.demo === 0 ? [] : demoConversations({ count: wanted.demo, ...wanted });
  const { recipes } = wanted;
  const each = recipes === 0 ? [] : RECIPES.flatMap((recipe) => forRecipe(recipe, recipes, wanted));
  return { conversations: mixed(mixed(fromFile, demo), each), badLines };
}

/** The recipes of the default policy that do more than write a record. */
const RECIPES = ["trial-conversion", "enterprise-inbound", "churn-risk"] as const;
/** Repeats of the demo's file that are looked through for one recipe at most. */
const MOST_ROUNDS = 1_000;

/** `count` of the demo's conversations for this recipe, with people of their own, said when they are replayed. */
function forRecipe(recipe: string, count: number, { seed, now }: Wanted): readonly Replayable[] {
  const length = demoFileLength();
  const found: DemoConversation[] = [];
  for (let round = 1; found.length < count && round < MOST_ROUNDS; round += 1) {
    const told = demoConversations({ count: (round + 1) * length, seed: seed + 1, now }).slice(
      round * length,
    );
    found.push(...told.filter((one) => one.expect.recipe === recipe));
  }
  return found.slice(0, count).map((one) => ({ ...one, id: `${recipe}-${one.id}`, isSaidNow: true }));
}

function mixed(some: readonly Replayable[], others: readonly Replayable[]): readonly Replayable[] {
  const placed = [some, others].flatMap((list) =>
    list.map((conversation, i) => ({ conversation, place: (i + 0.5) / list.length })),
  );
  return placed.toSorted((a, b) => a.place - b.place).map(({ conversation }) => conversation);
}

/**
 * A line as somebody who writes today: its last words are said just before `now`. Null when nobody but the company
 * speaks in it.
 */
export function fromRow(row: Row, line: number, now: EpochMs): Replayable | null {
  const { snapshot, crm } = evidenceOfRow(row, now);
  const turns = turnsOf(snapshot.messages, line, now);
  if (!turns.some((turn) => turn.role === "customer")) return null;
  const domain = snapshot.company?.domain ?? `company-${line}.example`;
  const email = snapshot.contact?.email?.replace("@", `+${line}@`) ?? `person-${line}@${domain}`;
  const usage = Map.groupBy(snapshot.usage, ({ event, at }) => `${at} ${event}`);
  return {
    id: `line-${line}-${row.id}`,
    turns,
    contact: contactOf(snapshot.contact, { line, email }),
    company: companyOf(snapshot.company, { line, domain, isOwn: snapshot.contact === null }),
    usage: [...usage.values()].flatMap((uses) =>
      uses.slice(0, 1).map(({ event, at }) => ({
        event,
        at: Math.min(at, now - 60_000),
        count: Math.min(uses.length, 50),
      })),
    ),
    tags: snapshot.tags,
    ...(snapshot.team !== null && { team: snapshot.team }),
    crm: { situation: situationFor(row, crm, line) },
  };
}

const ROLES = { customer: "customer", teammate: "teammate", bot: "bot", note: "note" } as const;

function turnsOf(messages: readonly Message[], line: number, now: EpochMs): Replayable["turns"] {
  // Lines without times, and those of years ago, are told anew: a minute apart, the last one just now.
  const spoken = messages.filter(({ role, text }) => role !== "unknown" && text.trim() !== "");
  const end = now - 1_000 * (1 + (line % 50));
  return spoken.flatMap(({ role, text }, i) =>
    role === "unknown" ? [] : [{ role: ROLES[role], text, at: end - (spoken.length - 1 - i) * 60_000 }],
  );
}

function contactOf(
  person: Person | null,
  { line, email }: { readonly line: number; readonly email: string },
): Replayable["contact"] {
  if (person === null) return { id: `person-${line}`, email, name: `Person ${line} Rehearsed` };
  const { plan, tags, lastSeenAt, role, score } = person;
  return {
    id: `person-${line}`,
    email,
    name: person.name ?? `Person ${line} Rehearsed`,
    tags,
    ...(plan !== null && { plan }),
    ...(lastSeenAt !== null && { lastSeenAt }),
    ...(role !== null && { role }),
    ...(score !== null && { score }),
  };
}

function companyOf(
  company: Company | null,
  { line, domain, isOwn }: { readonly line: number; readonly domain: string; readonly isOwn: boolean },
): NonNullable<Replayable["company"]> {
  const name = isOwn ? null : company?.name;
  if (company === null) return { name: `Company ${line} Rehearsed`, domain };
  const { plan, employees, country, state, annualValue, annualRevenue, customerSince, industry, technology } =
    company;
  return {
    name: name ?? `Company ${line} Rehearsed`,
    domain,
    technology,
    ...(plan !== null && { plan }),
    ...(employees !== null && { employees }),
    ...(country !== null && { country }),
    ...(state !== null && { state }),
    ...(annualValue !== null && { annualValue }),
    ...(annualRevenue !== null && { annualRevenue }),
    ...(customerSince !== null && { customerSince }),
    ...(industry !== null && { industry }),
  };
}

/** What the line says of Salesforce; where it says nothing, the situations go round, so that each occurs. */
function situationFor(row: Row, crm: ReturnType<typeof evidenceOfRow>["crm"], line: number): DemoSituation {
  if (crm === null) return situationNames[line % situationNames.length] ?? "unknown";
  const stage = row.crm?.openOpportunity?.stage;
  if (stage === "Negotiation" || stage === "Contract Sent") return "late-stage";
  return situationOf(crm);
}
