/** Parts of lists: rows that keep their place, pages, a search box, windows of time, and the way into a spreadsheet. */
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { IconDownload, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { download, type Export } from "../api/download.ts";
import { tellRefusal } from "../api/queries.ts";
import type { Operations } from "../api/operations.ts";

interface Steady<Row> {
  readonly rows: readonly Row[];
  /** How many rows are new since the list was opened; they show when asked for. */
  readonly fresh: number;
  readonly show: () => void;
}

/** Rows stay where they are while somebody reads: what they say is renewed, and new ones wait to be asked for. */
export function useSteady<Row extends { readonly id: string }>(
  found: readonly Row[],
  list: string,
): Steady<Row> {
  const [kept, keep] = useState({ list, rows: found });
  const isAnother = kept.list !== list || kept.rows.length === 0;
  useEffect(() => {
    if (isAnother) keep({ list, rows: found });
  }, [isAnother, list, found]);
  if (isAnother) return { rows: found, fresh: 0, show: () => {} };
  const known = new Map(found.map((row) => [row.id, row]));
  const shown = new Set(kept.rows.map(({ id }) => id));
  return {
    rows: kept.rows.map((row) => known.get(row.id) ?? row),
    fresh: found.filter(({ id }) => !shown.has(id)).length,
    show: () => keep({ list, rows: found }),
  };
}

/** "3 new, show". */
export function Fresh({ fresh, show }: Pick<Steady<never>, "fresh" | "show">) {
  return (
    <div aria-live="polite">
      {fresh > 0 && (
        <Button variant="light" size="xs" onClick={show}>
          {fresh} new, show
        </Button>
      )}
    </div>
  );
}

const PER_PAGE = 50;

export function Pages(props: {
  readonly page: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}) {
  const { page, total, onPage } = props;
  const first = (page - 1) * PER_PAGE + 1;
  const last = Math.min(page * PER_PAGE, total);
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
        {total === 0
          ? "none"
          : `${first.toLocaleString()}-${last.toLocaleString()} of ${total.toLocaleString()}`}
      </Text>
      <Group gap="xs">
        <Button size="xs" variant="default" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          Back
        </Button>
        <Button size="xs" variant="default" disabled={last >= total} onClick={() => onPage(page + 1)}>
          Next
        </Button>
      </Group>
    </Group>
  );
}

/** Looks for what was typed when it is sent, or after a moment of rest. `/` leads here. */
export function SearchBox({
  value,
  onSearch,
}: {
  readonly value: string;
  readonly onSearch: (q: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onSearch(typed), 400);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      type="search"
      data-search
      aria-label="Search"
      placeholder="E-mail, company, any id ( / )"
      leftSection={<IconSearch size={16} />}
      style={{ flex: "1 1 240px" }}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && onSearch(typed)}
    />
  );
}

/** Brings what the question asks for into a file. */
export function ExportButton<O extends Export>(props: {
  readonly operation: O;
  readonly path: Operations[O]["path"];
  readonly query?: Operations[O]["query"];
  readonly body?: Operations[O]["body"];
  readonly size?: "xs" | "sm";
  /** What the file holds; the rows of a list's filter where nothing is said. */
  readonly children?: string;
}) {
  const { operation, size = "sm", children = "CSV of this filter", ...asked } = props;
  const [isBusy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      await download(operation, asked);
    } catch (error) {
      if (error instanceof Error) await tellRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button
      variant="default"
      size={size}
      leftSection={<IconDownload size={16} />}
      loading={isBusy}
      onClick={() => void start()}
    >
      {children}
    </Button>
  );
}

/** Windows of time that a list can be kept to, by what its address says. */
const WINDOWS: Readonly<Record<string, { readonly label: string; readonly ms: number }>> = {
  "24h": { label: "Last 24 hours", ms: 86_400_000 },
  "7d": { label: "Last 7 days", ms: 7 * 86_400_000 },
  "30d": { label: "Last 30 days", ms: 30 * 86_400_000 },
};
const MINUTE_MS = 60_000;

/** Keeps a list to what was chosen; "" is everything. */
export function FilterSelect(props: {
  readonly label: string;
  readonly value: string | undefined;
  readonly data: readonly (string | { readonly value: string; readonly label: string })[];
  readonly onChange: (value: string) => void;
}) {
  const { label, value = "", data, onChange } = props;
  return (
    <NativeSelect
      aria-label={label}
      value={value}
      data={data}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function WindowSelect(props: {
  readonly value: string | undefined;
  readonly onChange: (window: string) => void;
}) {
  const windows = Object.entries(WINDOWS).map(([value, { label }]) => ({ value, label }));
  return <FilterSelect label="Time" {...props} data={[{ value: "", label: "Any time" }, ...windows]} />;
}

/** When the window begins, to the minute, so that the same question stays the same for a while. */
export function sinceOf(window: string | undefined, now: number): { readonly since?: number } {
  const chosen = WINDOWS[window ?? ""];
  return chosen === undefined ? {} : { since: Math.floor((now - chosen.ms) / MINUTE_MS) * MINUTE_MS };
}
