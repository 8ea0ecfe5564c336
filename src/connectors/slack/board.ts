/** The port Board over one Slack workspace: who pressed, what only they are told, the question for a reason, the alert's state. */
import { z } from "zod";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { Board } from "../../response/ports.ts";
import { type Presser, REJECT_REASONS, type Spot } from "../../response/press.ts";
import { alertBlocks, alertFallback, dateText, fit, plain } from "./blocks.ts";
import { kept, type Workspace } from "./workspace.ts";

const WHISPER_LENGTH = 2_000;
const OPTION_LENGTH = 75;
const NOTE_LENGTH = 500;

const User = z.object({
  user: z.object({
    id: z.string(),
    name: z.string().nullish(),
    real_name: z.string().nullish(),
    tz: z.string().nullish(),
    profile: z.object({ email: z.string().nullish(), real_name: z.string().nullish() }).nullish(),
  }),
});

async function who(workspace: Workspace, id: string): Promise<Presser> {
  const { user } = await workspace.call("users.info", User, { user: id });
  const email = user.profile?.email ?? null;
  const others = Object.entries(workspace.settings.teammates)
    .filter(([, there]) => there === id || there.toLowerCase() === email?.toLowerCase())
    .map(([elsewhere]) => elsewhere.toLowerCase());
  return {
    id,
    name: user.profile?.real_name ?? user.real_name ?? user.name ?? id,
    email,
    emails: [...(email === null ? [] : [email.toLowerCase()]), ...others],
    timezone: user.tz ?? null,
  };
}

const Anything = z.object({});

/** The ids of the question's parts, as its answer names them. */
export const QUESTION = { view: "baton-reject", reason: "reason", note: "note" } as const;

/** The question why it is no lead (docs.slack.dev/surfaces/modals); what it is about travels in `private_metadata`. */
function reasonView(about: { readonly key: string; readonly spot: Spot }) {
  const options = Object.entries(REJECT_REASONS).map(([value, text]) => ({
    text: plain(text, OPTION_LENGTH),
    value,
  }));
  return {
    type: "modal",
    callback_id: QUESTION.view,
    private_metadata: JSON.stringify(about),
    title: plain("Not a lead", 24),
    submit: plain("Say so", 24),
    close: plain("Cancel", 24),
    blocks: [
      {
        type: "input",
        block_id: QUESTION.reason,
        label: plain("What is it then?", 2_000),
        element: { type: "static_select", action_id: QUESTION.reason, options },
      },
      {
        type: "input",
        block_id: QUESTION.note,
        optional: true,
        label: plain("In your words", 2_000),
        element: {
          type: "plain_text_input",
          action_id: QUESTION.note,
          multiline: true,
          max_length: NOTE_LENGTH,
        },
      },
    ],
  };
}

/** Channel and time stamp of a delivery, as `send` and `find` name it. */
function spotOf(message: string): Spot {
  const [channel, ts] = message.split(":");
  if (channel !== undefined && ts !== undefined) return { channel, message: ts };
  throw new PermanentFailure({
    target: "slack",
    code: "message_not_found",
    message: `"${message}" names no message of Slack.`,
  });
}

export function boardOf(workspace: Workspace): Board {
  return {
    who: (user) => kept(workspace, `user ${user}`, () => who(workspace, user)),
    whisper: async ({ channel }, user, { text, at }) => {
      const words = fit(text, WHISPER_LENGTH);
      await workspace.call("chat.postEphemeral", Anything, {
        channel,
        user,
        text: at === null ? words : `${words} ${dateText(at)}`,
      });
    },
    askReason: async (trigger, about) => {
      await workspace.call("views.open", Anything, { trigger_id: trigger, view: reasonView(about) });
    },
    show: async (message, alert, standing) => {
      const { channel, message: ts } = spotOf(message);
      await workspace.call("chat.update", Anything, {
        channel,
        ts,
        text: alertFallback(alert),
        blocks: alertBlocks(alert, standing),
        parse: "none",
        link_names: false,
      });
    },
  };
}
