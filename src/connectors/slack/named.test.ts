import { expect, test } from "vitest";
import { channelAnswers } from "./named.ts";
import type { ChannelAnswer } from "./notifier.ts";

const ANSWERS: Readonly<Record<string, ChannelAnswer>> = {
  "#churn": "yes",
  "#gone": "no",
  "#old": "archived",
};

test("each channel is asked for once, and answers every place that names it", async () => {
  const asked: string[] = [];
  const hasChannel = async (name: string) => {
    asked.push(name);
    return ANSWERS[name] ?? "cannot-tell";
  };
  const names = ["#churn", "#gone", "#old", "C0123456", "#churn"].map((channel) => ({
    kind: "channel" as const,
    channel,
    path: [],
    use: "acts" as const,
  }));
  const answers = await channelAnswers({ hasChannel }, names);
  expect(answers.map(({ level, what }) => `${level}: ${what}`)).toEqual([
    "ok: Slack has channel #churn",
    "missing: Slack has no channel #gone that the app can see",
    "missing: Slack's channel #old is archived",
    "unknown: Slack does not show whether it has C0123456",
    "ok: Slack has channel #churn",
  ]);
  expect(asked).toEqual(["#churn", "#gone", "#old", "C0123456"]);
});
