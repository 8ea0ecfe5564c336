/** Each effect against what the emulators hold: there, and there once. */
import type { CrmOperation } from "../../handoff/ports.ts";
import { carried, type EffectFact, type Facts, type HandoffFact, type Problem } from "./facts.ts";
import { inboxMark, type Outside, outsideOf, plainText } from "./outside.ts";

/** Objects for which an org's duplicate rules may name a record that is there already. */
const WITH_DUPLICATE_RULES: ReadonlySet<string> = new Set(["Lead", "Contact", "Account"]);

export function checkEffects(facts: Facts): Problem[] {
  const outside = outsideOf(facts);
  return carried(facts).flatMap((owner) =>
    owner.effects.flatMap((effect) => checkEffect(effect, owner, facts, outside)),
  );
}

function checkEffect(
  effect: EffectFact,
  owner: Pick<HandoffFact, "id">,
  facts: Facts,
  outside: Outside,
): Problem[] {
  const what = `${owner.id}: ${describe(effect)}`;
  switch (effect.state) {
    case "planned":
    case "sending":
      return [
        lost(
          `${what} was never finished (${effect.state}${effect.error === null ? "" : `: ${effect.error}`})`,
        ),
      ];
    case "done":
      return happened(effect, what, facts, outside, "once");
    case "maybe":
      return happened(effect, what, facts, outside, "at most once");
    case "failed":
      // A failure is counted as one; what it left behind must at least not be there twice.
      return happened(effect, what, facts, outside, "at most once");
    case "would":
    case "skipped":
      return untouched(effect, what, outside);
  }
}

type Wanted = "once" | "at most once";

function happened(
  effect: EffectFact,
  what: string,
  facts: Facts,
  outside: Outside,
  wanted: Wanted,
): Problem[] {
  const { request } = effect;
  switch (request.kind) {
    case "crm-write":
      return request.operations.flatMap((operation) =>
        operationHappened({ operation, effect, what, facts, outside, wanted }),
      );
    case "tag-conversation": {
      const there = facts.intercom.conversations.find(({ id }) => id === request.conversation)?.tags ?? [];
      return inIntercom(effect, what, there.includes(request.tag), outside, wanted);
    }
    case "tag-contact": {
      const there = facts.intercom.contacts.find(({ id }) => id === request.contact)?.tags ?? [];
      return inIntercom(effect, what, there.includes(request.tag), outside, wanted);
    }
    case "move-to-team": {
      const team = facts.intercom.conversations.find(({ id }) => id === request.conversation)?.team;
      const moved = outside.inboxWrites.has(inboxMark(effect, outside) ?? "");
      return inIntercom(effect, what, team === request.team || moved, outside, wanted);
    }
    case "set-attributes": {
      const there = facts.intercom.contacts.find(({ id }) => id === request.contact)?.attributes ?? {};
      const isSet = Object.entries(request.attributes).every(([name, value]) => there[name] === value);
      return inIntercom(effect, what, isSet, outside, wanted);
    }
    case "reply": {
      const answers =
        facts.intercom.conversations.find(({ id }) => id === request.conversation)?.answers ?? [];
      const ours = answers.filter(
        ({ admin, text }) => admin === request.admin && text === plainText(request.text),
      );
      return times(what, ours.length, wanted);
    }
    case "notify": {
      const messages = request.recipient.kind === "email" ? facts.mail.keys : facts.slack.keys;
      return times(what, messages.filter((key) => key === request.alert.key).length, wanted);
    }
    case "impossible":
      return [lost(`${what} is called done and can't be done`)];
  }
}

function inIntercom(
  effect: EffectFact,
  what: string,
  isThere: boolean,
  outside: Outside,
  wanted: Wanted,
): Problem[] {
  const writes = outside.inboxWrites.get(inboxMark(effect, outside) ?? "")?.length ?? 0;
  if (!isThere && wanted === "once") return [lost(`${what} is not to be seen in Intercom`)];
  return writes > 1 ? [doubled(`${what} changed Intercom ${writes} times`)] : [];
}

interface Operated {
  readonly operation: CrmOperation;
  readonly effect: EffectFact;
  readonly what: string;
  readonly facts: Facts;
  readonly outside: Outside;
  readonly wanted: Wanted;
}

