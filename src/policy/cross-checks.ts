/**
 * What a policy must not contradict within itself: names that nothing answers to, ids used twice, conditions that can
 * never be decided.
 */
import { durationMs, parseDuration } from "../kernel/time.ts";
import { isTimezone } from "../kernel/zone.ts";
import type { Condition, Rule } from "./condition.ts";
import type { PathedMessage } from "./faults.ts";
import { fieldKind, isKnownField } from "./fields.ts";
import { isOfOwner } from "./mapping.ts";
import { parseHours } from "./hours.ts";
import { readAbsence } from "./absence.ts";
import { PLACEHOLDERS, unknownPlaceholders } from "./placeholders.ts";
import type { Policy, PoolMember } from "./schema.ts";

type Path = readonly PropertyKey[];

/** A place where the document names something else of the document. */
interface Reference {
  readonly path: Path;
  readonly name: string;
  readonly what: "signal" | "score" | "route" | "pool" | "list" | "sequence";
}

/** Contradictions that make the policy unusable. */
export function crossFaults(policy: Policy): readonly PathedMessage[] {
  return [
    ...referencesOf(policy)
      .filter((reference) => !isAnswered(policy, reference))
      .map(unanswered(policy)),
    ...idsOf(policy).flatMap(repeated),
    ...timezonesOf(policy)
      .filter(({ name }) => !isTimezone(name))
      .map(({ path, name }) => ({
        path,
        message: `"${name}" is no time zone: write one like America/New_York`,
      })),
    ...hoursOf(policy)
      .filter(({ hours }) => parseHours(hours) === null)
      .map(({ path, hours }) => ({
        path,
        message: `"${hours}" are no working hours: write them like "Mon-Fri 09:00-17:30; Sat 10:00-14:00"`,
      })),
    ...policy.recipes.flatMap(({ acknowledge }, at) =>
      unknownPlaceholders(acknowledge?.text ?? "").map((name) => ({
        path: ["recipes", at, "acknowledge", "text"],
        message: `there is no placeholder "{{${name}}}"${among(PLACEHOLDERS)}`,
      })),
    ),
    ...policy.recipes.flatMap(({ followUp }, at) =>
      (followUp?.then ?? []).flatMap((action, step) =>
        Object.values(action).every((part) => part === undefined)
          ? [
              {
                path: ["recipes", at, "followUp", "then", step],
                message: "does nothing: write slack, email, task or intercom",
              },
            ]
          : [],
      ),
    ),
    ...slaFaults(policy.routing.sla),
    ...awayFaults(policy),
    ...Object.entries(policy.mapping).flatMap(([record, rows]) =>
      rows.flatMap((row, at) =>
        isOfOwner(row) && row.direction !== "to-intercom"
          ? [
              {
                path: ["mapping", record, at, "direction"],
                message: `${row.to} is the owner's, whom routing decides: write \`direction: to-intercom\``,
              },
            ]
          : [],
      ),
    ),
    ...conditionsOf(policy).flatMap(({ path, condition }) => conditionFaults(condition, path, 1)),
  ];
}

/** A reminder that comes with or after the breach reminds nobody of anything. */
function slaFaults(sla: Policy["routing"]["sla"]): readonly PathedMessage[] {
  if (sla?.remindAt === undefined || durationMs(sla.remindAt) < durationMs(sla.firstContact)) return [];
  const message = `is not before firstContact (${sla.firstContact}): remind earlier, or leave it out`;
  return [{ path: ["routing", "sla", "remindAt"], message }];
}

/** A slip and the rule of the linter that it breaks. */
export interface Slip extends PathedMessage {
  readonly rule: string;
}

/** Probable slips that leave the policy usable. */
export function warningsOf(policy: Policy): readonly Slip[] {
  return [
    ...policy.routing.territories.flatMap(({ owner }, at) =>
      "pool" in owner && !Object.hasOwn(policy.routing.pools, owner.pool)
        ? [
            {
              rule: "unknown-pool",
              path: ["routing", "territories", at, "owner", "pool"],
              message: `there is no pool "${owner.pool}": the territory is skipped${among(policy.routing.pools)}`,
            },
          ]
        : [],
    ),
    ...Object.entries(policy.signals).flatMap(([name, { phrases }]) =>
      phrases.flatMap((phrase, at) =>
        /[\p{L}\p{N}]/u.test(phrase)
          ? []
          : [
              {
                rule: "phrase-without-words",
                path: ["signals", name, "phrases", at],
                message: `"${phrase}" has no letter and no digit: it never matches`,
              },
            ],
      ),
    ),
    ...conditionsOf(policy).flatMap(({ path, condition }) =>
      rulesOf(condition, path).flatMap(({ rule, path }) => ruleWarnings(policy, rule, path)),
    ),
    ...Object.entries(policy.mapping).flatMap(([record, rows]) =>
      rows.flatMap(({ from }, at) =>
        isKnownField(from)
          ? []
          : [
              {
                rule: "unknown-field",
                path: ["mapping", record, at, "from"],
                message: `"${from}" is no field that Baton knows`,
              },
            ],
      ),
    ),
  ];
}

