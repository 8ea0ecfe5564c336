/** Whether the workspace has the channels that a policy names. */
import type { ChannelName, Named } from "../../policy/names.ts";
import type { TargetAnswer } from "../../versions/target.ts";
import type { ChannelAnswer, SlackConnection } from "./notifier.ts";

/** One answer a name; each channel is asked for once. */
export async function channelAnswers(
  slack: Pick<SlackConnection, "hasChannel">,
  names: readonly Named<ChannelName>[],
): Promise<readonly TargetAnswer[]> {
  const found = new Map<string, ChannelAnswer>();
  // One after the other: Slack allows few calls a minute that list channels.
  for (const channel of new Set(names.map((named) => named.channel)))
    found.set(channel, await slack.hasChannel(channel));
  return names.map((named): TargetAnswer => {
    const { channel } = named;
    switch (found.get(channel)) {
      case "yes":
        return { named, level: "ok", what: `Slack has channel ${channel}`, fix: null };
      case "no":
        return {
          named,
          level: "missing",
          what: `Slack has no channel ${channel} that the app can see`,
          fix: "Create the channel or invite the app to it, or correct the policy.",
        };
      case "archived":
        return {
          named,
          level: "missing",
          what: `Slack's channel ${channel} is archived`,
          fix: "Bring it back, or name another in the policy.",
        };
      default:
        return { named, level: "unknown", what: `Slack does not show whether it has ${channel}`, fix: null };
    }
  });
}
