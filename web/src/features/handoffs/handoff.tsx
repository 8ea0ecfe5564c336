/** One handoff: the words it came from, why it went where it went, and what happened since. */
import { Anchor, Button, Card, Grid, Group, Stack, Tabs, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiProblem } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Id } from "../../components/id.tsx";
import { Replay } from "../../components/replay.tsx";
import { reveal, rowId } from "../../components/reveal.ts";
import { Loaded, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Transcript } from "../../components/transcript.tsx";
import { Owners, points, Why } from "../../components/why.tsx";
import { Effects } from "./effects.tsx";
import { Status } from "./status.tsx";
import { Timeline, type Handoff } from "./timeline.tsx";

const TABS = ["why", "owner", "timeline", "effects"] as const;
const LABELS = { why: "Why", owner: "Owner", timeline: "Timeline", effects: "Effects" } as const;

export function HandoffPage() {
  const { environment, handoff: id } = useParams({ from: "/e/$environment/handoffs/$handoff" });
  const search = useSearch({ from: "/e/$environment/handoffs/$handoff" });
  const navigate = useNavigate();
  const handoff = useRead("readHandoff", { environment, handoff: id });
  const tab = TABS.find((one) => one === search.tab) ?? "why";
  const selected = search.signal === undefined ? undefined : Number(search.signal);
  const go = (to: { readonly tab: string; readonly signal?: string }): Promise<void> =>
    navigate({
      to: "/e/$environment/handoffs/$handoff",
      params: { environment, handoff: id },
      search: { ...search, ...to },
      replace: true,
      resetScroll: false,
    });
  const select = (signal: number): void =>
    void go({ tab: "why", signal: String(signal) }).then(() => setTimeout(() => reveal(rowId(signal)), 50));
  const { data } = handoff;
  return (
    <Page
      {...titleOf(id, data)}
      actions={data !== undefined && <Actions environment={environment} handoff={data} />}
    >
      <Loaded of={handoff}>
        {(found) => (
          <Stack>
            <Head handoff={found} />
            <Grid>
              <Grid.Col span={{ base: 12, md: 5 }}>
                <Title order={2} size="h4" mb="xs">
                  Conversation
                </Title>
                <Words environment={environment} handoff={found} selected={selected} onSelect={select} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}>
                <Panels
                  environment={environment}
                  handoff={found}
                  tab={tab}
                  selected={selected}
                  onTab={(to) => void go({ tab: to })}
                  onSelect={(signal) => void go({ tab, signal: String(signal) })}
                />
              </Grid.Col>
            </Grid>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

/** What the page is called, and what stands below. */
function titleOf(
  id: string,
  handoff: Handoff | undefined,
): { readonly title: string; readonly says: ReactNode } {
  if (handoff === undefined) return { title: "Handoff", says: <Id id={id} /> };
  const { person, email, company, conversation } = handoff;
  return {
    title: person ?? email ?? `Conversation ${conversation}`,
    says: [company, email].filter((word) => word !== null).join(", "),
  };
}

function Panels(props: {
  readonly environment: string;
  readonly handoff: Handoff;
  readonly tab: string;
  readonly selected: number | undefined;
  readonly onTab: (tab: string) => void;
  readonly onSelect: (signal: number) => void;
}) {
  const { environment, handoff, tab, selected, onTab, onSelect } = props;
  return (
    <Tabs value={tab} onChange={(to) => onTab(to ?? "why")} keepMounted={false}>
      <Tabs.List mb="md">
        {TABS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {LABELS[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="why">
        <Why decision={handoff.decision} selected={selected} onSelect={onSelect} />
      </Tabs.Panel>
      <Tabs.Panel value="owner">
        <Owners decision={handoff.decision} />
      </Tabs.Panel>
      <Tabs.Panel value="timeline">
        <Timeline handoff={handoff} />
      </Tabs.Panel>
      <Tabs.Panel value="effects">
        <Effects environment={environment} handoff={handoff} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Actions({ environment, handoff }: { readonly environment: string; readonly handoff: Handoff }) {
  return (
    <Group gap="xs">
      {handoff.links.map(({ label, url }) => (
        <Button key={label} variant="default" component="a" href={url} target="_blank" rel="noreferrer">
          {label}
        </Button>
      ))}
      <Replay environment={environment} decision={handoff.decision} />
    </Group>
  );
}

function Head({ handoff }: { readonly handoff: Handoff }) {
  const scores = Object.entries(handoff.scores).filter(([, { value }]) => value > 0);
  const failed = handoff.effects.filter(({ issue }) => issue !== null).length;
  return (
    <Card withBorder>
      <Group gap="lg" align="start">
        <Fact label="State">
          <Group gap={4}>
            <Status of={handoff.status} />
            {handoff.mode === "shadow" && <Status of="shadow" />}
          </Group>
        </Fact>
        <Fact label="Recipe">{handoff.recipe}</Fact>
        <Fact label="Owner">{handoff.owner?.name ?? "unknown"}</Fact>
        {scores.map(([name, { value, threshold }]) => (
          <Fact key={name} label={`Score ${name}`}>
            {points.format(value)} of {points.format(threshold)}
          </Fact>
        ))}
        <Fact label="Handed off">
          <When at={handoff.startedAt} />
        </Fact>
        <Fact label="First contact">
          {handoff.contactedAt === null ? (
            (handoff.closedReason ?? "none seen")
          ) : (
            <When at={handoff.contactedAt} />
          )}
        </Fact>
        <Fact label="Conversation">
          <Id id={handoff.conversation} />
        </Fact>
      </Group>
      <Group mt="xs" gap="xs">
        <Id id={handoff.id} />
      </Group>
      {failed > 0 && (
        <Text mt="xs" c="var(--mantine-color-error)">
          {failed === 1 ? "One effect" : `${failed} effects`} did not go through: see Effects.
        </Text>
      )}
    </Card>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div">{children}</Text>
    </div>
  );
}

/** The words as they were when it was decided, for those who may read them. */
function Words(props: {
  readonly environment: string;
  readonly handoff: Handoff;
  readonly selected: number | undefined;
  readonly onSelect: (signal: number) => void;
}) {
  const { environment, handoff, selected, onSelect } = props;
  const conversation = useRead(
    "readConversation",
    { environment, conversation: handoff.conversation },
    { decision: handoff.decision.id },
  );
  if (conversation.error instanceof ApiProblem && conversation.error.status === 403)
    return <Text c="dimmed">Your role sees the evidence, and not whole conversations.</Text>;
  return (
    <Loaded of={conversation}>
      {(found) => (
        <Stack gap="xs">
          <Transcript conversation={found} selected={selected} onSelect={onSelect} />
          <Anchor
            size="sm"
            renderRoot={(rest) => (
              <Link
                {...rest}
                to="/e/$environment/conversations/$conversation"
                params={{ environment, conversation: handoff.conversation }}
              />
            )}
          >
            All decisions about this conversation ({found.decisions.length})
          </Anchor>
        </Stack>
      )}
    </Loaded>
  );
}
