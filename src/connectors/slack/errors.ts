/** What Slack's refusals mean for Baton (docs.slack.dev, each method's page). */
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import { redact } from "../http/redact.ts";
import type { Effect } from "../http/failures.ts";

const TOKEN = "Store a valid bot token for the Slack connection.";

/** What a person does about an error that time does not cure. */
export const NEXT: Readonly<Record<string, string>> = {
  invalid_auth: TOKEN,
  not_authed: TOKEN,
  token_revoked: "The app was removed from the workspace: install it again and store its new token.",
  token_expired: TOKEN,
  account_inactive: TOKEN,
  missing_scope: "Give the app the scopes of Baton's manifest and install it again.",
  channel_not_found: "Check the channel's name in the policy; a private channel must invite the app first.",
  not_in_channel: "Invite the app to the channel.",
  is_archived: "The channel is archived: name another in the policy.",
  users_not_found: "Nobody in Slack has this e-mail address: correct it, or tell this person by e-mail.",
  user_not_found: "Nobody in Slack has this e-mail address: correct it, or tell this person by e-mail.",
  restricted_action: "The workspace's settings do not let the app post there.",
  msg_too_long: "The message is too long for Slack; please report this.",
  no_text: "The message is empty; please report this.",
  invalid_blocks: "Slack does not accept the layout of the message; please report this.",
  expired_trigger_id: "Slack gives three seconds to open a question: press again.",
  message_not_found: "The message was deleted in Slack.",
  cant_update_message: "Another app wrote the message.",
  edit_window_closed: "The workspace no longer lets this message be changed.",
  user_disabled: "This person's account is deactivated in Slack: tell somebody else, or tell them by e-mail.",
  user_not_in_channel: "Join the channel to be answered there.",
  org_login_required: "The workspace is being moved; wait until Slack has finished.",
};

/** Errors that say that the token is no good: every other call would be refused, too. */
const SIGN_IN: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

/** Errors that time cures, and whether the message may have been posted all the same. */
const RETRYABLE: Readonly<Record<string, "not-executed" | "unknown">> = {
  ratelimited: "not-executed",
  rate_limited: "not-executed",
  service_unavailable: "not-executed",
  team_added_to_org: "not-executed",
  // "It's possible some aspect of the operation succeeded before the error was raised."
  fatal_error: "unknown",
  internal_error: "unknown",
  request_timeout: "unknown",
};

/** Slack's word for a refusal: lower case with underscores. Anything else in its place is no Slack. */
const WORD = /^[a-z][a-z0-9_]*$/;

/** What the SDK throws, by its `code` (its README, "Handle errors"). */
interface SdkError {
  readonly code?: unknown;
  readonly original?: unknown;
  readonly data?: { readonly error?: unknown; readonly needed?: unknown };
}

/** Refusals of one channel or person; the rest of the workspace can be reached. */
export const NOT_REACHED: ReadonlySet<string> = new Set([
  "channel_not_found",
  "is_archived",
  "not_in_channel",
  "restricted_action",
  "user_disabled",
  "user_not_found",
  "users_not_found",
]);

/** The failure behind what the SDK threw; errors that are no failures of Slack come back unchanged. */
export function failureOf(error: unknown, method: string, effect: Effect): unknown {
  const { code, original, data } = error as SdkError;
  if (code === "slack_webapi_request_error") {
    return original instanceof RetryableFailure || original instanceof PermanentFailure ? original : error;
  }
  if (code !== "slack_webapi_platform_error") return error;
  const said = data?.error;
  if (typeof said !== "string" || !WORD.test(said)) {
    const message = `Slack answered ${method} with a body that is no JSON.`;
    const outcome = effect === "write" ? "unknown" : "not-executed";
    return new RetryableFailure({ target: "slack", code: "odd_body", message }, outcome);
  }
  const outcome = RETRYABLE[said];
  if (outcome !== undefined) {
    const message = `Slack could not carry out ${method} now (${said}). It is tried again.`;
    return new RetryableFailure(
      { target: "slack", code: said, message },
      effect === "write" ? outcome : "not-executed",
    );
  }
  // "needed" names the scopes, where Slack says which.
  const needed = said === "missing_scope" && typeof data?.needed === "string" ? ` (${data.needed})` : "";
  const message = redact(
    `Slack refused ${method}: ${said}${needed}. ${NEXT[said] ?? "See Slack's page of this method."}`,
  );
  const signIn = SIGN_IN.has(said) ? ({ isSignIn: true } as const) : {};
  return new PermanentFailure({ target: "slack", code: said, message, ...signIn }, { error: said });
}