function operationHappened(operated: Operated): Problem[] {
  const { operation, effect, outside, wanted } = operated;
  const what = `${operated.what}, ${operation.kind} ${operation.object} "${operation.ref}"`;
  if (operation.kind === "update") return updateHappened(operated, operation, what);
  if (operation.key === null) return roleHappened(operated, operation, what);
  const records = outside.crmRecords.get(operation.key) ?? [];
  const writes = outside.crmWrites.get(operation.key)?.length ?? 0;
  const id = effect.result?.ids?.[operation.ref];
  if (id === undefined && records.length === 0 && WITH_DUPLICATE_RULES.has(operation.object)) return [];
  if (writes > 1) return [doubled(`${what} was committed ${writes} times`)];
  const problems = times(what, records.length, wanted);
  if (problems.length === 0 && id !== undefined && !records.some((record) => record.id === id))
    return [lost(`${what} is stored as ${id}, and Salesforce has it under another id`)];
  return problems;
}

/** An update stands in the same transaction as the keyed records of its write. */
function updateHappened(
  { effect, outside, wanted }: Operated,
  operation: Extract<CrmOperation, { kind: "update" }>,
  what: string,
): Problem[] {
  const { request } = effect;
  if (request.kind !== "crm-write" || wanted !== "once") return [];
  const keys = request.operations.flatMap((one) =>
    one.kind === "create" && one.key !== null ? [one.key] : [],
  );
  const writes = new Set(keys.flatMap((key) => outside.crmWrites.get(key) ?? []));
  const updates = [...writes].filter((entry) =>
    JSON.stringify(entry.body).includes(`/${operation.id}"`),
  ).length;
  return times(what, updates, wanted);
}

function roleHappened(
  { effect, facts, wanted }: Operated,
  operation: Extract<CrmOperation, { kind: "create" }>,
  what: string,
): Problem[] {
  const ids = effect.result?.ids ?? {};
  const idOf = (value: unknown): string | undefined =>
    typeof value === "object" && value !== null && "ref" in value ? ids[String(value.ref)] : String(value);
  const opportunity = idOf(operation.fields["OpportunityId"]);
  const contact = idOf(operation.fields["ContactId"]);
  if (opportunity === undefined) return [];
  const there = facts.salesforce.contactRoles.filter(
    (role) => role.opportunity === opportunity && (contact === undefined || role.contact === contact),
  );
  return times(what, there.length, wanted);
}

/** In shadow mode, and where nothing can be done, nothing may have happened. */
function untouched(effect: EffectFact, what: string, outside: Outside): Problem[] {
  const { request } = effect;
  const keys =
    request.kind === "crm-write"
      ? request.operations.flatMap((one) => (one.kind === "create" && one.key !== null ? [one.key] : []))
      : [effect.key];
  const isThere =
    keys.some((key) => outside.crmWrites.has(key) || outside.posts.has(key) || outside.mails.has(key)) ||
    (request.kind === "reply" && outside.inboxWrites.has(inboxMark(effect, outside) ?? ""));
  return isThere ? [doubled(`${what} was only to be shown, and went out`)] : [];
}

function times(what: string, found: number, wanted: Wanted): Problem[] {
  if (found > 1) return [doubled(`${what} is there ${found} times`)];
  return found === 0 && wanted === "once" ? [lost(`${what} is called done and is not there`)] : [];
}

function describe({ request, key }: EffectFact): string {
  switch (request.kind) {
    case "crm-write":
      return "write to Salesforce";
    case "tag-conversation":
      return `tag "${request.tag}" on conversation ${request.conversation}`;
    case "tag-contact":
      return `tag "${request.tag}" on contact ${request.contact}`;
    case "move-to-team":
      return `move of conversation ${request.conversation} to ${request.team}`;
    case "set-attributes":
      return `attributes ${Object.keys(request.attributes).join(", ")} of contact ${request.contact}`;
    case "reply":
      return `answer in conversation ${request.conversation}`;
    case "notify": {
      const { recipient } = request;
      return `message ${key} to ${recipient.kind === "slack-channel" ? recipient.channel : recipient.email}`;
    }
    case "impossible":
      return request.what;
  }
}

function lost(line: string): Problem {
  return { kind: "lost", line };
}

function doubled(line: string): Problem {
  return { kind: "doubled", line };
}
