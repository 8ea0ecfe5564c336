import { Anchor, Badge, Button, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import type { Answer } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useChange, useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Begin } from "./begin.tsx";
import { Report } from "./report.tsx";

type Audit = Answer<"listAudits">[number];

const AGAIN_MS = 1_000;
const RENEW_MS = 30_000;

/** What leaked between chat and sales: audits of files and of the connection, and the report of the chosen one. */
export function Audits() {
  const { environment } = useParams({ from: "/e/$environment/audit" });
  const { audit } = useSearch({ from: "/e/$environment/audit" });
  const mayStart = useMay(environment, "environments:write");
  return (
    <Page
      title="Leakage audit"
      says="Past conversations that would have qualified, who answered them how late, and what that may have cost."
    >
      {mayStart && audit === undefined && <Begin environment={environment} />}
      {audit === undefined ? (
        <List environment={environment} />
      ) : (
        <One environment={environment} id={audit} />
      )}
    </Page>
  );
}

function isUnderWay({ state }: Pick<Audit, "state">): boolean {
  return state === "waiting" || state === "running";
}

function List({ environment }: { readonly environment: string }) {
  const { data } = useRead("listAudits", { environment });
  const audits = useRead(
    "listAudits",
    { environment },
    {},
    data?.some(isUnderWay) === true ? AGAIN_MS : RENEW_MS,
  );
  return (
    <>
      <Title order={2} size="h4">
        Audits
      </Title>
      <Loaded of={audits}>
        {(found) =>
          found.length === 0 ? (
            <Nothing title="Nothing was audited yet">
              Send an export of Intercom, or read the connected one: the report says what leaked, and where
              every figure comes from.
            </Nothing>
          ) : (
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
              {found.map((audit) => (
                <Card key={audit.id} withBorder component="li">
                  <Row audit={audit} />
                </Card>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </>
  );
}

const COLOURS = { waiting: "gray", running: "blue", done: "teal", failed: "red", stopped: "gray" } as const;

function Row({ audit }: { readonly audit: Audit }) {
  const { environment, id, source, state, askedBy, askedAt } = audit;
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs" style={{ flex: "1 1 240px" }}>
          <Anchor
            fw={600}
            style={{ overflowWrap: "anywhere" }}
            renderRoot={(props) => (
              <Link {...props} to="/e/$environment/audit" params={{ environment }} search={{ audit: id }} />
            )}
          >
            {source}
          </Anchor>
          <Badge variant="light" color={COLOURS[state]}>
            {state}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {askedBy}, <When at={askedAt} />
        </Text>
      </Group>
      <Standing audit={audit} />
    </Stack>
  );
}

/** How far it is, or why it ended. */
function Standing({ audit }: { readonly audit: Audit }) {
  const { environment, id, state, why, done, total } = audit;
  const mayStop = useMay(environment, "environments:write");
  const stop = useChange("stopAudit", "The audit is stopped");
  if (why !== null) return <Text size="sm">{why}</Text>;
  if (!isUnderWay(audit)) return null;
  const words = total === null ? `${done} conversations read` : `${done} of ${total} conversations read`;
  return (
    <Stack gap={6}>
      <Text size="sm" role="status">
        {state === "waiting" ? "It begins as soon as a worker is free" : words}
      </Text>
      <Progress
        value={total === null || total === 0 ? 100 : (done / total) * 100}
        animated={total === null}
        aria-label="How much is read"
      />
      {mayStop && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            loading={stop.isPending}
            onClick={() => stop.mutate({ path: { environment, audit: id } })}
          >
            Stop
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function One({ environment, id }: { readonly environment: string; readonly id: string }) {
  const path = { environment, audit: id };
  const { data } = useRead("readAudit", path, {}, false);
  const audit = useRead("readAudit", path, {}, data === undefined || isUnderWay(data) ? AGAIN_MS : false);
  return (
    <Stack>
      <Group>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link {...props} to="/e/$environment/audit" params={{ environment }} search={{}} />
          )}
        >
          All audits
        </Button>
      </Group>
      <Loaded of={audit}>
        {(found) =>
          found.report === null ? (
            <Card withBorder>
              <Row audit={found} />
            </Card>
          ) : (
            <Report audit={found} report={found.report} />
          )
        }
      </Loaded>
    </Stack>
  );
}
