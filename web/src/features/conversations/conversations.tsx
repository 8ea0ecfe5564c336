/** Everything that was heard, each conversation in its one bucket. */
import { Anchor, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, ApiProblem, call } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { List } from "../../components/list.tsx";
import { ExportButton, FilterSelect, sinceOf, WindowSelect } from "../../components/lists.tsx";
import { Nothing } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import type { Column, Search } from "../../components/views.tsx";
import { Who, whoOf } from "../../components/who.tsx";
import { ConversationActs } from "./acts.tsx";
import { BucketBadge, BUCKETS, isBucket } from "./bucket.tsx";

type Line = Answer<"listConversations">["rows"][number];

interface ConversationSearch {
  readonly q?: string;
  readonly bucket?: string;
  readonly window?: string;
  readonly page?: string;
}

const NARROWING = ["q", "bucket", "window"] as const;

export function Conversations() {
  const { environment } = useParams({ from: "/e/$environment/conversations" });
  const search: ConversationSearch = useSearch({ from: "/e/$environment/conversations" });
  const navigate = useNavigate();
  const [now] = useState(Date.now);
  const { q = "", bucket, window, page = "1" } = search;
  const filter = { ...(q !== "" && { q }), ...(isBucket(bucket) && { bucket }), ...sinceOf(window, now) };
  const query = { ...filter, page: Math.max(1, Number(page) || 1) };
  const path = { environment };
  const found = useRead("listConversations", path, query);
  const isClosed = found.error instanceof ApiProblem && found.error.status === 403;
  return (
    <List<Line>
      name="conversations"
      title="Conversations"
      says="Everything that was heard; each stands in exactly one bucket."
      environment={environment}
      search={{ ...search }}
      onSearch={(to: ConversationSearch, replace) =>
        void navigate({ to: "/e/$environment/conversations", params: { environment }, search: to, replace })
      }
      narrowing={NARROWING}
      query={query}
      filter={filter}
      found={found}
      columns={columnsOf(environment)}
      nameOf={(line) => whoOf(line, line.id)}
      minWidth={740}
      filters={(set) => <Filters search={search} set={set} />}
      exports={<ExportButton operation="exportConversations" path={path} query={filter} />}
      nothingFits="No conversation fits the filter"
      nothing={
        <Nothing title="Nothing was heard yet">
          As soon as Intercom&rsquo;s webhooks arrive, every conversation stands here. `baton intercom check`
          says whether they can.
        </Nothing>
      }
      {...(isClosed && { closed: <Closed /> })}
      readAll={async () => {
        const { rows } = await call("listConversations", { path, query: { ...query, page: 1, limit: 200 } });
        return rows.map(({ id }) => id);
      }}
      acts={(ids) => <ConversationActs environment={environment} ids={ids} />}
    />
  );
}

function Closed() {
  return (
    <Nothing title="Conversations are not for your role">
      A reviewer reads them. Handoffs are open to you; an admin gives roles on the Users screen.
    </Nothing>
  );
}

function Filters(props: { readonly search: ConversationSearch; readonly set: (change: Search) => void }) {
  const { search, set } = props;
  return (
    <>
      <FilterSelect
        label="Bucket"
        value={search.bucket}
        data={[
          { value: "", label: "Any bucket" },
          ...Object.entries(BUCKETS).map(([value, { label }]) => ({ value, label })),
        ]}
        onChange={(bucket) => set({ bucket })}
      />
      <WindowSelect value={search.window} onChange={(window) => set({ window })} />
    </>
  );
}

function columnsOf(environment: string): readonly Column<Line>[] {
  return [
    { name: "Person", isNeeded: true, cell: (line) => <Person environment={environment} line={line} /> },
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

function Person({ environment, line }: { readonly environment: string; readonly line: Line }) {
  return (
    <Who
      about={line}
      conversation={line.id}
      link={(props) => (
        <Link
          {...props}
          to="/e/$environment/conversations/$conversation"
          params={{ environment, conversation: line.id }}
        />
      )}
    />
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
