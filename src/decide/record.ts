/**
 * Which Salesforce record the handoff works on: the recipe's own, the policy's overrides, or the table of situations.
 */
import type { EpochMs } from "../kernel/time.ts";
import { durationMs } from "../kernel/time.ts";
import type { FieldLookup } from "../policy/condition.ts";
import { decide } from "../policy/evaluate.ts";
import { DEFAULT_STAGE } from "../policy/names.ts";
import type { Policy, Recipe, RecordAction } from "../policy/schema.ts";
import type { CrmSituation, CrmView } from "../qualify/crm.ts";
import { openLead, openOpportunity, situationOf } from "../qualify/situation.ts";
import type { RecordPlan } from "./decision.ts";
import { whyAccount, whyOpportunity } from "./explain.ts";

/** Salesforce requires a close date; without one in the policy a new Opportunity closes in a month. */
const DEFAULT_CLOSE = "30d";

/** Who the record itself names as its owner, before the recipe's route is asked. */
export type OwnerWish = "opportunity.owner" | "account.owner" | "account.csm" | "lead.owner" | null;

export interface RecordChoice {
  readonly record: RecordPlan;
  readonly ownerWish: OwnerWish;
}

interface Question {
  readonly recipe: Recipe;
  readonly policy: Policy;
  readonly crm: CrmView;
  readonly lookup: FieldLookup;
  readonly now: EpochMs;
  /** The CRM source of a new record when the recipe names none: the conversation's first tag. */
  readonly source: string | null;
}

/** The record for this recipe in this situation, and why. Total: every situation ends on some record. */
export function planRecord(question: Question): RecordChoice {
  const { record, ownerWish } = recordOf(question);
  const account = whyAccount(question.crm);
  const because = account === null ? record.because : `${record.because}; ${account}`;
  return { record: { ...record, because }, ownerWish };
}

function recordOf(question: Question): RecordChoice {
  const { recipe, crm } = question;
  const situation = situationOf(crm);
  if (recipe.record !== "by-situation") return byRecipe(recipe.record, situation, question);
  for (const rule of question.policy.records) {
    const both = rule.and === undefined ? [rule.when] : [rule.when, rule.and];
    if (both.every((condition) => decide(condition, question.lookup, question.now) === "yes")) {
      return byAction(rule, situation, question, "the policy's own rule for this situation");
    }
  }
  return bySituation(situation, question);
}

/** A recipe names its record, but never makes a second record for a person who already has a better one. */
function byRecipe(action: RecordAction, situation: CrmSituation, question: Question): RecordChoice {
  const because = `recipe "${question.recipe.name}" asks for ${action.create}`;
  const known = situation !== "unknown" && situation !== "open-lead";
  if (action.create === "Lead" && known) return bySituation(situation, question);
  if (action.create === "Opportunity" && (situation === "open-lead" || situation === "open-opportunity")) {
    return bySituation(situation, question);
  }
  return byAction(action, situation, question, because);
}

function byAction(
  action: RecordAction,
  situation: CrmSituation,
  question: Question,
  because: string,
): RecordChoice {
  const ownerWish = action.owner ?? null;
  switch (action.create) {
    case "Lead":
      return { record: leadFor(situation, question, action.source ?? question.source, because), ownerWish };
    case "Contact":
      return { record: contactFor(action, situation, question, because), ownerWish };
    case "Opportunity":
      return { record: opportunityFor(situation, question, action, because), ownerWish };
    case "Task":
      return { record: taskOn(action, situation, question, because), ownerWish };
  }
}

function leadFor(
  situation: CrmSituation,
  { crm }: Question,
  source: string | null,
  because: string,
): RecordPlan {
  const lead = openLead(crm);
  if (lead !== null) {
    return {
      kind: "update-lead",
      leadId: lead.id,
      source,
      situation,
      because: `${because}; the person is an open Lead already`,
    };
  }
  return { kind: "create-lead", source, accountId: crm.accounts[0]?.id ?? null, situation, because };
}

/** A new Contact, unless the person is one already (then a Task on it) or an open Lead (then that one). */
function contactFor(
  action: RecordAction,
  situation: CrmSituation,
  question: Question,
  because: string,
): RecordPlan {
  const { crm } = question;
  const source = action.source ?? question.source;
  if (crm.contacts.length > 0) {
    return taskOn({ ...action, on: "Contact" }, situation, question, `${because}; the person is one already`);
  }
  if (openLead(crm) !== null) return leadFor(situation, question, source, because);
  return { kind: "create-contact", source, accountId: crm.accounts[0]?.id ?? null, situation, because };
}

function opportunityFor(
  situation: CrmSituation,
  { crm, now, source }: Question,
  action: Pick<RecordAction, "type" | "stage" | "closeIn" | "source">,
  because: string,
): RecordPlan {
  const contact = crm.contacts[0] ?? null;
  const accountId = contact?.accountId ?? crm.accounts[0]?.id ?? null;
  const account = crm.accounts.find(({ id }) => id === accountId);
  return {
    kind: "create-opportunity",
    contactId: contact?.id ?? null,
    accountId,
    isPersonAccount: account?.isPersonAccount === true,
    type: action.type ?? null,
    stage: action.stage ?? DEFAULT_STAGE,
    closeAt: now + durationMs(action.closeIn ?? DEFAULT_CLOSE),
    source: action.source ?? source,
    situation,
    because,
  };
}

/** A Task on the object the rule names, or on the nearest thing the person has. */
function taskOn(
  action: RecordAction,
  situation: CrmSituation,
  question: Question,
  because: string,
): RecordPlan {
  const { crm } = question;
  const opportunity = openOpportunity(crm);
  const places = {
    Account: crm.accounts[0]?.id,
    Opportunity: opportunity?.id,
    Contact: crm.contacts[0]?.id,
    Lead: openLead(crm)?.id,
  } as const;
  const order = [action.on ?? "Account", "Account", "Opportunity", "Contact", "Lead"] as const;
  const [nearest] = order.flatMap((object) => {
    const id = places[object];
    return id === undefined ? [] : [{ object, id }];
  });
  return {
    kind: "task",
    on: nearest ?? null,
    contactId: crm.contacts[0]?.id ?? null,
    subject: action.subject ?? `Follow up: ${question.recipe.name}`,
    priority: action.priority ?? "Normal",
    situation,
    because,
  };
}

/** The blueprint's table, section 4. */
function bySituation(situation: CrmSituation, question: Question): RecordChoice {
  const { crm } = question;
  switch (situation) {
    case "unknown":
      return {
        record: leadFor(situation, question, question.source, "nobody in Salesforce has this address"),
        ownerWish: null,
      };
    case "open-lead":
      return { record: leadFor(situation, question, question.source, "an open Lead"), ownerWish: null };
    case "contact":
      return {
        record: opportunityFor(situation, question, {}, "a Contact with no open Opportunity"),
        ownerWish: null,
      };
    case "open-opportunity":
      return {
        record: taskOn({ create: "Task", on: "Opportunity" }, situation, question, whyOpportunity(crm)),
        ownerWish: "opportunity.owner",
      };
    case "customer":
      return {
        record: taskOn(
          { create: "Task", on: "Account" },
          situation,
          question,
          "a customer with nothing open: the CSM hears it",
        ),
        ownerWish: "account.csm",
      };
  }
}
