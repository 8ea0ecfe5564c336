/** Everything that was heard, each conversation in its one bucket. */
import { Anchor, Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, ApiProblem } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import {
  ExportButton,
  Fresh,
  Pages,
  SearchBox,
  sinceOf,
  useRowKeys,
  useSteady,
  WINDOWS,
} from "../../components/lists.tsx";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { type Column, Lines, useColumns, Views } from "../../components/views.tsx";
import { BucketBadge, BUCKETS, isBucket } from "./bucket.tsx";

type Found = Answer<"listConversations">;
type Line = Found["rows"][number];

interface ConversationSearch {
  readonly q?: string;
  readonly bucket?: string;
  readonly window?: string;
  readonly page?: string;
}

export function Conversations() {
  const { environment } = useParams({ from: "/e/$environment/conversations" });
  const search: ConversationSearch = useSearch({ from: "/e/$environment/conversations" });
  const navigate = useNavigate();
  const [now] = useState(Date.now);
  useRowKeys();
  const { q = "", bucket, window, page = "1" } = search;
  const [columns, chooser] = useColumns("conversations", columnsOf(environment));
  const show = (search: ConversationSearch, replace = false): void =>
    void navigate({ to: "/e/$environment/conversations", params: { environment }, search, replace });
  const set = (change: ConversationSearch): void => {
    const next = Object.entries({ ...search, page: "", ...change }).filter(([, value]) => value !== "");
    show(Object.fromEntries(next), true);
  };
  const filter = { ...(q !== "" && { q }), ...(isBucket(bucket) && { bucket }), ...sinceOf(window, now) };
  const query = { ...filter, page: Math.max(1, Number(page) || 1) };
  const found = useRead("listConversations", { environment }, query);
  const isClosed = found.error instanceof ApiProblem && found.error.status === 403;
  return (
    <Page
      title="Conversations"
      says="Everything that was heard; each stands in exactly one bucket."
      actions={
        !isClosed && (
          <Group gap="xs">
            <Views list="conversations" environment={environment} search={{ ...search }} onView={show} />
            {chooser}
            <ExportButton operation="exportConversations" path={{ environment }} query={filter} />
          </Group>
        )
      }
    >
      {isClosed ? (
        <Nothing title="Conversations are not for your role">
          A reviewer reads them. Handoffs are open to you; an admin gives roles on the Users screen.
        </Nothing>
      ) : (
        <>
          <Filter search={search} set={set} />
          <Loaded of={found}>
            {(data) =>
              data.total === 0 ? (
                <Empty
                  isFiltered={Object.keys(filter).length > 0}
                  onClear={() => set({ q: "", bucket: "", window: "" })}
                />
              ) : (
                <>
                  <Rows found={data} list={JSON.stringify(query)} columns={columns} />
                  <Pages page={query.page} total={data.total} onPage={(to) => set({ page: String(to) })} />
                </>
              )
            }
          </Loaded>
        </>
      )}
    </Page>
  );
}

function Filter(props: {
  readonly search: ConversationSearch;
  readonly set: (change: ConversationSearch) => void;
}) {
  const { search, set } = props;
  return (
    <Group align="end" gap="xs">
      <SearchBox value={search.q ?? ""} onSearch={(q) => set({ q })} />
      <NativeSelect
        aria-label="Bucket"
        value={search.bucket ?? ""}
        data={[
          { value: "", label: "Any bucket" },
          ...Object.entries(BUCKETS).map(([value, { label }]) => ({ value, label })),
        ]}
        onChange={(event) => set({ bucket: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label="Time"
        value={search.window ?? ""}
        data={[
          { value: "", label: "Any time" },
          ...Object.entries(WINDOWS).map(([value, { label }]) => ({ value, label })),
        ]}
        onChange={(event) => set({ window: event.currentTarget.value })}
      />
    </Group>
  );
}

function Empty({ isFiltered, onClear }: { readonly isFiltered: boolean; readonly onClear: () => void }) {
  return isFiltered ? (
    <Nothing title="No conversation fits the filter">
      <Button variant="default" size="xs" onClick={onClear}>
        Clear the filter
      </Button>
    </Nothing>
  ) : (
    <Nothing title="Nothing was heard yet">
      As soon as Intercom&rsquo;s webhooks arrive, every conversation stands here. `baton intercom check` says
      whether they can.
    </Nothing>
  );
}

function columnsOf(environment: string): readonly Column<Line>[] {
  return [
    { name: "Person", isNeeded: true, cell: (line) => <Who environment={environment} line={line} /> },
    { name: "Bucket", cell: ({ bucket }) => <BucketBadge of={bucket} /> },
    { name: "By", cell: ({ exclusion, recipe }) => <Text size="sm">{exclusion ?? recipe ?? ""}</Text> },
    { name: "Handoff", cell: ({ handoff }) => handoff !== null && <See {...{ environment, handoff }} /> },
    {
      name: "Last heard",
      isRight: true,
      cell: ({ heardAt }) => (
        <Text size="sm">
          <When at={heardAt} />
        </Text>
      ),
    },
  ];
}

function Rows(props: {
  readonly found: Found;
  readonly list: string;
  readonly columns: readonly Column<Line>[];
}) {
  const { rows, ...fresh } = useSteady(props.found.rows, props.list);
  return (
    <Stack gap="xs">
      <Fresh {...fresh} />
      <Lines columns={props.columns} lines={rows} minWidth={700} />
    </Stack>
  );
}

function Who({ environment, line }: { readonly environment: string; readonly line: Line }) {
  return (
    <>
      <Anchor
        data-open
        renderRoot={(props) => (
          <Link
            {...props}
            to="/e/$environment/conversations/$conversation"
            params={{ environment, conversation: line.id }}
          />
        )}
      >
        {line.person ?? line.email ?? `Conversation ${line.id}`}
      </Anchor>
      <Text size="xs" c="dimmed">
        {[line.company, line.email].filter((word) => word !== null).join(", ")}
      </Text>
    </>
  );
}

function See({ environment, handoff }: { readonly environment: string; readonly handoff: string }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link {...props} to="/e/$environment/handoffs/$handoff" params={{ environment, handoff }} />
      )}
    >
      See handoff
    </Anchor>
  );
}
