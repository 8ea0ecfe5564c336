/** Everything that happened to a handoff, in the order of time, over all that had a part in it. */
import { Group, Stack, Text } from "@mantine/core";
import type { Answer } from "../../api/client.ts";
import { When } from "../../components/time.tsx";
import { Status } from "./status.tsx";

export type Handoff = Answer<"readHandoff">;

interface Happening {
  readonly at: number;
  readonly words: string;
  readonly state?: string;
  readonly more?: string | null;
}

const TIMERS: Readonly<Record<string, string>> = {
  acknowledge: "Acknowledgement",
  "follow-up": "Follow-up",
  remind: "Reminder",
  breach: "Limit for the first contact",
  snooze: "Reminder that was asked for",
  claim: "Claimed",
  reject: "Not a lead",
};

function happenings(handoff: Handoff): readonly Happening[] {
  const { signalledAt, decision, effects, timers, watch, moves, deals, finishedAt, closedAt } = handoff;
  const all: readonly Happening[] = [
    ...(signalledAt === null ? [] : [{ at: signalledAt, words: "The customer wrote what qualified" }]),
    { at: decision.decidedAt, words: decision.words, more: `policy v${decision.policy}` },
    ...effects.map(({ doneAt, updatedAt, target, words, state, attempts, error, notes }) => ({
      at: doneAt ?? updatedAt,
      words: `${target}: ${words}`,
      state,
      more: [attempts > 1 ? `${attempts} attempts` : "", error?.message ?? "", ...notes]
        .filter((one) => one !== "")
        .join("; "),
    })),
    ...timers.map(({ kind, state, dueAt, firedAt, endedAt, reason, owner, pressedBy, seen }) => ({
      at: endedAt ?? firedAt ?? dueAt,
      words: [
        TIMERS[kind] ?? kind,
        pressedBy === null ? "" : `by ${pressedBy}`,
        owner === null ? "" : `now with ${owner}`,
      ]
        .filter((one) => one !== "")
        .join(", "),
      state,
      more: [reason ?? "", ...seen].filter((one) => one !== "").join("; "),
    })),
    ...(watch?.seen ?? []).map(({ at, text }) => ({ at, words: text })),
    ...moves.map(({ at, from, reason }) => ({ at, words: `Taken from ${from}: ${reason}` })),
    ...deals.map(({ at, name, id, stage }) => ({ at, words: `Opportunity ${name ?? id} is in ${stage}` })),
    ...(finishedAt === null ? [] : [{ at: finishedAt, words: `The handoff ended: ${handoff.status}` }]),
    ...(closedAt === null
      ? []
      : [{ at: closedAt, words: `No longer open work: ${handoff.closedReason ?? "closed"}` }]),
  ];
  return all.toSorted((a, b) => a.at - b.at);
}

export function Timeline({ handoff }: { readonly handoff: Handoff }) {
  return (
    <Stack gap="sm" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
      {happenings(handoff).map(({ at, words, state, more }) => (
        <Group
          key={`${at} ${words} ${state}`}
          component="li"
          align="start"
          gap="sm"
          wrap="nowrap"
          pl="sm"
          style={{ borderInlineStart: "2px solid var(--mantine-color-default-border)" }}
        >
          <Stack gap={2} style={{ overflowWrap: "anywhere" }}>
            <Group gap="xs">
              <Text>{words}</Text>
              {state !== undefined && <Status of={state} />}
            </Group>
            {more !== undefined && more !== null && more !== "" && (
              <Text size="sm" c="dimmed">
                {more}
              </Text>
            )}
            <Text size="xs" c="dimmed">
              <When at={at} />
            </Text>
          </Stack>
        </Group>
      ))}
    </Stack>
  );
}
