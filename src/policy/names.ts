/**
 * What a policy names of the systems around it, each name with its place. Users and queues are the linter's: see
 * lint/routes.ts.
 */
import { isCondition } from "./condition.ts";
import { namesIn } from "./lint/parts.ts";
import type { Path } from "./lint/finding.ts";
import type { Policy, RecordAction } from "./schema.ts";

/** The stage of a new Opportunity where the policy names none. */
export const DEFAULT_STAGE = "Qualification";

export type CrmName =
  | { readonly kind: "stage"; readonly stage: string }
  /** A value for a field that may have a closed list. */
  | { readonly kind: "value"; readonly object: string; readonly field: string; readonly value: string }
  /** A field that the mapping writes. */
  | { readonly kind: "field"; readonly object: string; readonly field: string };
export type InboxName =
  { readonly kind: "team"; readonly team: string } | { readonly kind: "tag"; readonly tag: string };
export interface ChannelName {
  readonly kind: "channel";
  readonly channel: string;
}
export type OutsideName = CrmName | InboxName | ChannelName;

export type Named<Name extends OutsideName = OutsideName> = Name & Place;

interface Place {
  readonly path: Path;
  /** "reads": a condition or a signal waits for it; without it nothing fails, and nothing comes. */
  readonly use: "acts" | "reads";
}

/** Every name, in the order of the document's parts. Tags that Baton sets are no part: it makes what is absent. */
export function namesOf(policy: Policy): readonly Named[] {
  return [
    ...Object.entries(policy.signals).flatMap(([signal, { tags }]) =>
      tags.map((tag, at) => reads({ kind: "tag", tag }, ["signals", signal, "tags", at])),
    ),
    ...policy.recipes.flatMap((recipe, at) => recipeNames(recipe, ["recipes", at])),
    ...policy.records.flatMap((rule, at) => recordNames(rule, ["records", at])),
    ...mappedNames(policy),
    ...conditionNames(policy, []),
  ];
}

export function isCrmName(named: Named): named is Named<CrmName> {
  return named.kind === "stage" || named.kind === "value" || named.kind === "field";
}

export function isInboxName(named: Named): named is Named<InboxName> {
  return named.kind === "team" || named.kind === "tag";
}

export function isChannelName(named: Named): named is Named<ChannelName> {
  return named.kind === "channel";
}

function acts<Name extends OutsideName>(name: Name, path: Path): Named<Name> {
  return { ...name, path, use: "acts" };
}

function reads<Name extends OutsideName>(name: Name, path: Path): Named<Name> {
  return { ...name, path, use: "reads" };
}

function recipeNames(recipe: Policy["recipes"][number], path: Path): readonly Named[] {
  const { record, tell, intercom, followUp } = recipe;
  const team = intercom?.moveToTeam;
  return [
    ...(record === "by-situation"
      ? [acts({ kind: "stage", stage: DEFAULT_STAGE }, [...path, "record"])]
      : recordNames(record, [...path, "record"])),
    ...tell.flatMap(({ slack, email, also }, at) => [
      ...channel(slack, [...path, "tell", at, "slack"]),
      ...(email === undefined
        ? also.flatMap((name, i) => channel(name, [...path, "tell", at, "also", i]))
        : []),
    ]),
    ...(team === undefined ? [] : [acts({ kind: "team", team }, [...path, "intercom", "moveToTeam"])]),
    ...(followUp?.then ?? []).flatMap(({ slack }, at) =>
      channel(slack, [...path, "followUp", "then", at, "slack"]),
    ),
  ];
}

function recordNames(action: RecordAction, path: Path): readonly Named[] {
  const { create: object, source, type, stage = DEFAULT_STAGE, priority } = action;
  const value = (field: string, given: string | undefined, key: string): readonly Named[] =>
    given === undefined ? [] : [acts({ kind: "value", object, field, value: given }, [...path, key])];
  switch (object) {
    case "Lead":
      // Somebody who is a Contact already gets an Opportunity of the default stage instead.
      return [...value("LeadSource", source, "source"), acts({ kind: "stage", stage: DEFAULT_STAGE }, path)];
    case "Contact":
      return value("LeadSource", source, "source");
    case "Opportunity":
      return [
        ...value("LeadSource", source, "source"),
        ...value("Type", type, "type"),
        acts({ kind: "stage", stage }, [...path, "stage"]),
      ];
    case "Task":
      return value("Priority", priority, "priority");
  }
}

const PEOPLE = ["owner", "account.owner", "account.csm"];

function channel(name: string | undefined, path: Path): readonly Named[] {
  if (name === undefined || PEOPLE.includes(name) || name.includes("@")) return [];
  return [acts({ kind: "channel", channel: name }, path)];
}

/** What the parts of a mapping are called in Salesforce. */
export const MAPPED_OBJECTS = {
  lead: "Lead",
  contact: "Contact",
  account: "Account",
  opportunity: "Opportunity",
} as const;

function mappedNames({ mapping }: Policy): readonly Named[] {
  return (["lead", "contact", "account", "opportunity"] as const).flatMap((object) =>
    mapping[object].flatMap(({ to: field, direction }, at) =>
      direction === "to-intercom"
        ? []
        : [acts({ kind: "field", object: MAPPED_OBJECTS[object], field }, ["mapping", object, at, "to"])],
    ),
  );
}

/** What conditions compare teams, tags and stages with, however deep the condition stands. */
function conditionNames(part: unknown, path: Path): readonly Named[] {
  if (typeof part !== "object" || part === null) return [];
  if (isCondition(part) && "field" in part)
    return namesIn(part).flatMap((value) => comparedWith(part.field, value, [...path, "value"]));
  return Object.entries(part).flatMap(([key, inner]) =>
    conditionNames(inner, [...path, Array.isArray(part) ? Number(key) : key]),
  );
}

function comparedWith(field: string, value: string, path: Path): readonly Named[] {
  switch (field) {
    case "conversation.team":
      return [reads({ kind: "team", team: value }, path)];
    case "conversation.tags":
    case "conversation.firstTag":
    case "contact.tags":
      return [reads({ kind: "tag", tag: value }, path)];
    case "crm.openOpportunity.stage":
    case "opportunity.stage":
      return [reads({ kind: "stage", stage: value }, path)];
    default:
      return [];
  }
}
