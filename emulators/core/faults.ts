/**
 * The fault plan: which requests fail, and how. One JSON shape for all vendors; each emulator takes its own
 * part. Rules are read in order and the first that strikes wins; every rule counts all requests that match
 * it (`nth` is counted from 1), whether or not an earlier rule struck.
 */
import { z } from "zod";
import { type Random, seededRandom, seedFromText } from "./random.ts";

const milliseconds = z.number().min(0).max(3_600_000);

const Fault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("delay"), ms: milliseconds }),
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("commit-then-drop") }),
  z.strictObject({ kind: z.literal("commit-then-cut") }),
  z.strictObject({ kind: z.literal("commit-late"), ms: milliseconds }),
  z.strictObject({ kind: z.literal("hang") }),
  z.strictObject({ kind: z.literal("expire-token"), ms: milliseconds.optional() }),
]);
/** What happens to a request that a rule strikes. */
export type Fault = z.infer<typeof Fault>;

const FaultRule = z
  .strictObject({
    match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).default({}),
    p: z.number().min(0).max(1).optional(),
    nth: z.array(z.number().int().min(1)).optional(),
    // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a plan calls it "then"
    then: Fault,
  })
  .refine((rule) => rule.p === undefined || rule.nth === undefined, {
    message: "give either p or nth, not both",
  });
/** One rule. Without `p` and `nth` it strikes every request that matches. */
export type FaultRule = z.infer<typeof FaultRule>;

/** How a webhook sender misbehaves; `drop` and `duplicate` are shares of the notifications, 0 to 1. */
const WebhookFaults = z.strictObject({
  drop: z.number().min(0).max(1).default(0),
  duplicate: z.number().min(0).max(1).default(0),
  shuffle: z.boolean().default(false),
});

const VendorFaults = z.strictObject({
  seed: z.number().int().optional(),
  rules: z.array(FaultRule).default([]),
  webhooks: WebhookFaults.optional(),
});
/** One vendor's part of a plan. */
export type VendorFaults = z.infer<typeof VendorFaults>;

const vendorNames = ["salesforce", "intercom", "slack", "smtp", "enrichment"] as const;
export type FaultVendor = (typeof vendorNames)[number];

const FaultPlan = z.strictObject({
  seed: z.number().int().default(1),
  salesforce: VendorFaults.optional(),
  intercom: VendorFaults.optional(),
  slack: VendorFaults.optional(),
  smtp: VendorFaults.optional(),
  enrichment: VendorFaults.optional(),
});
/** A whole plan. A vendor that is not named has no faults. */
export type FaultPlan = z.infer<typeof FaultPlan>;

/** A plan that cannot be read; `message` is one line naming the place in the JSON. */
export class FaultPlanError extends Error {
  override readonly name = "FaultPlanError";
}

/** Reads a whole plan from parsed JSON. Throws `FaultPlanError` naming the path of the first fault in it. */
export function parseFaultPlan(json: unknown): FaultPlan {
  return parsedOrThrow(FaultPlan, json);
}

/**
 * Reads what `PUT /__emulator/faults` takes: one vendor's part, or a whole plan of which `vendor`'s part
 * counts. `{}` means no faults. Throws `FaultPlanError`.
 */
export function parseVendorFaults(json: unknown, vendor: FaultVendor): VendorFaults {
  const isWholePlan =
    typeof json === "object" && json !== null && vendorNames.some((name) => Object.hasOwn(json, name));
  if (!isWholePlan) return parsedOrThrow(VendorFaults, json);
  const plan = parseFaultPlan(json);
  const part = plan[vendor] ?? { rules: [] };
  return { ...part, seed: part.seed ?? plan.seed };
}

function parsedOrThrow<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = z.core.toDotPath(issue?.path ?? []) || "the plan";
  throw new FaultPlanError(`fault plan: ${where}: ${issue?.message ?? "not readable"}`, {
    cause: parsed.error,
  });
}

export interface Faults {
  /** The fault that strikes this request, if any. Counts the request. */
  readonly strike: (method: string, path: string) => Fault | undefined;
  /** Replaces the plan and starts counters and the random sequence again. */
  readonly set: (faults: VendorFaults) => void;
  readonly current: () => VendorFaults;
  /** Random numbers of the plan's seed, for the webhook sender. */
  readonly random: Random;
}

/** The faults of one emulator, none at first. Probabilities are drawn from the plan's seed mixed with the vendor. */
export function createFaults(vendor: FaultVendor, initial: VendorFaults = { rules: [] }): Faults {
  let current = initial;
  let compiled: { rule: FaultRule; path: RegExp; matches: number }[] = [];
  let draw: Random = seededRandom(1);
  let webhookDraw: Random = seededRandom(1);
  const set = (faults: VendorFaults): void => {
    current = faults;
    draw = seededRandom(seedFromText(vendor, faults.seed ?? 1));
    webhookDraw = seededRandom(seedFromText(`${vendor} webhooks`, faults.seed ?? 1));
    compiled = faults.rules.map((rule) => ({
      rule,
      path: globToPattern(rule.match.path ?? "*"),
      matches: 0,
    }));
  };
  set(initial);
  return {
    set,
    current: () => current,
    random: () => webhookDraw(),
    strike(method, path) {
      let struck: Fault | undefined;
      for (const entry of compiled) {
        if (!matches(entry.rule, entry.path, method, path)) continue;
        entry.matches += 1;
        const strikes = doesStrike(entry.rule, entry.matches, draw);
        if (strikes && struck === undefined) struck = entry.rule.then;
      }
      return struck;
    },
  };
}

function matches(rule: FaultRule, pattern: RegExp, method: string, path: string): boolean {
  const wanted = rule.match.method;
  const methodFits = wanted === undefined || wanted === "*" || wanted.toUpperCase() === method.toUpperCase();
  return methodFits && pattern.test(path);
}

function doesStrike(rule: FaultRule, count: number, draw: Random): boolean {
  if (rule.nth !== undefined) return rule.nth.includes(count);
  return rule.p === undefined || draw() < rule.p;
}

/** `*` stands for any characters, slashes included; all else is literal. */
function globToPattern(glob: string): RegExp {
  const literal = glob.split("*").map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join(".*")}$`, "s");
}

/** Header values of a `status` fault; "now+1" becomes the unix second one second after `nowMs`. */
export function faultHeaders(
  headers: Readonly<Record<string, string | number>> | undefined,
  nowMs: number,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const relative = /^now\+(\d+)$/.exec(String(value));
    resolved[name] = relative ? String(Math.floor(nowMs / 1000) + Number(relative[1])) : String(value);
  }
  return resolved;
}
