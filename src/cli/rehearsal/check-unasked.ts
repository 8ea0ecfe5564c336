/** Writes that reached the outside although no effect asks for them. */
import type { LedgerEntry } from "../../../emulators/core/ledger.ts";
import type { Facts, Problem } from "./facts.ts";
import { inboxMark, inboxMarkOf, leftOfMessageId, outsideOf } from "./outside.ts";

export function checkUnasked(facts: Facts): Problem[] {
  return [...unaskedInSalesforce(facts), ...unaskedInIntercom(facts), ...unaskedMessages(facts)];
}

function unaskedInSalesforce({ handoffs, salesforce }: Facts): Problem[] {
  const asked = new Set(
    handoffs.flatMap(({ effects }) =>
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
  const records = salesforce.records.filter(({ key }) => key !== null && !asked.has(key));
  return [
    ...calls.map((entry) => unasked("Salesforce", entry)),
    ...records.map(({ object, id, key }): Problem => ({
      kind: "doubled",
      line: `Salesforce has the ${object} ${id} with the key ${key}, which no effect carries`,
    })),
  ];
}

function unaskedInIntercom(facts: Facts): Problem[] {
  const outside = outsideOf(facts);
  const effects = facts.handoffs.flatMap((handoff) => handoff.effects);
  const asked = new Set(effects.map((effect) => inboxMark(effect, outside)).filter((mark) => mark !== null));
  const tags = new Set(
    effects.flatMap(({ request }) =>
      request.kind === "tag-conversation" || request.kind === "tag-contact"
        ? [request.tag.toLowerCase()]
        : [],
    ),
  );
  return facts.intercom.calls
    .filter((entry) => entry.committed)
    .filter((entry) => {
      const mark = inboxMarkOf(entry);
      return mark === null ? !makesTag(entry, tags) : !asked.has(mark);
    })
    .map((entry) => unasked("Intercom", entry));
}

/** A tag that an effect needs is made before it is put on. */
function makesTag({ method, path, body }: LedgerEntry, tags: ReadonlySet<string>): boolean {
  const name = typeof body === "object" && body !== null && "name" in body ? body.name : null;
  return method === "POST" && path === "/tags" && typeof name === "string" && tags.has(name.toLowerCase());
}

function unaskedMessages({ handoffs, slack, mail }: Facts): Problem[] {
  const asked = new Set(
    handoffs.flatMap(({ effects }) => effects.filter(({ kind }) => kind === "notify").map(({ key }) => key)),
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
