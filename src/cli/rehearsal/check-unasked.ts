/** Writes that reached the outside although no effect asks for them. */
import { z } from "zod";
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import { carried, type Facts, type Problem } from "./facts.ts";
import { inboxMark, inboxMarkOf, leftOfMessageId, outsideOf } from "./outside.ts";

export function checkUnasked(facts: Facts): Problem[] {
  return [...unaskedInSalesforce(facts), ...unaskedInIntercom(facts), ...unaskedMessages(facts)];
}

function unaskedInSalesforce(facts: Facts): Problem[] {
  const { salesforce } = facts;
  const asked = new Set(
    carried(facts).flatMap(({ effects }) =>
      effects.flatMap(({ request }) =>
        request.kind === "crm-write"
          ? request.operations.flatMap((one) => (one.kind === "create" && one.key !== null ? [one.key] : []))
          : [],
      ),
    ),
  );
  const calls = salesforce.calls.filter(
    ({ committed, path, keys }) =>
      committed &&
      path.startsWith("/services/data") &&
      (keys.length === 0 || keys.some((key) => !asked.has(key))),
  );
  const synced = new Set(facts.synced);
  const records = salesforce.records.filter(({ key }) => key !== null && !asked.has(key));
  return [
    ...calls.filter((entry) => !isSync(entry, synced)).map((entry) => unasked("Salesforce", entry)),
    ...records.map(({ object, id, key }): Problem => ({
      kind: "doubled",
      line: `Salesforce has the ${object} ${id} with the key ${key}, which no effect carries`,
    })),
  ];
}

const Collection = z.object({
  records: z.array(z.looseObject({ id: z.string() })),
});

/** Every field of every record of it is one that sync was to write. */
function isSync({ method, path, body }: LedgerEntry, synced: ReadonlySet<string>): boolean {
  if (method !== "PATCH" || !path.endsWith("/composite/sobjects")) return false;
  const parsed = Collection.safeParse(body);
  if (!parsed.success) return false;
  return parsed.data.records.every((record) =>
    Object.keys(record).every(
      (field) => field === "id" || field === "attributes" || synced.has(`${record.id} ${field}`),
    ),
  );
}

function unaskedInIntercom(facts: Facts): Problem[] {
  const outside = outsideOf(facts);
  const synced = new Set(facts.synced);
  const effects = carried(facts).flatMap((owner) => owner.effects);
  const asked = new Set(effects.map((effect) => inboxMark(effect, outside)).filter((mark) => mark !== null));
  const tags = new Set([
    ...facts.feedbackTags.map((tag) => tag.toLowerCase()),
    ...effects.flatMap(({ request }) =>
      request.kind === "tag-conversation" || request.kind === "tag-contact"
        ? [request.tag.toLowerCase()]
        : [],
    ),
  ]);
  const isFeedback = (mark: string): boolean =>
    facts.feedbackTags.some((tag) => mark.startsWith("contact:") && mark.endsWith(` tag-name:${tag}`));
  const attributes = new Set([
    ...facts.feedbackAttributes.map((name) => name.toLowerCase()),
    ...effects.flatMap(({ request }) =>
      request.kind === "set-attributes"
        ? Object.keys(request.attributes).map((name) => name.toLowerCase())
        : [],
    ),
  ]);
  return facts.intercom.calls
    .filter((entry) => entry.committed)
    .filter((entry) => {
      if (entry.method === "PUT" && synced.has(entry.path.replace("/contacts/", ""))) return false;
      if (setsOnly(entry, facts.feedbackAttributes)) return false;
      const mark = inboxMarkOf(entry);
      if (mark !== null) return !asked.has(mark) && !isFeedback(mark);
      return !makes(entry, "/tags", tags) && !makes(entry, "/data_attributes", attributes);
    })
    .map((entry) => unasked("Intercom", entry));
}

const AttributesSet = z.strictObject({ custom_attributes: z.record(z.string(), z.unknown()) });

/** Whether a person is given these attributes, some of them, and nothing else. */
function setsOnly({ method, path, body }: LedgerEntry, names: readonly string[]): boolean {
  if (method !== "PUT" || !path.startsWith("/contacts/")) return false;
  const set = AttributesSet.safeParse(body);
  return set.success && Object.keys(set.data.custom_attributes).every((name) => names.includes(name));
}

/** A tag or an attribute that an effect needs is made before it is put on. */
function makes({ method, path, body }: LedgerEntry, where: string, names: ReadonlySet<string>): boolean {
  const name = typeof body === "object" && body !== null && "name" in body ? body.name : null;
  return method === "POST" && path === where && typeof name === "string" && names.has(name.toLowerCase());
}

function unaskedMessages(facts: Facts): Problem[] {
  const { slack, mail } = facts;
  const asked = new Set(
    carried(facts).flatMap(({ effects }) =>
      effects.filter(({ kind }) => kind === "notify").map(({ key }) => key),
    ),
  );
  const posts = slack.calls.filter(
    ({ committed, path, keys }) =>
      committed && path.endsWith("/chat.postMessage") && !keys.some((key) => asked.has(key)),
  );
  const mails = mail.calls.filter(
    ({ committed, keys }) => committed && !keys.some((key) => asked.has(leftOfMessageId(key))),
  );
  return [...posts.map((entry) => unasked("Slack", entry)), ...mails.map((entry) => unasked("mail", entry))];
}

function unasked(where: string, { method, path, time, keys }: LedgerEntry): Problem {
  const key = keys.length === 0 ? "without a key" : `with ${keys.join(", ")}`;
  return {
    kind: "doubled",
    line: `${where} was changed by ${method} ${path} at ${time} ${key}, which no effect asks for`,
  };
}
