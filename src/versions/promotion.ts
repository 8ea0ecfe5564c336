/** Whether a version may go to another environment, and how that is told. Pure. */
import type { Finding, Severity } from "../policy/lint/finding.ts";
import { isPublished, type Published, type PublishRefusal } from "./publish-outcome.ts";
import { comparisonLines, refusalLines } from "./telling.ts";

export interface Origin {
  readonly environment: string;
  readonly number: number;
}

export type Promotion = (Published | PublishRefusal | { readonly kind: "lacking" }) & {
  readonly from: Origin;
  readonly to: string;
  /** What was found about the target, by line; empty when it was not asked. */
  readonly findings: readonly Finding[];
};

export function isPromoted(promotion: Promotion): promotion is Promotion & Published {
  return promotion.kind === "published" || promotion.kind === "would";
}

/** Faults stop it in any case, warnings unless they are passed by hand. */
export function mayPromote(findings: readonly Finding[], force: boolean): boolean {
  const stopping = force ? ["fault"] : ["fault", "warning"];
  return !findings.some(({ severity }) => stopping.includes(severity));
}

/** Faults, then warnings, then notes; each in the order given. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const order: readonly Severity[] = ["fault", "warning", "note"];
  return order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** What became of it, the first line by itself being enough. */
export function promotionLines(promotion: Promotion): readonly string[] {
  const { from, to, findings } = promotion;
  const origin = `version ${from.number} of ${from.environment}`;
  const found = findings.map(findingLine);
  if (promotion.kind === "lacking") {
    const isFaulty = findings.some(({ severity }) => severity === "fault");
    return [
      `${to} lacks what ${origin} names, so nothing was promoted`,
      ...found,
      ...(isFaulty ? [] : ["--force passes warnings"]),
    ];
  }
  if (!isPublished(promotion)) return [...refusalLines(promotion), ...found];
  const verb = promotion.kind === "would" ? "would be" : "is";
  return [
    `Version ${promotion.number} of ${to} ${verb} live: ${origin}.`,
    ...(promotion.changes === null ? [] : comparisonLines(promotion.changes)),
    ...found,
  ];
}

function findingLine({ severity, line, path, message, next }: Finding): string {
  const place = path === "" ? "" : `${line === undefined ? "" : `line ${line}, `}${path}: `;
  return `  ${severity}: ${place}${message}${next === null ? "" : `; ${next.replace(/\.$/, "")}`}`;
}
