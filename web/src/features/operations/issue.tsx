import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Answer } from "../../api/client.ts";
import { useChange, useRead } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";
import { Id } from "../../components/id.tsx";
import { Loaded, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Status } from "./status.tsx";

type Detail = Answer<"readIssue">;

/** One cause with everything it happened to, and what a person can do. */
export function IssuePage() {
  const { environment, issue: id } = useParams({ from: "/e/$environment/operations/$issue" });
  const issue = useRead("readIssue", { environment, issue: id });
  const title = issue.data === undefined ? "Issue" : `${issue.data.destination}: ${issue.data.code}`;
  return (
    <Page
      title={title}
      says={<Id id={id} />}
      actions={issue.data !== undefined && issue.data.open > 0 && <Acts issue={issue.data} />}
    >
      <Loaded of={issue}>
        {(found) => (
          <Stack>
            <Card withBorder>
              <Stack gap={4}>
                <Group gap="xs">
                  <Status of={found.status} />
                  <Text size="sm" c="dimmed">
                    first seen <When at={found.firstSeen} />, last <When at={found.lastSeen} />, {found.times}{" "}
                    times
                  </Text>
                </Group>
                <Text style={{ overflowWrap: "anywhere" }}>{found.message}</Text>
                <Text fw={600}>{found.next}</Text>
              </Stack>
            </Card>
            <Title order={2} size="h4">
              What it happened to ({found.affected})
            </Title>
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {found.things.map((thing) => (
                <Thing key={thing.subject} issue={found} thing={thing} />
              ))}
            </Stack>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Acts({ issue }: { readonly issue: Detail }) {
  const path = { environment: issue.environment, issue: issue.id };
  const [isSkipping, setSkipping] = useState(false);
  const retry = useChange("retryIssue", "Trying again");
  const skip = useChange("skipIssue", "Skipped");
  return (
    <Group>
      <Button variant="default" onClick={() => setSkipping(true)}>
        Skip all
      </Button>
      <Button loading={retry.isPending} onClick={() => retry.mutate({ path, body: {} })}>
        Retry all
      </Button>
      {isSkipping && (
        <Confirm
          title={`Let ${issue.open} be?`}
          act={`Skip ${issue.open}`}
          why=""
          isHarsh
          isBusy={skip.isPending}
          onGo={(reason) => skip.mutate({ path, body: { reason } }, { onSuccess: () => setSkipping(false) })}
          onClose={() => setSkipping(false)}
        >
          <Text size="sm">Baton will not try these again in {issue.environment}.</Text>
        </Confirm>
      )}
    </Group>
  );
}

function Thing({ issue, thing }: { readonly issue: Detail; readonly thing: Detail["things"][number] }) {
  const path = { environment: issue.environment, issue: issue.id };
  const effect = thing.subject;
  const retry = useChange("retryIssue", "Trying again");
  const answer = useChange("answerIssue", "Answered");
  return (
    <Card withBorder component="li">
      <Group justify="space-between" align="start">
        <Stack gap={4} style={{ flex: "1 1 280px" }}>
          <Group gap="xs">
            <Status of={thing.state} />
            <Id id={thing.subject} />
          </Group>
          <Text size="sm">{thing.words}</Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {thing.message}, <When at={thing.lastSeen} />
          </Text>
        </Stack>
        {thing.state === "open" && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={answer.isPending}
              onClick={() => answer.mutate({ path, body: { effect, arrived: true } })}
            >
              It arrived
            </Button>
            <Button
              size="xs"
              loading={retry.isPending}
              onClick={() => retry.mutate({ path, body: { effect } })}
            >
              Retry
            </Button>
          </Group>
        )}
      </Group>
    </Card>
  );
}
