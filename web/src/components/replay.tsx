/** Asks what a policy would say to a decision's frozen inputs. Writes nothing. */
import { Button, Group, Modal, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Answer, call } from "../api/client.ts";
import { Loaded } from "./states.tsx";
import { type Decision, points } from "./why.tsx";

type Said = Answer<"replayDecision">["before"];

const VERDICTS = {
  same: "It would be decided the same.",
  differs: "It would be decided otherwise.",
  impossible: "It cannot be decided again.",
} as const;

export function Replay({
  environment,
  decision,
}: {
  readonly environment: string;
  readonly decision: Decision;
}) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open} disabled={decision.isErased}>
        Replay
      </Button>
      <Modal opened={isOpen} onClose={close} title="Replay: nothing is written" size="lg">
        {isOpen && <Answered environment={environment} decision={decision} />}
      </Modal>
    </>
  );
}

function Answered({ environment, decision }: { readonly environment: string; readonly decision: Decision }) {
  const [policy, setPolicy] = useState<"live" | "then">("live");
  const path = { environment, decision: decision.id };
  const answer = useQuery({
    queryKey: ["replayDecision", path, policy],
    queryFn: () => call("replayDecision", { path, body: { policy } }),
    refetchInterval: false,
  });
  return (
    <Stack>
      <SegmentedControl
        aria-label="Policy"
        value={policy}
        onChange={(to) => setPolicy(to === "then" ? "then" : "live")}
        data={[
          { value: "live", label: "The live policy" },
          { value: "then", label: `The policy of then (v${decision.policy})` },
        ]}
      />
      <Loaded of={answer}>
        {({ kind, policy: number, differences, before, after }) => (
          <Stack gap="xs">
            <Text fw={600}>
              {VERDICTS[kind]} Asked: v{number}.
            </Text>
            <Group align="start" grow>
              <Column title="Then" said={before} />
              {after !== null && <Column title={`By v${number}`} said={after} />}
            </Group>
            {differences.length > 0 && (
              <details>
                <summary>Every place that differs ({differences.length})</summary>
                {differences.map((text) => (
                  <Text key={text} size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                    {text}
                  </Text>
                ))}
              </details>
            )}
            <Text size="sm" c="dimmed">
              From what was known then: the words, Salesforce, and whose turn it was.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}

function Column({ title, said }: { readonly title: string; readonly said: Said }) {
  return (
    <Stack gap={2}>
      <Title order={3} size="h5">
        {title}
      </Title>
      <Text size="sm">{said.words}</Text>
      {said.owners.length > 0 && <Text size="sm">Owner: {said.owners.join(", ")}</Text>}
      {Object.entries(said.scores).map(([name, { value, threshold }]) => (
        <Text key={name} size="sm" c="dimmed">
          {name} {points.format(value)} of {points.format(threshold)}
        </Text>
      ))}
    </Stack>
  );
}
