/** What a draft or a version would have done with the last 30 days instead of the live policy. */
import {
  Anchor,
  Card,
  Collapse,
  Group,
  List,
  Progress,
  Skeleton,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { keepPreviousData, useIsMutating, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, ApiProblem } from "../../api/client.ts";

type Effect = Answer<"draftEffect">;
type Report = Extract<Effect, { kind: "done" }>["report"];
type Example = Report["examples"][string][number];

const AGAIN_MS = 400;

/** `of` is what is tried, down to its revision; `ask` asks how far it is. */
export function Effect(props: {
  readonly environment: string;
  readonly of: readonly unknown[];
  readonly ask: (signal: AbortSignal) => Promise<Effect>;
}) {
  const { environment, of, ask } = props;
  // A draft that is made live is gone: from then on nothing is asked about it.
  const isGoing = useIsMutating({ mutationKey: ["publishDraft"] }) > 0;
  const effect = useQuery({
    enabled: !isGoing,
    queryKey: ["effect", environment, ...of],
    queryFn: ({ signal }) => ask(signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.kind === "running" ? AGAIN_MS : false),
    refetchOnWindowFocus: false,
    retry: false,
  });
  const { data, error, isPlaceholderData } = effect;
  const [last, setLast] = useState<Report | null>(null);
  if (data?.kind === "done" && data.report !== last) setLast(data.report);
  const isOld = isPlaceholderData || data?.kind === "running";
  return (
    <Card withBorder>
      <Stack gap="xs">
        <Title order={2} size="h4">
          Effect on the last 30 days
        </Title>
        {error !== null ? (
          <Text size="sm">{reasonOf(error)}</Text>
        ) : last === null ? (
          <Skeleton h={120} aria-busy="true" />
        ) : (
          <Figures report={last} environment={environment} />
        )}
        {error === null && isOld && <Running data={data} />}
      </Stack>
    </Card>
  );
}

function reasonOf(error: Error): string {
  const isFaulty = error instanceof ApiProblem && error.message.includes("has faults");
  return isFaulty ? "It is told as soon as the faults are repaired." : error.message;
}

function Running({ data }: { readonly data: Effect | undefined }) {
  const share = data?.kind === "running" && data.of > 0 ? (data.done / data.of) * 100 : 0;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {data?.kind === "running" && data.of > 0 ? `${data.done} of ${data.of} decisions` : "Counting anew…"}
      </Text>
      <Progress value={share} size="xs" aria-label="How much is counted" />
    </div>
  );
}

/** Somebody gets it, or it waits for somebody. */
function qualified({ standings }: Report, when: "before" | "after"): number {
  return (standings["handoff"]?.[when] ?? 0) + (standings["held"]?.[when] ?? 0);
}

/** Who enters, who leaves, whose owner changes. */
export function Figures({ report, environment }: { readonly report: Report; readonly environment: string }) {
  const { movements, examples, loads } = report;
  const owners = movements.changed["owner"] ?? 0;
  const moved = loads.filter(({ before, after }) => before !== after);
  return (
    <Stack gap="xs">
      <div role="status">
        <Text size="xl" fw={700}>
          Qualifies {qualified(report, "after")}
        </Text>
        <Text size="sm" c="dimmed">
          was {qualified(report, "before")}, of {report.conversations} conversations
        </Text>
      </div>
      <Movement
        sign={`+${movements.enters}`}
        words="enter"
        of={examples["enters"]}
        environment={environment}
      />
      <Movement
        sign={`-${movements.leaves}`}
        words="leave"
        of={examples["leaves"]}
        environment={environment}
      />
      {movements.unsure > 0 && (
        <Movement
          sign={`±${movements.unsure}`}
          words="depend on Salesforce, which was not asked about them then"
          of={examples["unsure"]}
          environment={environment}
        />
      )}
      <Movement
        sign={String(movements.changes)}
        words={`change${movements.changes === 1 ? "s" : ""}, ${owners} the owner`}
        of={examples["changes"]}
        environment={environment}
      />
      {moved.length > 0 && (
        <>
          <Title order={3} size="h6">
            Load
          </Title>
          {moved.map(({ owner, before, after }) => (
            <Group key={owner} justify="space-between" wrap="nowrap" gap="xs">
              <Text size="sm" truncate>
                {owner}
              </Text>
              <Text size="sm" style={{ flex: "none" }}>
                {before} → {after}
              </Text>
            </Group>
          ))}
        </>
      )}
    </Stack>
  );
}

function Movement(props: {
  readonly sign: string;
  readonly words: string;
  readonly of: readonly Example[] | undefined;
  readonly environment: string;
}) {
  const { sign, words, of = [], environment } = props;
  const [isOpen, setOpen] = useState(false);
  const says = (
    <Text size="sm">
      <b>{sign}</b> {words}
    </Text>
  );
  if (of.length === 0) return says;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Group gap={4} wrap="nowrap" align="start">
          <Chevron size={16} style={{ flex: "none", marginTop: 2 }} />
          {says}
        </Group>
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <List size="sm" mah={260} style={{ overflowY: "auto" }} tabIndex={isOpen ? 0 : -1}>
          {of.map(({ conversation, before, after }) => (
            <List.Item key={conversation} style={{ overflowWrap: "anywhere" }}>
              <Anchor
                size="sm"
                display="inline-block"
                py={4}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/e/$environment/conversations/$conversation"
                    params={{ environment, conversation }}
                  />
                )}
              >
                {conversation}
              </Anchor>
              <Text size="xs" c="dimmed">
                {before} → {after}
              </Text>
            </List.Item>
          ))}
        </List>
      </Collapse>
    </div>
  );
}
