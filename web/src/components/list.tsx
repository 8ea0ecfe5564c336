/** A list of rows as every room shows it: its filter in the address, kept views, columns, a file, pages, and ticked rows. */
import { Button, Group, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Choice, ChoiceBar, useChoice, useRowKeys } from "./choice.tsx";
import { Fresh, Pages, SearchBox, useSteady } from "./lists.tsx";
import { Loaded, Nothing, Page } from "./states.tsx";
import { type Column, Lines, type Search, useColumns, Views } from "./views.tsx";

interface Found<Line> {
  readonly rows: readonly Line[];
  /** Of all pages. */
  readonly total: number;
}

interface ListProps<Line extends { readonly id: string }> {
  /** Under which the browser keeps views and columns. */
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly environment: string;
  /** What the address says. */
  readonly search: Search;
  readonly onSearch: (search: Search, replace: boolean) => void;
  /** What of it narrows the list: cleared when nothing fits. */
  readonly narrowing: readonly string[];
  /** What the service is asked, and the part of it that narrows. */
  readonly query: { readonly page: number };
  readonly filter: object;
  readonly found: UseQueryResult<Found<Line>>;
  readonly columns: readonly Column<Line>[];
  readonly nameOf: (line: Line) => string;
  readonly minWidth: number;
  /** Beside the search box; each sets a part of the filter. */
  readonly filters: (set: (change: Search) => void) => ReactNode;
  readonly exports: ReactNode;
  readonly nothingFits: string;
  /** Stands in an empty list without a filter. */
  readonly nothing: ReactNode;
  /** Stands in place of the list for those who may not see it. */
  readonly closed?: ReactNode;
  /** Ids of the filter's first rows. */
  readonly readAll: () => Promise<readonly string[]>;
  /** What can be done about those that are ticked. */
  readonly acts: (ids: readonly string[]) => ReactNode;
}

export function List<Line extends { readonly id: string }>(props: ListProps<Line>) {
  const { name, environment, search, onSearch, filter, query, closed = null } = props;
  const [columns, chooser] = useColumns(name, props.columns);
  const choice = useChoice(JSON.stringify([environment, filter]));
  const set = (change: Search): void => {
    const next = Object.entries({ ...search, page: "", ...change }).filter(([, value]) => value !== "");
    onSearch(Object.fromEntries(next), true);
  };
  return (
    <Page
      title={props.title}
      says={props.says}
      actions={
        closed === null && (
          <Group gap="xs">
            <Views
              list={name}
              environment={environment}
              search={search}
              onView={(view) => onSearch(view, false)}
            />
            {chooser}
            {props.exports}
          </Group>
        )
      }
    >
      {closed ?? (
        <>
          <Group align="end" gap="xs">
            <SearchBox value={search["q"] ?? ""} onSearch={(q) => set({ q })} />
            {props.filters(set)}
          </Group>
          <Loaded of={props.found}>
            {(found) =>
              found.total === 0 ? (
                <Empty
                  {...props}
                  onClear={() => set(Object.fromEntries(props.narrowing.map((one) => [one, ""])))}
                />
              ) : (
                <>
                  <Rows {...props} found={found} columns={columns} choice={choice} />
                  <Pages page={query.page} total={found.total} onPage={(to) => set({ page: String(to) })} />
                  <ChoiceBar choice={choice} all={{ total: found.total, read: props.readAll }}>
                    {props.acts(choice.ids)}
                  </ChoiceBar>
                </>
              )
            }
          </Loaded>
        </>
      )}
    </Page>
  );
}

function Empty(
  props: Pick<ListProps<never>, "filter" | "nothingFits" | "nothing"> & { readonly onClear: () => void },
) {
  if (Object.keys(props.filter).length === 0) return props.nothing;
  return (
    <Nothing title={props.nothingFits}>
      <Button variant="default" size="xs" onClick={props.onClear}>
        Clear the filter
      </Button>
    </Nothing>
  );
}

function Rows<Line extends { readonly id: string }>(
  props: Pick<ListProps<Line>, "query" | "nameOf" | "minWidth"> & {
    readonly found: Found<Line>;
    readonly columns: readonly Column<Line>[];
    readonly choice: Choice;
  },
) {
  const { rows, ...fresh } = useSteady(props.found.rows, JSON.stringify(props.query));
  useRowKeys(props.choice);
  return (
    <Stack gap="xs">
      <Fresh {...fresh} />
      <Lines
        columns={props.columns}
        lines={rows}
        minWidth={props.minWidth}
        choice={props.choice}
        nameOf={props.nameOf}
      />
    </Stack>
  );
}
