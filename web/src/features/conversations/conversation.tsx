/** One conversation word by word, and every decision about it. */
import { Anchor, Badge, Button, Card, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Id } from "../../components/id.tsx";
import { Replay } from "../../components/replay.tsx";
import { reveal, rowId } from "../../components/reveal.ts";
import { Loaded, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Transcript } from "../../components/transcript.tsx";
import { Owners, Why } from "../../components/why.tsx";
import { BucketBadge } from "./bucket.tsx";

type Conversation = Answer<"readConversation">;

export function ConversationPage() {
  const { environment, conversation: id } = useParams({
    from: "/e/$environment/conversations/$conversation",
  });
  const search = useSearch({ from: "/e/$environment/conversations/$conversation" });
  const navigate = useNavigate();
  const query = search.decision === undefined ? {} : { decision: Number(search.decision) };
  const conversation = useRead("readConversation", { environment, conversation: id }, query);
  const selected = search.signal === undefined ? undefined : Number(search.signal);
  const select = (signal: number): Promise<void> =>
    navigate({
      to: "/e/$environment/conversations/$conversation",
      params: { environment, conversation: id },
      search: { ...search, signal: String(signal) },
      replace: true,
      resetScroll: false,
    });
  const { data } = conversation;
  const decision = data?.decision ?? null;
  return (
    <Page
      title={data?.person.name ?? data?.person.email ?? `Conversation ${id}`}
      says={<Id id={id} />}
      actions={
        <Group gap="xs">
          {data?.url != null && (
            <Button variant="default" component="a" href={data.url} target="_blank" rel="noreferrer">
              Open in Intercom
            </Button>
          )}
          {decision !== null && <Replay environment={environment} decision={decision} />}
        </Group>
      }
    >
      <Loaded of={conversation}>
        {(found) => (
          <Stack>
            <Head conversation={found} />
            <Reading environment={environment} conversation={found} selected={selected} select={select} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Reading(props: {
  readonly environment: string;
  readonly conversation: Conversation;
  readonly selected: number | undefined;
  readonly select: (signal: number) => Promise<void>;
}) {
  const { environment, conversation, selected, select } = props;
  const { decision } = conversation;
  const toRow = (signal: number): void => {
    void select(signal);
    reveal(rowId(signal));
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Title order={2} size="h4" mb="xs">
          Words
        </Title>
        <Transcript conversation={conversation} selected={selected} onSelect={toRow} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          {decision === null ? (
            <Text c="dimmed">Nothing was decided about it yet.</Text>
          ) : (
            <>
              <Why decision={decision} selected={selected} onSelect={(signal) => void select(signal)} />
              {decision.owners.length > 0 && <Owners decision={decision} />}
            </>
          )}
          <Decisions environment={environment} conversation={conversation} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Head({ conversation }: { readonly conversation: Conversation }) {
  const { person, company, tags, team } = conversation;
  const facts = [
    person.email,
    company.name ?? company.domain,
    company.employees === null ? null : `${company.employees.toLocaleString()} people`,
    person.plan === null ? null : `plan ${person.plan}`,
    team === null ? null : `team ${team}`,
  ].filter((fact) => fact !== null);
  return (
    <Card withBorder>
      <Group gap="xs">
        <BucketBadge of={conversation.bucket} />
        <Text>{facts.join(", ")}</Text>
        {tags.map((tag) => (
          <Badge key={tag} variant="light" color="gray">
            {tag}
          </Badge>
        ))}
        <Text size="sm" c="dimmed">
          last heard <When at={conversation.heardAt} />
        </Text>
      </Group>
    </Card>
  );
}

function Decisions({
  environment,
  conversation,
}: {
  readonly environment: string;
  readonly conversation: Conversation;
}) {
  const { id, decisions, decision: shown } = conversation;
  if (decisions.length === 0) return null;
  return (
    <div>
      <Title order={2} size="h4" mb="xs">
        Decisions, newest first
      </Title>
      <Stack gap={4} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
        {decisions.map((decision) => {
          const { handoff } = decision;
          return (
            <Group key={decision.id} component="li" gap="xs">
              <Anchor
                aria-current={decision.id === shown?.id}
                fw={decision.id === shown?.id ? 700 : 400}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/e/$environment/conversations/$conversation"
                    params={{ environment, conversation: id }}
                    search={{ decision: String(decision.id) }}
                  />
                )}
              >
                {[decision.kind, decision.exclusion ?? decision.recipe]
                  .filter((word) => word !== null)
                  .join(": ")}
              </Anchor>
              <Text size="sm" c="dimmed">
                v{decision.policy}, <When at={decision.decidedAt} />
              </Text>
              {handoff !== null && (
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="/e/$environment/handoffs/$handoff"
                      params={{ environment, handoff }}
                    />
                  )}
                >
                  its handoff
                </Anchor>
              )}
            </Group>
          );
        })}
      </Stack>
    </div>
  );
}
