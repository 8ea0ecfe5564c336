/**
 * What Slack sends when somebody presses something (docs.slack.dev/reference/interaction-payloads): a form whose field
 * `payload` is JSON. Read leniently: what is not known becomes a press that is kept and ignored. Pure.
 */
import { z } from "zod";
import { type Press, REJECT_REASONS, REMIND_WHEN, type Wish } from "../../response/press.ts";
import { ACTIONS } from "./blocks.ts";
import { QUESTION } from "./board.ts";

const Common = z.object({
  type: z.string().max(200),
  trigger_id: z.string().min(1).max(200).nullish(),
  user: z.object({ id: z.string().max(100) }),
});

const BlockActions = Common.extend({
  channel: z.object({ id: z.string() }).nullish(),
  message: z.object({ ts: z.string() }).nullish(),
  actions: z
    .array(
      z.object({
        action_id: z.string().max(300),
        action_ts: z.string().nullish(),
        value: z.string().nullish(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

const choice = z.object({ selected_option: z.object({ value: z.string() }).nullish() });
const ViewSubmission = Common.extend({
  view: z.object({
    id: z.string(),
    callback_id: z.string().max(300).nullish(),
    private_metadata: z.string().nullish(),
    state: z.object({
      values: z.object({
        [QUESTION.reason]: z.object({ [QUESTION.reason]: choice }),
        [QUESTION.note]: z.object({ [QUESTION.note]: z.object({ value: z.string().max(3_000).nullish() }) }),
      }),
    }),
  }),
});

const About = z.object({
  key: z.string(),
  spot: z.object({ channel: z.string(), message: z.string() }),
});

/** The press of these bytes, its id unique within the connection; null when they hold none. */
export function pressOf(raw: Uint8Array): Press | null {
  const payload = jsonOf(new URLSearchParams(Buffer.from(raw).toString("utf8")).get("payload"));
  const common = Common.safeParse(payload);
  if (!common.success) return null;
  const { type } = common.data;
  if (type === "block_actions") return ofActions(payload);
  if (type === "view_submission") return ofSubmission(payload);
  return ignored(common.data, type);
}

function ignored({ trigger_id: trigger, user }: z.infer<typeof Common>, what: string): Press | null {
  return trigger == null ? null : { id: trigger, user: user.id, spot: null, wish: { kind: "ignored", what } };
}

function ofActions(payload: unknown): Press | null {
  const parsed = BlockActions.safeParse(payload);
  if (!parsed.success) return null;
  const { user, channel, message, actions, trigger_id: trigger } = parsed.data;
  const [action] = actions;
  if (action === undefined || trigger == null) return null;
  const spot = channel == null || message == null ? null : { channel: channel.id, message: message.ts };
  return { id: trigger, user: user.id, spot, wish: wishOf(action, trigger) };
}

function wishOf(action: z.infer<typeof BlockActions>["actions"][number], trigger: string): Wish {
  const { action_id: id, value, selected_option: option } = action;
  if (id === ACTIONS.claim && value != null) return { kind: "claim", key: value };
  if (id === ACTIONS.reject && value != null) return { kind: "ask-reason", key: value, trigger };
  if (id === ACTIONS.remind && option != null) {
    const [when, key] = option.value.split(" ");
    if (isKey(REMIND_WHEN, when) && key !== undefined) return { kind: "remind", key, when };
  }
  return { kind: "ignored", what: `block_actions ${id}` };
}

/** The same question is answered once, however often its button is pressed: the id is the question's. */
function ofSubmission(payload: unknown): Press | null {
  const parsed = ViewSubmission.safeParse(payload);
  if (!parsed.success) return ignored(Common.parse(payload), "view_submission");
  const { user, view } = parsed.data;
  const about = About.safeParse(jsonOf(view.private_metadata ?? null));
  const { values } = view.state;
  const reason = values[QUESTION.reason][QUESTION.reason].selected_option?.value;
  if (view.callback_id !== QUESTION.view || !about.success || !isKey(REJECT_REASONS, reason))
    return ignored(parsed.data, `view_submission ${view.callback_id ?? ""}`);
  const note = values[QUESTION.note][QUESTION.note].value?.trim() ?? "";
  const { key, spot } = about.data;
  const wish = { kind: "reject", key, reason, note: note === "" ? null : note } as const;
  return { id: view.id, user: user.id, spot, wish };
}

function isKey<T extends object>(of: T, name: string | undefined): name is keyof T & string {
  return name !== undefined && Object.hasOwn(of, name);
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
