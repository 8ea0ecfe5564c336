/** Every handoff by a filter that its address holds. */
import { Checkbox, Group, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, call } from "../../api/client.ts";
import type { Operations } from "../../api/operations.ts";
import { useRead } from "../../api/queries.ts";
import { List } from "../../components/list.tsx";
import { ExportButton, FilterSelect, sinceOf, WindowSelect } from "../../components/lists.tsx";
import { Nothing } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import type { Column, Search } from "../../components/views.tsx";
import { Who, whoOf } from "../../components/who.tsx";
import { points } from "../../components/why.tsx";
import { HandoffActs } from "./acts.tsx";
import { Status } from "./status.tsx";

type Found = Answer<"listHandoffs">;
type Query = Operations["listHandoffs"]["query"] & { readonly page: number };
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
/** What narrows the list; the order does not. */
const NARROWING = ["q", "state", "recipe", "owner", "window", "uncontacted"] as const;

export function Handoffs() {
  const { environment } = useParams({ from: "/e/$environment/handoffs" });
  const search: HandoffSearch = useSearch({ from: "/e/$environment/handoffs" });
  const navigate = useNavigate();
  const [now] = useState(Date.now);
  const filter = filterOf(search, now);
  const query: Query = {
    ...filter,
    ...oneOf("order", ORDERS, search.order),
    page: Math.max(1, Number(search.page ?? 1) || 1),
  };
  const path = { environment };
  const found = useRead("listHandoffs", path, query);
  return (
    <List<Line>
      name="handoffs"
      title="Handoffs"
      says="What was handed to whom, and what became of it."
      environment={environment}
      search={{ ...search }}
      onSearch={(to: HandoffSearch, replace) =>
        void navigate({ to: "/e/$environment/handoffs", params: { environment }, search: to, replace })
      }
      narrowing={NARROWING}
      query={query}
      filter={filter}
      found={found}
      columns={columnsOf(environment)}
      nameOf={(line) => whoOf(line, line.conversation)}
      minWidth={900}
      filters={(set) => <Filters search={search} choices={found.data?.choices} set={set} />}
      exports={<ExportButton operation="exportHandoffs" path={path} query={filter} />}
      nothingFits="No handoff fits the filter"
      nothing={
        <Nothing title="Nothing was handed off yet">
          As soon as a conversation qualifies it stands here. Conversations shows what was heard so far, and
          why it stays below.
        </Nothing>
      }
      readAll={async () => {
        const { rows } = await call("listHandoffs", { path, query: { ...query, page: 1, limit: 200 } });
        return rows.map(({ id }) => id);
      }}
      acts={(ids) => <HandoffActs environment={environment} ids={ids} />}
    />
  );
}

function filterOf({ q = "", state, recipe, owner, window, uncontacted }: HandoffSearch, now: number) {
  return {
    ...(q !== "" && { q }),
    ...oneOf("state", STATES, state),
    ...(recipe !== undefined && { recipe }),
    ...(owner !== undefined && { owner }),
    ...sinceOf(window, now),
    ...(uncontacted === "true" && { uncontacted: "true" as const }),
  };
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

function Filters(props: {
  readonly search: HandoffSearch;
  readonly choices: Found["choices"] | undefined;
  readonly set: (change: Search) => void;
}) {
  const { search, choices, set } = props;
  const { recipes = [], owners = [] } = choices ?? {};
  return (
    <>
      <FilterSelect
        label="State"
        value={search.state}
        data={[{ value: "", label: "Any state" }, ...STATES]}
        onChange={(state) => set({ state })}
      />
      <FilterSelect
        label="Recipe"
        value={search.recipe}
        data={[{ value: "", label: "Any recipe" }, ...recipes]}
        onChange={(recipe) => set({ recipe })}
      />
      <FilterSelect
        label="Owner"
        value={search.owner}
        data={[
          { value: "", label: "Any owner" },
          ...owners.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(owner) => set({ owner })}
      />
      <WindowSelect value={search.window} onChange={(window) => set({ window })} />
      <FilterSelect
        label="Order"
        value={search.order ?? "newest"}
        data={ORDERS.map((value) => ({ value, label: `by ${value}` }))}
        onChange={(order) => set({ order })}
      />
      <Checkbox
        label="Not contacted"
        checked={search.uncontacted === "true"}
        onChange={(event) => set({ uncontacted: event.currentTarget.checked ? "true" : "" })}
        my={8}
      />
    </>
  );
}

function columnsOf(environment: string): readonly Column<Line>[] {
  return [
    { name: "Person", isNeeded: true, cell: (line) => <Person environment={environment} line={line} /> },
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

function Person({ environment, line }: { readonly environment: string; readonly line: Line }) {
  return (
    <Who
      about={line}
      conversation={line.conversation}
      link={(props) => (
        <Link {...props} to="/e/$environment/handoffs/$handoff" params={{ environment, handoff: line.id }} />
      )}
    />
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
