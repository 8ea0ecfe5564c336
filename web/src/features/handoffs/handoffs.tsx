/** Every handoff by a filter that its address holds. */
import { Anchor, Button, Checkbox, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Answer } from "../../api/client.ts";
import type { Operations } from "../../api/operations.ts";
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
import { points } from "../../components/why.tsx";
import { Status } from "./status.tsx";

type Found = Answer<"listHandoffs">;
type Query = Operations["listHandoffs"]["query"];
type Line = Found["rows"][number];

interface HandoffSearch {
  readonly q?: string;
  readonly state?: string;
  readonly recipe?: string;
  readonly owner?: string;
  readonly window?: string;
  readonly uncontacted?: string;
  readonly order?: string;
  readonly page?: string;
}

const STATES = ["running", "done", "failed", "maybe"] as const;
const ORDERS = ["newest", "oldest", "person", "owner", "recipe", "state"] as const;

export function Handoffs() {
  const { environment } = useParams({ from: "/e/$environment/handoffs" });
  const search: HandoffSearch = useSearch({ from: "/e/$environment/handoffs" });
  const navigate = useNavigate();
  const [now] = useState(Date.now);
  useRowKeys();
  const { q = "", page = "1", window, recipe, owner, uncontacted } = search;
  const [columns, chooser] = useColumns("handoffs", columnsOf(environment));
  const show = (search: HandoffSearch, replace = false): void =>
    void navigate({ to: "/e/$environment/handoffs", params: { environment }, search, replace });
  const set = (change: HandoffSearch): void => {
    const next = Object.entries({ ...search, page: "", ...change }).filter(([, value]) => value !== "");
    show(Object.fromEntries(next), true);
  };
  const filter = {
    ...(q !== "" && { q }),
    ...oneOf("state", STATES, search.state),
    ...(recipe !== undefined && { recipe }),
    ...(owner !== undefined && { owner }),
    ...sinceOf(window, now),
    ...(uncontacted === "true" && { uncontacted: "true" as const }),
  };
  const query: Query = {
    ...filter,
    ...oneOf("order", ORDERS, search.order),
    page: Math.max(1, Number(page) || 1),
  };
  const found = useRead("listHandoffs", { environment }, query);
  return (
    <Page
      title="Handoffs"
      says="What was handed to whom, and what became of it."
      actions={
        <Group gap="xs">
          <Views list="handoffs" environment={environment} search={{ ...search }} onView={show} />
          {chooser}
          <ExportButton operation="exportHandoffs" path={{ environment }} query={filter} />
        </Group>
      }
    >
      <Filter search={search} choices={found.data?.choices} set={set} />
      <Loaded of={found}>
        {(data) =>
          data.total === 0 ? (
            <Empty
              isFiltered={Object.keys(filter).length > 0}
              onClear={() => set({ q: "", state: "", recipe: "", owner: "", window: "", uncontacted: "" })}
            />
          ) : (
            <>
              <Rows found={data} list={JSON.stringify(query)} columns={columns} />
              <Pages page={query.page ?? 1} total={data.total} onPage={(to) => set({ page: String(to) })} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** The parameter where its value is one that the service knows. */
function oneOf<Name extends string, Value extends string>(
  name: Name,
  values: readonly Value[],
  value: string | undefined,
): { readonly [N in Name]?: Value } {
  const known = values.find((one) => one === value);
  return known === undefined ? {} : ({ [name]: known } as { readonly [N in Name]?: Value });
}

function Filter(props: {
  readonly search: HandoffSearch;
  readonly choices: Found["choices"] | undefined;
  readonly set: (change: HandoffSearch) => void;
}) {
  const { search, choices, set } = props;
  const { recipes = [], owners = [] } = choices ?? {};
  return (
    <Group align="end" gap="xs">
      <SearchBox value={search.q ?? ""} onSearch={(q) => set({ q })} />
      <NativeSelect
        aria-label="State"
        value={search.state ?? ""}
        data={[{ value: "", label: "Any state" }, ...STATES]}
        onChange={(event) => set({ state: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label="Recipe"
        value={search.recipe ?? ""}
        data={[{ value: "", label: "Any recipe" }, ...recipes]}
        onChange={(event) => set({ recipe: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label="Owner"
        value={search.owner ?? ""}
        data={[
          { value: "", label: "Any owner" },
          ...owners.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => set({ owner: event.currentTarget.value })}
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
      <NativeSelect
        aria-label="Order"
        value={search.order ?? "newest"}
        data={ORDERS.map((value) => ({ value, label: `by ${value}` }))}
        onChange={(event) => set({ order: event.currentTarget.value })}
      />
      <Checkbox
        label="Not contacted"
        checked={search.uncontacted === "true"}
        onChange={(event) => set({ uncontacted: event.currentTarget.checked ? "true" : "" })}
        my={8}
      />
    </Group>
  );
}

function Empty({ isFiltered, onClear }: { readonly isFiltered: boolean; readonly onClear: () => void }) {
  return isFiltered ? (
    <Nothing title="No handoff fits the filter">
      <Button variant="default" size="xs" onClick={onClear}>
        Clear the filter
      </Button>
    </Nothing>
  ) : (
    <Nothing title="Nothing was handed off yet">
      As soon as a conversation qualifies it stands here. Conversations shows what was heard so far, and why
      it stays below.
    </Nothing>
  );
}

function columnsOf(environment: string): readonly Column<Line>[] {
  return [
    { name: "Person", isNeeded: true, cell: (line) => <Who environment={environment} line={line} /> },
    { name: "Recipe", cell: ({ recipe }) => recipe },
    { name: "Score", cell: (line) => <Score line={line} /> },
    { name: "Owner", cell: ({ owner }) => owner?.name ?? "unknown" },
    {
      name: "State",
      cell: ({ status, mode }) => (
        <Group gap={4}>
          <Status of={status} />
          {mode === "shadow" && <Status of="shadow" />}
        </Group>
      ),
    },
    {
      name: "Contact",
      cell: ({ contactedAt, closedReason }) => (
        <Text size="sm">
          {contactedAt === null ? (closedReason ?? "none seen") : <When at={contactedAt} />}
        </Text>
      ),
    },
    {
      name: "Handed off",
      isRight: true,
      cell: ({ startedAt }) => (
        <Text size="sm">
          <When at={startedAt} />
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
      <Lines columns={props.columns} lines={rows} minWidth={860} />
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
            to="/e/$environment/handoffs/$handoff"
            params={{ environment, handoff: line.id }}
          />
        )}
      >
        {line.person ?? line.email ?? `Conversation ${line.conversation}`}
      </Anchor>
      <Text size="xs" c="dimmed">
        {[line.company, line.email].filter((word) => word !== null).join(", ")}
      </Text>
    </>
  );
}

function Score({ line }: { readonly line: Line }) {
  const over = Object.entries(line.scores).filter(([, { value, threshold }]) => value >= threshold);
  return over.map(([name, { value, threshold }]) => (
    <Text key={name} size="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
      {name} {points.format(value)}{" "}
      <Text span size="xs" c="dimmed">
        of {points.format(threshold)}
      </Text>
    </Text>
  ));
}
