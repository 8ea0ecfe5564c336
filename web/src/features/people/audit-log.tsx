import {
  Alert,
  Badge,
  Button,
  Card,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Id } from "../../components/id.tsx";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";

type Act = Answer<"readAuditLog">["rows"][number];

interface AuditSearch {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  /** An environment; all without it. */
  readonly where?: string;
  readonly cursor?: string;
}

/** The kinds of actions that are recorded: the part before the dot. */
const KINDS = [
  "user",
  "session",
  "token",
  "draft",
  "policy",
  "pause",
  "issue",
  "connection",
  "environment",
  "review",
  "baseline",
];

/** Who changed what, newest first, and whether the log is as it was written. */
export function AuditLog() {
  const { environment } = useParams({ from: "/e/$environment/audit-log" });
  const search = useSearch({ from: "/e/$environment/audit-log" });
  const navigate = useNavigate();
  const go = (to: AuditSearch): void =>
    void navigate({ to: "/e/$environment/audit-log", params: { environment }, search: to });
  const { where, cursor, ...rest } = search;
  const query = {
    ...rest,
    ...(where !== undefined && { environment: where }),
    ...(cursor !== undefined && { cursor: Number(cursor) }),
  };
  const acts = useRead("readAuditLog", {}, query);
  return (
    <Page title="Audit log" says="Who changed what, newest first. Rows are only ever added.">
      <Chain />
      <Filter key={JSON.stringify(search)} search={search} go={go} />
      <Loaded of={acts}>
        {({ rows, next }) =>
          rows.length === 0 ? (
            <Nothing title="Nothing was done like this">
              No row fits the filter. Clear a field, or choose any action.
            </Nothing>
          ) : (
            <Stack gap="xs">
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                {rows.map((act) => (
                  <Row key={act.seq} act={act} />
                ))}
              </Stack>
              <Group justify="center">
                {search.cursor !== undefined && (
                  <Button variant="default" onClick={() => go(withoutCursor(search))}>
                    Newest
                  </Button>
                )}
                {next !== null && (
                  <Button variant="default" onClick={() => go({ ...search, cursor: next })}>
                    Older
                  </Button>
                )}
              </Group>
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function withoutCursor(search: AuditSearch): AuditSearch {
  const { cursor: _, ...rest } = search;
  return rest;
}

/** Read once, not again and again: the whole log is hashed for it. */
function Chain() {
  const chain = useRead("verifyAuditLog", {}, {}, false);
  return (
    <Loaded of={chain}>
      {(found) =>
        found.kind === "whole" ? (
          <Alert color="teal" title={`Chain verified: ${found.rows} rows, none changed`}>
            <Text size="sm">
              Each row holds the hash of the one before. The last, to keep elsewhere: <Id id={found.head} />
            </Text>
          </Alert>
        ) : (
          <Alert color="red" title={`Chain broken: row ${found.seq} ${found.why}`} role="alert">
            Somebody wrote to the table past Baton. Rows before {found.seq} are as they were written.
          </Alert>
        )
      }
    </Loaded>
  );
}

function Filter({
  search,
  go,
}: {
  readonly search: AuditSearch;
  readonly go: (search: AuditSearch) => void;
}) {
  const { data: environments = [] } = useRead("listEnvironments", {});
  const [actor, setActor] = useState(search.actor ?? "");
  const [subject, setSubject] = useState(search.subject ?? "");
  const narrow = (change: AuditSearch): void => {
    const asked = { ...withoutCursor(search), actor: actor.trim(), subject: subject.trim(), ...change };
    go(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== "")));
  };
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        narrow({});
      }}
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }} style={{ alignItems: "end" }}>
        <TextInput label="Who" value={actor} onChange={(event) => setActor(event.currentTarget.value)} />
        <TextInput
          label="To what"
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
        />
        <NativeSelect
          label="Action"
          data={[{ value: "", label: "any" }, ...KINDS]}
          value={search.action ?? ""}
          onChange={(event) => narrow({ action: event.currentTarget.value })}
        />
        <NativeSelect
          label="Where"
          data={[{ value: "", label: "anywhere" }, ...environments.map(({ name }) => name)]}
          value={search.where ?? ""}
          onChange={(event) => narrow({ where: event.currentTarget.value })}
        />
        <Button type="submit" variant="default">
          Filter
        </Button>
      </SimpleGrid>
    </form>
  );
}

function Row({ act }: { readonly act: Act }) {
  const { from, to, ...facts } = act.facts;
  return (
    <Card withBorder component="li" p="sm">
      <Group justify="space-between" align="start">
        <Stack gap={2} style={{ flex: "1 1 260px" }}>
          <Group gap="xs">
            <Badge variant="light" color="gray">
              {act.action}
            </Badge>
            <Text style={{ overflowWrap: "anywhere" }}>
              <b>{act.subject}</b> by {act.actor}
              {act.environment !== null && ` in ${act.environment}`}
            </Text>
          </Group>
          {(from !== undefined || to !== undefined) && (
            <Text size="sm">
              {shown(from)} → {shown(to)}
            </Text>
          )}
          {Object.entries(facts).map(([name, value]) => (
            <Text key={name} size="sm" style={{ overflowWrap: "anywhere" }}>
              {name}: {shown(value)}
            </Text>
          ))}
        </Stack>
        <Text size="sm" c="dimmed">
          {act.seq}, <When at={act.at} />
        </Text>
      </Group>
    </Card>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
