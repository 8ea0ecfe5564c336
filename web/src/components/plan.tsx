/** Asks before many failures are changed at once: the service says first how many that are, where, and what is left alone. */
import { List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Answer } from "../api/client.ts";
import { Confirm } from "./confirm.tsx";
import { Loaded } from "./states.tsx";
import { SYSTEM_NAMES } from "./systems.ts";

type Plan = Answer<"retryHandoffs">;

export function PlanDialog(props: {
  readonly environment: string;
  readonly act: "Retry" | "Skip";
  /** Names what was ticked: the plan is asked anew for others. */
  readonly chosen: readonly string[];
  readonly plan: () => Promise<Plan>;
  readonly isBusy: boolean;
  readonly onGo: (why: string) => void;
  readonly onClose: () => void;
}) {
  const { environment, act, chosen, isBusy, onGo, onClose } = props;
  const plan = useQuery({
    queryKey: ["plan", environment, act, chosen],
    queryFn: props.plan,
    refetchInterval: false,
    staleTime: 0,
    gcTime: 0,
  });
  const things = plan.data?.things ?? 0;
  return (
    <Confirm
      title={`${act} in ${environment}?`}
      act={things === 0 ? act : `${act} ${things.toLocaleString()}`}
      isHarsh={act === "Skip"}
      isBusy={isBusy}
      isOff={things === 0}
      {...(act === "Skip" && { why: "" })}
      onGo={onGo}
      onClose={onClose}
    >
      <Loaded of={plan}>{(found) => <Told plan={found} act={act} />}</Loaded>
    </Confirm>
  );
}

function Told({ plan, act }: { readonly plan: Plan; readonly act: "Retry" | "Skip" }) {
  const { things, issues, left, aSecond } = plan;
  const isRetry = act === "Retry";
  return (
    <Stack gap="xs">
      <Text fw={600}>{isRetry ? verdict(things, "tried again") : verdict(things, "let be")}</Text>
      <Lines>
        {issues.map(({ issue, destination, code, things: count, isPaused }) => (
          <List.Item key={issue}>
            {count.toLocaleString()} of {SYSTEM_NAMES[destination]}: {code}
            {isRetry && isPaused && ", which is paused: they wait until somebody resumes it"}
          </List.Item>
        ))}
      </Lines>
      {left.length > 0 && (
        <>
          <Text size="sm">Left alone:</Text>
          <Lines>
            {left.map(({ why, things: count }) => (
              <List.Item key={why}>
                {count.toLocaleString()}: {why}
              </List.Item>
            ))}
          </Lines>
        </>
      )}
      {things > 0 && (
        <Text size="sm" c="dimmed">
          {isRetry
            ? `They start ${aSecond} a second, the oldest first, and each is sent once: a second click finds nothing left to do.`
            : "Baton will not try these again. They open again when the same is seen again."}
        </Text>
      )}
    </Stack>
  );
}

function verdict(things: number, becomes: string): string {
  if (things === 0) return `Nothing here can be ${becomes}.`;
  return things === 1
    ? `One failure will be ${becomes}.`
    : `${things.toLocaleString()} failures will be ${becomes}.`;
}

function Lines({ children }: { readonly children: ReactNode }) {
  return (
    <List size="sm" style={{ overflowWrap: "anywhere" }}>
      {children}
    </List>
  );
}
