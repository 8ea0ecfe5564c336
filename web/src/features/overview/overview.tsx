import { Anchor, Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useChange, useRead } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";
import { Loaded, Page } from "../../components/states.tsx";
import { BucketsCard } from "./buckets.tsx";
import { KeyFigures } from "./key-figures.tsx";

/** How the environment stands: every number leads to its list. */
export function Overview() {
  const { environment } = useParams({ from: "/e/$environment/" });
  const environments = useRead("listEnvironments", {});
  return (
    <Page title="Overview" says="What happens in this environment, and what needs somebody.">
      <Loaded of={environments}>
        {(all) => {
          const here = all.find(({ name }) => name === environment);
          if (here === undefined) return <Text>There is no environment of this name.</Text>;
          return (
            <Stack>
              <Counts environment={environment} live={here.live} drafts={here.drafts} />
              <KeyFigures environment={environment} />
              <BucketsCard environment={environment} />
              <ModeCard environment={environment} mode={here.mode} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** What needs somebody, and how much there is; each number leads to its list. */
function Counts(props: {
  readonly environment: string;
  readonly live: number | null;
  readonly drafts: number;
}) {
  const { environment, live, drafts } = props;
  const issues = useRead("listIssues", { environment });
  const pauses = useRead("listPauses", { environment });
  const ledger = useRead("routingLedger", { environment });
  const params = { environment };
  const of = (count: number | undefined): string => (count === undefined ? "-" : count.toLocaleString());
  const taken = ledger.data?.lines.length;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
      <Figure label="Open issues" value={of(issues.data?.length)}>
        <Anchor renderRoot={(props) => <Link {...props} to="/e/$environment/operations" params={params} />}>
          See what did not go through
        </Anchor>
      </Figure>
      <Figure label="Paused destinations" value={of(pauses.data?.length)}>
        <Anchor renderRoot={(props) => <Link {...props} to="/e/$environment/operations" params={params} />}>
          Pause or resume
        </Anchor>
      </Figure>
      <Figure label="Leads routed, last 30 days" value={taken === 100 ? "100+" : of(taken)}>
        <Anchor renderRoot={(props) => <Link {...props} to="/e/$environment/routing" params={params} />}>
          See who got them
        </Anchor>
      </Figure>
      <Figure label="Live policy" value={live === null ? "none" : `v${live}`}>
        <Anchor renderRoot={(props) => <Link {...props} to="/e/$environment/policy" params={params} />}>
          {drafts === 1 ? "1 draft" : `${drafts} drafts`} in work
        </Anchor>
      </Figure>
    </SimpleGrid>
  );
}

function Figure({
  label,
  value,
  children,
}: {
  readonly label: string;
  readonly value: string;
  readonly children: ReactNode;
}) {
  return (
    <Card withBorder>
      <Text c="dimmed" size="sm">
        {label}
      </Text>
      <Text size="xl" fw={700} style={{ fontVariantNumeric: "tabular-nums" }}>
        {value}
      </Text>
      <Text size="sm">{children}</Text>
    </Card>
  );
}

const EFFECT = {
  live: "Baton will write to Salesforce and Intercom and tell people, from the next conversation on.",
  shadow: "Baton will go on deciding and write nothing outside. What is under way ends.",
} as const;

function ModeCard({ environment, mode }: { readonly environment: string; readonly mode: "shadow" | "live" }) {
  const [isOpen, { open, close }] = useDisclosure();
  const change = useChange("changeEnvironment", "The mode was changed");
  const other = mode === "live" ? "shadow" : "live";
  return (
    <Card withBorder>
      <Group justify="space-between">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              Mode
            </Title>
            <Badge variant="light" color={mode === "live" ? "teal" : "yellow"}>
              {mode}
            </Badge>
          </Group>
          <Text c="dimmed" size="sm">
            {mode === "live"
              ? "Baton decides, and writes to both systems."
              : "Baton decides, and shows what it would write. Nothing leaves it."}
          </Text>
        </div>
        <Button variant="default" onClick={open}>
          Switch to {other}
        </Button>
      </Group>
      <Confirm
        isOpen={isOpen}
        title={`Switch ${environment} to ${other}?`}
        act={`Switch to ${other}`}
        isBusy={change.isPending}
        onGo={() => change.mutate({ path: { environment }, body: { mode: other } }, { onSettled: close })}
        onClose={close}
      >
        <Text>{EFFECT[other]}</Text>
      </Confirm>
    </Card>
  );
}
