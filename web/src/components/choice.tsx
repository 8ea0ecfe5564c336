/** Rows that are ticked, by box or by key, and the bar that says how many, with what can be done about them. */
import { Button, Checkbox, Group, Paper, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { tellRefusal } from "../api/queries.ts";
import { NO_TICKS, shareOf, ticked, tickedAll, tickedTo, type Ticks } from "./ticks.ts";

/** So many are acted on at a time; the service refuses more. */
const MOST_CHOSEN = 200;

/** A link that is walked to by keys stays clear of the page's head and of the bar at its end. */
export const UNCOVERED = { scrollMarginBlock: 140 } as const;

export interface Choice {
  /** What is ticked, whatever page it stands on. */
  readonly ids: readonly string[];
  readonly has: (id: string) => boolean;
  readonly change: (to: (ticks: Ticks) => Ticks) => void;
  readonly clear: () => void;
}

/** What is ticked of this list; another list (another filter) begins with nothing. */
export function useChoice(list: string): Choice {
  const [kept, keep] = useState({ list, ticks: NO_TICKS });
  const ticksOf = (one: typeof kept): Ticks => (one.list === list ? one.ticks : NO_TICKS);
  const { ids } = ticksOf(kept);
  return {
    ids: [...ids],
    has: (id) => ids.has(id),
    change: (to) => keep((before) => ({ list, ticks: to(ticksOf(before)) })),
    clear: () => keep({ list, ticks: NO_TICKS }),
  };
}

/**
 * J and K move between rows, and Enter opens the one that has the focus. With a choice X ticks that row, Shift with an
 * arrow the next one, too, and Escape forgets what is ticked.
 */
export function useRowKeys(choice: Choice | null): void {
  const move = (by: number): void => {
    const rows = rowsShown();
    rows[Math.min(Math.max(placeOf(rows) + by, 0), rows.length - 1)]?.open?.focus();
  };
  const extend = (event: KeyboardEvent, by: number): void => {
    const rows = rowsShown();
    const at = placeOf(rows);
    const [from, to] = [rows[at], rows[at + by]];
    if (choice === null || from === undefined) return;
    event.preventDefault();
    const ids = rows.map(({ id }) => id);
    choice.change((ticks) => {
      const begun = ticks.ids.has(from.id) ? { ...ticks, last: from.id } : ticked(ticks, from.id);
      return to === undefined ? begun : tickedTo(begun, ids, to.id);
    });
    to?.open?.focus();
  };
  const toggle = (): void => {
    const rows = rowsShown();
    const row = rows[placeOf(rows)];
    if (row !== undefined) choice?.change((ticks) => ticked(ticks, row.id));
  };
  const key = (name: string, act: (event: KeyboardEvent) => void) =>
    [
      name,
      (event: KeyboardEvent) => {
        if (!isElsewhere(event.target)) act(event);
      },
      { preventDefault: false },
    ] as const;
  useHotkeys(
    [
      [...key("j", () => move(1))],
      [...key("k", () => move(-1))],
      [...key("x", toggle)],
      [...key("shift+ArrowDown", (event) => extend(event, 1))],
      [...key("shift+ArrowUp", (event) => extend(event, -1))],
      [...key("Escape", () => choice?.clear())],
    ],
    [],
  );
}

interface ShownRow {
  readonly id: string;
  readonly row: HTMLElement;
  readonly open: HTMLElement | null;
}

function rowsShown(): readonly ShownRow[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].map((row) => ({
    id: row.dataset["row"] ?? "",
    row,
    open: row.querySelector<HTMLElement>("a[data-open]"),
  }));
}

/** Where the focus stands; -1 outside of the rows. */
function placeOf(rows: readonly ShownRow[]): number {
  return rows.findIndex(({ row }) => row.contains(document.activeElement));
}

/** Whether a key is meant for something else: a field that is typed into, or a dialog. */
function isElsewhere(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    (target.matches("textarea, select, input:not([type=checkbox])") ||
      target.closest("[role=dialog]") !== null)
  );
}

/** The box of one row. With Shift it ticks all from the last one on. */
export function TickRow(props: {
  readonly choice: Choice;
  readonly rows: readonly string[];
  readonly id: string;
  readonly name: string;
}) {
  const { choice, rows, id, name } = props;
  return (
    <Checkbox
      aria-label={`Select ${name}`}
      checked={choice.has(id)}
      onChange={({ nativeEvent }) => {
        const isRange = "shiftKey" in nativeEvent && nativeEvent.shiftKey === true;
        choice.change((ticks) => (isRange ? tickedTo(ticks, rows, id) : ticked(ticks, id)));
      }}
    />
  );
}

/** The box of all rows that are shown. */
export function TickAll(props: {
  readonly choice: Choice;
  readonly rows: readonly string[];
  readonly label?: string;
}) {
  const { choice, rows, label } = props;
  const share = shareOf({ ids: new Set(choice.ids), last: null }, rows);
  return (
    <Checkbox
      {...(label === undefined ? { "aria-label": "Select this page" } : { label })}
      checked={share === "all"}
      indeterminate={share === "some"}
      onChange={() => choice.change((ticks) => tickedAll(ticks, rows))}
    />
  );
}

/** "3 selected", the way to all that the filter finds, and what can be done. It stays in sight while rows are walked. */
export function ChoiceBar(props: {
  readonly choice: Choice;
  /** How many rows the filter finds, and their ids, the first 200. */
  readonly all?: { readonly total: number; readonly read: () => Promise<readonly string[]> };
  readonly children: ReactNode;
}) {
  const { choice, all, children } = props;
  const [isReading, setReading] = useState(false);
  const count = choice.ids.length;
  const takeAll = async (read: () => Promise<readonly string[]>): Promise<void> => {
    setReading(true);
    try {
      const ids = await read();
      choice.change(() => ({ ids: new Set(ids), last: null }));
    } catch (error) {
      if (error instanceof Error) await tellRefusal(error);
    } finally {
      setReading(false);
    }
  };
  return (
    <div aria-live="polite" style={{ position: "sticky", bottom: 8, zIndex: 2 }}>
      {count > 0 && (
        <Paper withBorder shadow="md" p="xs" role="group" aria-label="What is selected">
          <Group gap="xs">
            <Text fw={600} size="sm" px="xs">
              {count.toLocaleString()} selected
            </Text>
            {all !== undefined && count < Math.min(all.total, MOST_CHOSEN) && (
              <Button size="xs" variant="subtle" loading={isReading} onClick={() => void takeAll(all.read)}>
                {all.total > MOST_CHOSEN
                  ? `The first ${MOST_CHOSEN} of this filter`
                  : `All ${all.total} of this filter`}
              </Button>
            )}
            {count > MOST_CHOSEN ? (
              <Text size="sm">At most {MOST_CHOSEN} at a time: untick some.</Text>
            ) : (
              children
            )}
            <Button size="xs" variant="subtle" color="gray" ml="auto" onClick={choice.clear}>
              Clear
            </Button>
          </Group>
        </Paper>
      )}
    </div>
  );
}
