/** A recipe of a pattern in sentences, as it is shown before it is written. */
import { conditionSentence } from "../sentence.ts";
import type { Written } from "./pattern.ts";
import type { Fields } from "./view.ts";

/** "account owner, else CSM, else pool mid-market, else ann@ourcompany.example". */
export function routeWords(hops: readonly Fields[]): string {
  return hops.map(hopWords).join(", else ");
}

function hopWords(hop: Fields): string {
  const [kind = "nobody", whom] = Object.entries(hop)[0] ?? [];
  if (typeof whom === "string") return kind === "user" ? whom : `${kind} ${whom}`;
  return kind === "csm" ? "CSM" : kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** One sentence for each thing that it does, in the order in which it happens. */
export function recipeSays(recipe: Written, hops: readonly Fields[]): readonly string[] {
  const { tell = [], intercom, acknowledge } = recipe;
  return [
    startWords(recipe),
    recordWords(recipe.record),
    ownerWords(recipe, hops),
    ...tell.map(tellWords),
    ...(intercom === undefined ? [] : [intercomWords(intercom)]),
    ...(acknowledge === undefined
      ? []
      : [
          `The customer is answered within ${acknowledge.within}, unless a person was faster: “${acknowledge.text}”`,
        ]),
    followUpWords(recipe.followUp),
  ];
}

export function ownerWords({ owner }: Written, hops: readonly Fields[]): string {
  return `The owner is found along the route ${owner.route}: ${routeWords(hops)}.`;
}

const TRIGGERS = { message: "the customer writes", tag: "a tag is put on", usage: "the product is used" };

function startWords({ on = [], when, and, customersOnly, score, enrich }: Written): string {
  const asks = [
    conditionSentence(when),
    ...(and === undefined ? [] : [conditionSentence(and)]),
    ...(customersOnly === true ? ["they are a customer"] : []),
    ...(score === undefined ? [] : [`score ${score.name} reaches its threshold`]),
  ];
  const waits = enrich === undefined ? "" : " It waits some seconds for facts of the company.";
  return `Starts when ${on.map((trigger) => TRIGGERS[trigger]).join(", or ")}, if ${asks.join(", and ")}.${waits}`;
}

function recordWords(record: Written["record"]): string {
  if (typeof record !== "object")
    return "In Salesforce: the record that follows from where the person stands there.";
  const { create, closeIn, ...rest } = record;
  const parts = Object.entries(rest).map(([part, value]) => `${part} ${value}`);
  if (closeIn !== undefined) parts.push(`to close in ${closeIn}`);
  return `In Salesforce: ${create === "Opportunity" ? "an" : "a"} ${create} (${parts.join(", ")}).`;
}

const PEOPLE: Readonly<Record<string, string>> = {
  owner: "the owner",
  "account.csm": "the CSM",
};

const whoWords = (who: string): string => PEOPLE[who] ?? who;

function tellWords({
  slack,
  email,
  also = [],
  text,
  with: parts = [],
}: NonNullable<Written["tell"]>[number]) {
  const named = [slack, email, ...also].filter((who) => who !== undefined);
  const who = named.map(whoWords).join(", ");
  const what = parts.length === 0 ? "" : `, with ${parts.join(" and ")}`;
  return `${slack === undefined ? "By e-mail" : "In Slack"} this is told to ${who}${what}${text === undefined ? "." : `: “${text}”`}`;
}

function intercomWords({
  tagConversation,
  tagContact,
  moveToTeam,
}: NonNullable<Written["intercom"]>): string {
  const parts = [
    ...(tagConversation === undefined ? [] : [`the conversation gets the tag ${tagConversation}`]),
    ...(tagContact === undefined ? [] : [`the person gets the tag ${tagContact}`]),
    ...(moveToTeam === undefined ? [] : [`the team ${moveToTeam} gets the conversation`]),
  ];
  return `In Intercom: ${parts.join(", ")}.`;
}

const SILENT = {
  contacted: "nobody has been in touch",
  "contactedBy.csm": "the CSM has not been in touch",
  "contactedBy.owner": "the owner has not been in touch",
};

/** "After 24h, if nobody has been in touch: ...". */
export function followUpWords(followUp: Written["followUp"]): string {
  if (followUp === undefined) return "When nobody answers, nothing more happens.";
  const steps = followUp.then.flatMap(({ slack, task, intercom }) => [
    ...(slack === undefined ? [] : [`Slack tells ${whoWords(slack)}`]),
    ...(task === undefined ? [] : [`the owner gets the Task “${task}”`]),
    ...(intercom === undefined ? [] : [`the person enters ${intercom.enrol}`]),
  ]);
  return `After ${followUp.after}, if ${SILENT[followUp.unless]}: ${steps.join(", ")}.`;
}
