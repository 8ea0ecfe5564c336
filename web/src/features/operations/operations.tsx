import { Anchor, Card, Group, Stack, Switch, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { ChoiceBar, TickAll, TickRow, UNCOVERED, useChoice, useRowKeys } from "../../components/choice.tsx";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { IssueActs } from "./acts.tsx";
import { Pauses } from "./pauses.tsx";
import { type Issue, Status } from "./status.tsx";

/** An inbox of causes: what did not go through, and what is held back. */
export function Operations() {
  const { environment } = useParams({ from: "/e/$environment/operations" });
  const { all } = useSearch({ from: "/e/$environment/operations" });
  const navigate = useNavigate();
  const issues = useRead("listIssues", { environment }, { all: all === true ? "true" : "false" });
  return (
    <Page
      title="Operations"
      says="What did not go through, by its cause. Nothing is lost: each waits for a person."
      actions={
        <Switch
          label="Show what is settled, too"
          checked={all === true}
          onChange={(event) =>
            void navigate({
              to: "/e/$environment/operations",
              params: { environment },
              search: event.currentTarget.checked ? { all: true } : {},
            })
          }
        />
      }
    >
      <Loaded of={issues}>
        {(found) =>
          found.length === 0 ? (
            <Nothing title="Everything went through">
              A failure would stand here with its cause and what to do about it. There is nothing to do now.
            </Nothing>
          ) : (
            <Inbox environment={environment} issues={found} />
          )
        }
      </Loaded>
      <Title order={2} size="h4" mt="md">
        Destinations
      </Title>
      <Pauses environment={environment} />
    </Page>
  );
}

/** The issues; whoever may act on them can tick those that are open. */
function Inbox(props: { readonly environment: string; readonly issues: readonly Issue[] }) {
  const { environment, issues } = props;
  const mayAct = useMay(environment, "issues:write");
  const choice = useChoice(environment);
  useRowKeys(mayAct ? choice : null);
  const rows = issues.filter(({ open }) => open > 0).map(({ id }) => id);
  const chosen = choice.ids.filter((id) => rows.includes(id));
  return (
    <>
      {mayAct && rows.length > 1 && <TickAll choice={choice} rows={rows} label="Select all that are open" />}
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {issues.map((issue) => (
          <Row key={issue.id} issue={issue}>
            {mayAct && issue.open > 0 && (
              <TickRow
                choice={choice}
                rows={rows}
                id={issue.id}
                name={`${issue.destination}: ${issue.code}`}
              />
            )}
          </Row>
        ))}
      </Stack>
      <ChoiceBar choice={{ ...choice, ids: chosen }}>
        <IssueActs environment={environment} ids={chosen} />
      </ChoiceBar>
    </>
  );
}

function Row({ issue, children }: { readonly issue: Issue; readonly children: ReactNode }) {
  const params = { environment: issue.environment, issue: issue.id };
  return (
    <Card withBorder component="li" data-row={issue.id}>
      <Group justify="space-between" align="start">
        <Stack gap={4} style={{ flex: "1 1 280px" }}>
          <Group gap="xs">
            {children}
            <Status of={issue.status} />
            <Anchor
              fw={600}
              data-open
              style={UNCOVERED}
              renderRoot={(props) => (
                <Link {...props} to="/e/$environment/operations/$issue" params={params} />
              )}
            >
              {issue.destination}: {issue.code}
            </Anchor>
          </Group>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {issue.message}
          </Text>
          <Text size="sm" c="dimmed">
            {issue.next}
          </Text>
        </Stack>
        <Text size="sm" c="dimmed" ta="right">
          {issue.open} open of {issue.affected}, {issue.handoffs} handoffs
          <br />
          seen <When at={issue.lastSeen} />
        </Text>
      </Group>
    </Card>
  );
}
