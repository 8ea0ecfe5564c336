/** What somebody keeps of a list in their browser: filters under a name, and columns that they do without. */
import {
  ActionIcon,
  Anchor,
  Button,
  Checkbox,
  Group,
  Popover,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconTrash } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Choice, TickAll, TickRow } from "./choice.tsx";

/** What the address of a list says of its filter. */
export type Search = Readonly<Record<string, string | undefined>>;

interface View {
  readonly name: string;
  readonly search: Search;
}

/** Filters that were kept for this list, and a way to keep this one. Those of one environment fit no other. */
export function Views(props: {
  readonly list: string;
  readonly environment: string;
  readonly search: Search;
  readonly onView: (search: Search) => void;
}) {
  const { list, environment, search, onView } = props;
  const [views, setViews] = useLocalStorage<readonly View[]>({
    key: `baton.views.${list}.${environment}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus position="bottom-end" width={280} shadow="md">
      <Popover.Target>
        <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Views">
        <Stack gap="xs">
          {views.length === 0 && (
            <Text size="sm" c="dimmed">
              No view is kept yet. A view is a filter under a name, kept in this browser.
            </Text>
          )}
          {views.map((view) => (
            <Kept
              key={view.name}
              name={view.name}
              onOpen={() => {
                setOpen(false);
                onView(view.search);
              }}
              onForget={() => setViews(views.filter(({ name }) => name !== view.name))}
            />
          ))}
          <Keep
            onKeep={(name) => {
              const { page: _, ...filter } = search;
              setViews([...views.filter((one) => one.name !== name), { name, search: filter }]);
            }}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Kept(props: { readonly name: string; readonly onOpen: () => void; readonly onForget: () => void }) {
  const { name, onOpen, onForget } = props;
  return (
    <Group justify="space-between" wrap="nowrap">
      <Anchor component="button" type="button" size="sm" ta="left" onClick={onOpen}>
        {name}
      </Anchor>
      <ActionIcon variant="subtle" color="red" aria-label={`Forget ${name}`} onClick={onForget}>
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

function Keep({ onKeep }: { readonly onKeep: (name: string) => void }) {
  const [name, setName] = useState("");
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onKeep(name.trim());
        setName("");
      }}
    >
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          size="xs"
          label="Keep this filter as"
          required
          maxLength={40}
          pattern=".*\S.*"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          Keep
        </Button>
      </Group>
    </form>
  );
}

export interface Column<Line> {
  readonly name: string;
  readonly cell: (line: Line) => ReactNode;
  readonly isRight?: true;
  /** It cannot be done without. */
  readonly isNeeded?: true;
}

/** The columns that are to be seen, and the button with which they are chosen. */
export function useColumns<Line>(
  list: string,
  columns: readonly Column<Line>[],
): readonly [shown: readonly Column<Line>[], chooser: ReactNode] {
  const [hidden, setHidden] = useLocalStorage<readonly string[]>({
    key: `baton.hidden.${list}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const shown = columns.filter(({ name, isNeeded }) => isNeeded === true || !hidden.includes(name));
  const chooser = (
    <Popover trapFocus position="bottom-end" shadow="md">
      <Popover.Target>
        <Button variant="default">Columns</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <Stack gap="xs">
          {columns
            .filter(({ isNeeded }) => isNeeded !== true)
            .map(({ name }) => (
              <Checkbox
                key={name}
                label={name}
                checked={!hidden.includes(name)}
                onChange={(event) =>
                  setHidden(
                    event.currentTarget.checked ? hidden.filter((one) => one !== name) : [...hidden, name],
                  )
                }
              />
            ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
  return [shown, chooser];
}

/** A table of these columns, one row for each line; with a choice each has a box. */
export function Lines<Line extends { readonly id: string }>(props: {
  readonly columns: readonly Column<Line>[];
  readonly lines: readonly Line[];
  readonly minWidth: number;
  readonly choice: Choice;
  readonly nameOf: (line: Line) => string;
}) {
  const { columns, lines, minWidth, choice, nameOf } = props;
  const rows = lines.map(({ id }) => id);
  return (
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40}>
              <TickAll choice={choice} rows={rows} />
            </Table.Th>
            {columns.map(({ name, isRight }) => (
              <Table.Th key={name} ta={isRight === true ? "right" : "left"}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.id} data-row={line.id}>
              <Table.Td>
                <TickRow choice={choice} rows={rows} id={line.id} name={nameOf(line)} />
              </Table.Td>
              {columns.map(({ name, cell, isRight }) => (
                <Table.Td key={name} ta={isRight === true ? "right" : "left"}>
                  {cell(line)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
