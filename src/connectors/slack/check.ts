/** Asks a workspace everything that alerts and presses will need, before one needs it. Nothing is posted. */
import { PermanentFailure } from "../../kernel/failure.ts";
import type { ChannelName, Named } from "../../policy/names.ts";
import { LOOKING_SCOPES, REQUIRED_SCOPES } from "./manifest.ts";
import { channelAnswers } from "./named.ts";
import type { SlackConnection } from "./notifier.ts";

interface Finding {
  /** "missing": alerts will fail. "warning": something will be left out, or cannot be checked from here. */
  readonly level: "ok" | "warning" | "missing";
  readonly what: string;
  /** What to do about it; null when all is well. */
  readonly fix: string | null;
}

const ok = (what: string): Finding => ({ level: "ok", what, fix: null });
const MAKE = "Make the app from `baton slack manifest`, or add the scope and install the app again.";

/**
 * Whose token this is, what the app may do, whether people can press, whether everybody of the settings and every
 * channel of the policy is there. Throws the failure of the first call when the token itself is refused.
 */
export async function checkSlack(
  slack: SlackConnection,
  channels: readonly Named<ChannelName>[],
  requestPath: string,
): Promise<readonly Finding[]> {
  const { team, user, scopes } = await slack.whoami();
  return [
    ok(`signed in as ${user} of ${team}`),
    ...(scopes === null ? [] : scopeFindings(scopes)),
    ...pressFindings(slack, requestPath),
    ...(await teammateFindings(slack)),
    ...(await channelFindings(slack, channels)),
  ];
}

function scopeFindings(granted: readonly string[]): readonly Finding[] {
  const lacked = (scopes: readonly string[]) => scopes.filter((scope) => !granted.includes(scope));
  const required = lacked(REQUIRED_SCOPES);
  const looking = lacked(LOOKING_SCOPES);
  return [
    ...(required.length === 0 ? [ok("the app has every scope that alerts need")] : []),
    ...required.map((scope): Finding => ({ level: "missing", what: `scope ${scope} is missing`, fix: MAKE })),
    ...looking.map((scope): Finding => ({
      level: "warning",
      what: `scope ${scope} is missing: a message whose answer is lost there ends as "maybe"`,
      fix: MAKE,
    })),
  ];
}

function pressFindings({ board }: SlackConnection, requestPath: string): readonly Finding[] {
  if (board === null)
    return [
      {
        level: "warning",
        what: "the connection has no signingSecret: alerts offer nothing to press",
        fix: "Store it from the app's Basic Information.",
      },
    ];
  return [
    ok("the connection has a signing secret"),
    {
      level: "warning",
      what: "where Slack posts what people press cannot be checked from here",
      fix: `It must be <public address>${requestPath} under Interactivity & Shortcuts.`,
    },
  ];
}

async function teammateFindings(slack: SlackConnection): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after the other: Slack allows few look-ups a minute.
  for (const [elsewhere, there] of Object.entries(slack.settings.teammates)) {
    const isThere = await slack.knows(elsewhere).catch((error: unknown) => {
      if (error instanceof PermanentFailure) return false;
      throw error;
    });
    findings.push(
      isThere
        ? ok(`${elsewhere} is ${there} in Slack`)
        : {
            level: "missing",
            what: `Slack knows nobody as ${there}, who should be ${elsewhere}`,
            fix: "Correct `teammates` of the connection.",
          },
    );
  }
  return findings;
}

const LEVELS = { ok: "ok", warning: "warning", missing: "missing", unknown: "warning" } as const;

async function channelFindings(
  slack: SlackConnection,
  channels: readonly Named<ChannelName>[],
): Promise<readonly Finding[]> {
  const answers = await channelAnswers(slack, channels);
  const findings = answers.map(({ level, what, fix }): Finding => ({ level: LEVELS[level], what, fix }));
  // A channel that several places of the policy name is one line.
  return [...new Map(findings.map((finding) => [finding.what, finding])).values()];
}
