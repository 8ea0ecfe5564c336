/**
 * Who is told besides owning the record: the recipe's channels and people, and the second person of `alsoTell`.
 */
import type { Recipe } from "../policy/schema.ts";
import type { CrmOwner, CrmView } from "../qualify/crm.ts";
import type { Attachment, OwnerRef, Told } from "./decision.ts";
import type { Second } from "./errand.ts";

/** Everybody to tell, each person and channel once, in the policy's order. */
export function planTold(
  recipe: Recipe,
  owner: OwnerRef,
  seconds: readonly Second[],
  crm: CrmView,
): readonly Told[] {
  const told = [...recipe.tell.flatMap((tell) => tellTo(tell, owner, crm)), ...seconds.map(secondTold)];
  return told.filter((one, i) => told.findIndex((other) => addressOf(other) === addressOf(one)) === i);
}

/** Whom one line of a policy tells: the owner, people of the account, channels, addresses. */
export function tellTo(tell: Recipe["tell"][number], owner: OwnerRef, crm: CrmView): readonly Told[] {
  const { text = null, with: attached } = tell;
  const medium = tell.email === undefined ? "slack" : "email";
  const names = [tell.slack, tell.email, ...tell.also].filter((name) => name !== undefined);
  return names.map((name) => ofName(name, medium, { text, with: attached }, owner, crm));
}

interface Words {
  readonly text: string | null;
  readonly with: readonly Attachment[];
}

function ofName(name: string, medium: "slack" | "email", words: Words, owner: OwnerRef, crm: CrmView): Told {
  if (name === "owner") {
    if (owner.kind === "queue")
      return {
        kind: "nobody",
        as: "owner",
        reason: `the queue ${owner.name} owns it: Salesforce tells its members`,
      };
    return toPerson("owner", owner.email, medium, words);
  }
  if (name === "account.owner") return toCrmOwner("account owner", crm.accounts[0]?.owner, medium, words);
  if (name === "account.csm") return toCrmOwner("CSM of the account", crm.accounts[0]?.csm, medium, words);
  if (name.includes("@")) return toPerson(name, name, medium, words);
  return { kind: "slack-channel", channel: name, ...words };
}

function toCrmOwner(
  as: string,
  owner: CrmOwner | null | undefined,
  medium: "slack" | "email",
  words: Words,
): Told {
  if (owner === null || owner === undefined)
    return { kind: "nobody", as, reason: "there is none in Salesforce" };
  if (!owner.active)
    return { kind: "nobody", as, reason: `${owner.name ?? owner.id} is inactive in Salesforce` };
  return toPerson(as, owner.email, medium, words);
}

function toPerson(as: string, email: string | null, medium: "slack" | "email", words: Words): Told {
  if (email === null) return { kind: "nobody", as, reason: "Salesforce has no e-mail address for them" };
  return { kind: medium === "slack" ? "slack-user" : "email", email, as, ...words };
}

/** A person hears it in Slack, a queue gets a Task. */
function secondTold({ route, answer }: Second): Told {
  if (answer.kind !== "assigned") {
    const reason = answer.receipts.map((one) => `${one.candidate}: ${one.reason}`).join("; ");
    return { kind: "nobody", as: route, reason };
  }
  const { owner } = answer.plan;
  return owner.kind === "queue"
    ? { kind: "queue-task", queue: owner, as: route }
    : toPerson(route, owner.email, "slack", { text: null, with: [] });
}

function addressOf(told: Told): string {
  switch (told.kind) {
    case "slack-channel":
      return `slack ${told.channel}`;
    case "slack-user":
      return `slack ${told.email.toLowerCase()}`;
    case "email":
      return `email ${told.email.toLowerCase()}`;
    case "queue-task":
      return `queue ${told.queue.id}`;
    case "nobody":
      return `nobody ${told.as}`;
  }
}