function referencesOf(policy: Policy): readonly Reference[] {
  const { recipes, routing, feedback } = policy;
  return [
    ...Object.entries(policy.scores).flatMap(([score, { signals }]) =>
      signals.map((name, at): Reference => ({
        path: ["scores", score, "signals", at],
        name,
        what: "signal",
      })),
    ),
    ...recipes.flatMap((recipe, at): readonly Reference[] => [
      ...(recipe.score === undefined
        ? []
        : [{ path: ["recipes", at, "score", "name"], name: recipe.score.name, what: "score" } as const]),
      { path: ["recipes", at, "owner", "route"], name: recipe.owner.route, what: "route" },
      ...(recipe.followUp?.then ?? []).flatMap(({ intercom }, step): readonly Reference[] =>
        intercom === undefined
          ? []
          : [
              {
                path: ["recipes", at, "followUp", "then", step, "intercom", "enrol"],
                name: intercom.enrol,
                what: "sequence",
              },
            ],
      ),
    ]),
    ...Object.entries(routing.routes).flatMap(([route, hops]) =>
      hops.flatMap((hop, at): readonly Reference[] => {
        const path = ["routing", "routes", route, at];
        if (hop.kind === "pool") return [{ path: [...path, "pool"], name: hop.pool, what: "pool" }];
        return hop.kind === "list" ? [{ path: [...path, "list"], name: hop.list, what: "list" }] : [];
      }),
    ),
    ...routing.alsoTell.map(({ route }, at): Reference => ({
      path: ["routing", "alsoTell", at, "route"],
      name: route,
      what: "route",
    })),
    ...feedback.stages.flatMap(({ enrol }, at): readonly Reference[] =>
      enrol === undefined
        ? []
        : [{ path: ["feedback", "stages", at, "enrol"], name: enrol, what: "sequence" }],
    ),
  ];
}

function namesOf(policy: Policy, what: Reference["what"]): Readonly<Record<string, unknown>> {
  const { routing } = policy;
  const places = {
    signal: policy.signals,
    score: policy.scores,
    route: routing.routes,
    pool: routing.pools,
    list: routing.lists,
    sequence: policy.feedback.sequences,
  };
  return places[what];
}

function isAnswered(policy: Policy, { what, name }: Reference): boolean {
  return Object.hasOwn(namesOf(policy, what), name);
}

function unanswered(policy: Policy): (reference: Reference) => PathedMessage {
  return ({ path, what, name }) => ({
    path,
    message: `there is no ${what} "${name}"${among(namesOf(policy, what))}`,
  });
}

const MOST_NAMES = 12;

function among(places: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(places);
  if (names.length === 0) return "";
  return `; there is ${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? " and more" : ""}`;
}

interface Id {
  readonly path: Path;
  readonly id: string;
}

function idsOf(policy: Policy): readonly (readonly Id[])[] {
  const of = (list: readonly { readonly id: string }[], path: Path): readonly Id[] =>
    list.map(({ id }, at) => ({ path: [...path, at, "id"], id }));
  return [
    of(policy.recipes, ["recipes"]),
    of(policy.exclusions, ["exclusions"]),
    of(policy.routing.territories, ["routing", "territories"]),
    ...Object.entries(policy.routing.pools).map(([name, { members }]) =>
      members.map(({ user }, at) => ({ path: ["routing", "pools", name, "members", at, "user"], id: user })),
    ),
  ];
}

function repeated(ids: readonly Id[]): readonly PathedMessage[] {
  const seen = new Set<string>();
  return ids.flatMap(({ path, id }) => {
    if (seen.has(id)) return [{ path, message: `"${id}" stands here a second time` }];
    seen.add(id);
    return [];
  });
}

function timezonesOf(policy: Policy): readonly { readonly path: Path; readonly name: string }[] {
  const members = Object.entries(policy.routing.pools).flatMap(([pool, { members }]) =>
    members.flatMap(({ timezone }, at) =>
      timezone === undefined
        ? []
        : [{ path: ["routing", "pools", pool, "members", at, "timezone"], name: timezone }],
    ),
  );
  return [{ path: ["timezone"], name: policy.timezone }, ...members];
}

function hoursOf(policy: Policy): readonly { readonly path: Path; readonly hours: string }[] {
  return Object.entries(policy.routing.pools).flatMap(([pool, { members }]) =>
    members.flatMap(({ hours }, at) =>
      hours === undefined ? [] : [{ path: ["routing", "pools", pool, "members", at, "hours"], hours }],
    ),
  );
}

/** Absences that nobody can read. */
function awayFaults(policy: Policy): readonly PathedMessage[] {
  return Object.entries(policy.routing.pools).flatMap(([pool, { members }]) =>
    members.flatMap(({ timezone, away }, at) => {
      const zone = timezone ?? policy.timezone;
      const path = ["routing", "pools", pool, "members", at, "away"];
      return isTimezone(zone) ? away.flatMap((absence, i) => absenceFaults(absence, zone, [...path, i])) : [];
    }),
  );
}

