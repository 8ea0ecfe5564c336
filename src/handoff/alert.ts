/**
 * The message to the person who gets it: who, what they want in their own words, why Baton thinks so, where to click.
 * Pure; Slack and e-mail render the same content.
 */
import type { Snapshot } from "../conversation/snapshot.ts";
import type { Scores } from "../qualify/scores.ts";
import type { Attachment, OwnerRef } from "../decide/decision.ts";
import type { HandoffDecision } from "./crm-plan.ts";
import type { Alert } from "./ports.ts";

const REASONS_SHOWN = 6;

export interface AlertWords {
  readonly snapshot: Snapshot;
  readonly scores: Scores;
  readonly recipeName: string;
  readonly summary: readonly string[];
  readonly transcriptHtml: string;
  readonly conversationUrl: string;
}

/** One alert; `text` is the policy's own line and becomes the headline. */
export function composeAlert(
  key: string,
  decision: HandoffDecision,
  told: { readonly text: string | null; readonly with: readonly Attachment[] },
  words: AlertWords,
): Alert {
  const { snapshot } = words;
  const who = snapshot.contact?.name ?? snapshot.contact?.email ?? "Somebody without a name";
  const company = snapshot.company?.name ?? snapshot.company?.domain;
  return {
    key,
    title: words.recipeName,
    headline:
      told.text ?? `${who}${company === undefined || company === null ? "" : ` of ${company}`} needs you`,
    facts: facts(decision, words, told.with),
    reasons: reasons(words.scores),
    summary: words.summary,
    links: [{ label: "Open in Intercom", url: words.conversationUrl }],
    transcriptHtml: told.with.includes("transcript") ? words.transcriptHtml : null,
  };
}

function facts(
  decision: HandoffDecision,
  { snapshot, scores }: AlertWords,
  attached: readonly Attachment[],
): Alert["facts"] {
  const { contact, company } = snapshot;
  const scored = Object.entries(scores.values).filter(([, score]) => score.value > 0);
  const rows: readonly (readonly [string, string | number | null | undefined])[] = [
    ["Person", [contact?.name, contact?.email].filter((one) => one != null).join(", ") || null],
    ["Company", company?.name ?? company?.domain],
    ["Plan", contact?.plan ?? company?.plan],
    ["Employees", company?.employees],
    [
      "Score",
      scored.map(([name, score]) => `${name} ${score.value} (threshold ${score.threshold})`).join(", ") ||
        null,
    ],
    ["Owner", ownerName(decision.owner.owner)],
    ["Why this owner", decision.owner.via],
    ["Salesforce", decision.record.because],
    ...(attached.includes("enrichment") && company !== null
      ? ([
          ["Revenue", company.annualRevenue],
          ["Industry", company.industry],
          ["Technology", company.technology.join(", ") || null],
        ] as const)
      : []),
  ];
  return rows.flatMap(([label, value]) =>
    value === null || value === undefined ? [] : [{ label, value: String(value) }],
  );
}

/** The alert with a note of where it went instead, above all else that it tells. */
export function withNote(alert: Alert, note: string): Alert {
  return { ...alert, facts: [{ label: "Please pass on", value: note }, ...alert.facts] };
}

/** An owner as people read it. */
export function ownerName(owner: OwnerRef): string {
  return owner.kind === "queue" ? `queue ${owner.name}` : (owner.name ?? owner.email ?? owner.id);
}

/** The heaviest contributions first: "+10 Enterprise intent: “SSO”". */
function reasons(scores: Scores): readonly string[] {
  return scores.contributions
    .filter((one) => one.points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, REASONS_SHOWN)
    .map(
      (one) => `${one.points > 0 ? "+" : ""}${Math.round(one.points * 10) / 10} ${one.label}: ${one.reason}`,
    );
}