function absenceFaults(
  { from, to }: PoolMember["away"][number],
  zone: string,
  path: Path,
): readonly PathedMessage[] {
  const absence = readAbsence({ from, to }, zone);
  if (absence !== null) {
    const isOver = absence.until <= absence.from;
    return isOver ? [{ path: [...path, "to"], message: `"${to}" is not after "${from}"` }] : [];
  }
  return Object.entries({ from, to })
    .filter(([, edge]) => readAbsence({ from: edge, to: edge }, zone) === null)
    .map(([key, edge]) => ({
      path: [...path, key],
      message: `"${edge}" is no date: write one like 2026-12-20, or an instant like 2026-12-20T14:00`,
    }));
}

interface PlacedCondition {
  readonly path: Path;
  readonly condition: Condition;
}

function conditionsOf(policy: Policy): readonly PlacedCondition[] {
  const listed = (
    list: readonly { readonly when?: Condition | undefined; readonly and?: Condition | undefined }[],
    path: Path,
  ): readonly PlacedCondition[] =>
    list.flatMap(({ when, and }, at) => [
      ...(when === undefined ? [] : [{ path: [...path, at, "when"], condition: when }]),
      ...(and === undefined ? [] : [{ path: [...path, at, "and"], condition: and }]),
    ]);
  return [
    ...Object.entries(policy.signals).flatMap(([name, { attribute }]) =>
      attribute === undefined ? [] : [{ path: ["signals", name, "attribute"], condition: attribute }],
    ),
    ...Object.entries(policy.scores).flatMap(([name, rule]) => [
      ...listed(rule.bonus, ["scores", name, "bonus"]),
      ...listed(rule.multiply, ["scores", name, "multiply"]),
    ]),
    ...listed(policy.exclusions, ["exclusions"]),
    ...listed(policy.recipes, ["recipes"]),
    ...listed(policy.records, ["records"]),
    ...listed(policy.routing.territories, ["routing", "territories"]),
    ...listed(policy.routing.alsoTell, ["routing", "alsoTell"]),
    ...listed(policy.feedback.stages, ["feedback", "stages"]),
  ];
}

function rulesOf(condition: Condition, path: Path): readonly { readonly rule: Rule; readonly path: Path }[] {
  if (!("rules" in condition)) return [{ rule: condition, path }];
  return condition.rules.flatMap((inner, at) => rulesOf(inner, [...path, "rules", at]));
}

/** Nobody writes deeper conditions by hand, and no screen can show them. */
const DEEPEST_CONDITION = 10;

function conditionFaults(condition: Condition, path: Path, depth: number): readonly PathedMessage[] {
  if (depth > DEEPEST_CONDITION)
    return [{ path, message: `the condition is nested deeper than ${DEEPEST_CONDITION} levels` }];
  if (!("rules" in condition)) return ruleFaults(condition, path);
  return condition.rules.flatMap((inner, at) => conditionFaults(inner, [...path, "rules", at], depth + 1));
}

function ruleFaults({ operator, value }: Rule, path: Path): readonly PathedMessage[] {
  if (operator === "known" || operator === "unknown") return [];
  if (value === undefined) return [{ path, message: `"${operator}" needs a value` }];
  if (operator === "within" || operator === "olderThan") {
    const isSpan = typeof value === "number" || (typeof value === "string" && parseDuration(value) !== null);
    return isSpan
      ? []
      : [
          {
            path: [...path, "value"],
            message: `"${String(value)}" is no duration: write one like "14d", or a number of days`,
          },
        ];
  }
  const wantsOne = ["<", "<=", ">", ">="].includes(operator);
  return wantsOne && typeof value === "object"
    ? [{ path: [...path, "value"], message: `"${operator}" needs one value, not a list` }]
    : [];
}

function ruleWarnings(policy: Policy, { field, operator, value }: Rule, path: Path): readonly Slip[] {
  if (!isKnownField(field))
    return [
      {
        rule: "unknown-field",
        path: [...path, "field"],
        message: `"${field}" is no field that Baton knows: the rule stays unknown`,
      },
    ];
  if (field.startsWith("score.") && !Object.hasOwn(policy.scores, field.slice("score.".length))) {
    return [
      {
        rule: "unknown-score",
        path: [...path, "field"],
        message: `there is no score "${field.slice("score.".length)}"${among(policy.scores)}`,
      },
    ];
  }
  const kind = fieldKind(field);
  const isAge = operator === "within" || operator === "olderThan";
  if (isAge && kind !== "instant" && kind !== null)
    return [
      {
        rule: "no-time",
        path: [...path, "operator"],
        message: `"${field}" is no time: "${operator}" cannot be decided`,
      },
    ];
  if (field !== "signals") return [];
  const names = typeof value === "object" ? value : value === undefined ? [] : [value];
  return names
    .filter((name) => !Object.hasOwn(policy.signals, String(name)))
    .map((name) => ({
      rule: "unknown-signal",
      path: [...path, "value"],
      message: `there is no signal "${String(name)}"${among(policy.signals)}`,
    }));
}
