/** Things in an order, and things by name: each opens, moves up and down by buttons, and can be removed. */
import {
  ActionIcon,
  Button,
  Card,
  Group,
  Stack,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { FindingsAt, useEditing } from "./editing.tsx";
import { sentenceOf, textOr } from "./sentence.ts";
import { emptyOf, type Shape, titleOf } from "./shape.ts";
import { at, freeName, isFields, moved, type Path, renamed } from "./tree.ts";

interface Many {
  readonly path: Path;
  readonly label: string;
  readonly description?: string | undefined;
  readonly of: Shape;
  /** The fields of one of them. */
  readonly inside: (shape: Shape, path: Path) => ReactNode;
}

/** A whole part of the policy has a heading, a list inside it a label. */
function Heading({ path, label, description }: Pick<Many, "path" | "label" | "description">) {
  return (
    <div>
      {path.length === 1 ? (
        <Title order={2} size="h4">
          {label}
        </Title>
      ) : (
        <Text size="sm" fw={500}>
          {label}
        </Text>
      )}
      {description !== undefined && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
    </div>
  );
}

/** A list whose order counts. */
export function ListField(
  props: Many & {
    /** Beneath the title of each. */
    readonly mark?: (path: Path) => ReactNode;
    /** Instead of the button that adds an empty one. */
    readonly add?: ReactNode;
  },
) {
  const { path, label, description, of, inside, mark, add } = props;
  const { content, canEdit, change } = useEditing();
  const [opened, setOpened] = useState<number | null>(null);
  const found = at(content, path);
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  const move = (from: number, to: number): void => {
    change(path, moved(list, from, to));
    if (opened === from) setOpened(to);
  };
  return (
    <Stack gap="xs">
      <Heading path={path} label={label} description={description} />
      <FindingsAt path={path} />
      {list.length === 0 && (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      )}
      {list.map((thing, i) => (
        <Thing
          // The things have no ids of their own: their place names them, and moving follows the opened one.
          // oxlint-disable-next-line react/no-array-index-key
          key={i}
          title={titleOf(thing, i)}
          says={saysOf(thing)}
          mark={mark?.([...path, i])}
          path={[...path, i]}
          isOpen={opened === i}
          onToggle={() => setOpened(opened === i ? null : i)}
          {...(canEdit && {
            onUp: i > 0 ? () => move(i, i - 1) : null,
            onDown: i < list.length - 1 ? () => move(i, i + 1) : null,
            onRemove: () => {
              change([...path, i], undefined);
              setOpened(null);
            },
          })}
        >
          {inside(of, [...path, i])}
        </Thing>
      ))}
      {canEdit &&
        (add ?? (
          <AddButton
            label={label}
            onAdd={() => {
              change([...path, list.length], emptyOf(of));
              setOpened(list.length);
            }}
          />
        ))}
    </Stack>
  );
}

/** What a thing says in short where its title does not: its condition. */
function saysOf(thing: unknown): string | null {
  return isFields(thing) && thing["when"] !== undefined ? sentenceOf(thing["when"]) : null;
}

function AddButton({ label, onAdd }: { readonly label: string; readonly onAdd: () => void }) {
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlus size={14} />}
      style={{ alignSelf: "start" }}
      onClick={onAdd}
      aria-label={`Add to ${label}`}
    >
      Add
    </Button>
  );
}

/** One thing in its card: closed it is its name and its sentence. */
export function Thing(props: {
  readonly title: string;
  readonly says: string | null;
  readonly mark?: ReactNode;
  readonly path: Path;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onUp?: (() => void) | null;
  readonly onDown?: (() => void) | null;
  readonly onRemove?: () => void;
  readonly children: ReactNode;
}) {
  const { title, says, mark, path, isOpen, onToggle, onUp, onDown, onRemove, children } = props;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Card withBorder p="xs">
      <Group gap="xs" wrap="nowrap" align="start">
        <UnstyledButton onClick={onToggle} aria-expanded={isOpen} style={{ flex: 1, minWidth: 0 }}>
          <Group gap={6} wrap="nowrap" align="start">
            <Chevron size={18} style={{ flex: "none", marginTop: 2 }} />
            <div style={{ minWidth: 0 }}>
              <Text fw={500} style={{ overflowWrap: "anywhere" }}>
                {title}
              </Text>
              {mark}
              {says !== null && !isOpen && (
                <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {says}
                </Text>
              )}
            </div>
          </Group>
        </UnstyledButton>
        {onUp !== undefined && (
          <Move label={`Move ${title} up`} onClick={onUp}>
            <IconArrowUp size={16} />
          </Move>
        )}
        {onDown !== undefined && (
          <Move label={`Move ${title} down`} onClick={onDown}>
            <IconArrowDown size={16} />
          </Move>
        )}
        {onRemove !== undefined && (
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${title}`} onClick={onRemove}>
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Group>
      {!isOpen && <FindingsAt path={path} below isUrgent />}
      {isOpen && (
        <Stack pt="xs">
          <FindingsAt path={path} />
          {children}
        </Stack>
      )}
    </Card>
  );
}

function Move(props: {
  readonly label: string;
  readonly onClick: (() => void) | null;
  readonly children: ReactNode;
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={props.label}
      disabled={props.onClick === null}
      onClick={() => props.onClick?.()}
    >
      {props.children}
    </ActionIcon>
  );
}

/** Things by name: the name is part of them. */
export function NamedField({ path, label, description, of, inside }: Many) {
  const { content, canEdit, change } = useEditing();
  const [opened, setOpened] = useState<string | null>(null);
  const found = at(content, path);
  const fields = isFields(found) ? found : {};
  const names = Object.keys(fields);
  const rename = (from: string, to: string): void => {
    change(path, renamed(fields, from, to));
    setOpened(to);
  };
  return (
    <Stack gap="xs">
      <Heading path={path} label={label} description={description} />
      <FindingsAt path={path} />
      {names.map((name) => (
        <Thing
          key={name}
          title={name}
          says={textOr(fields[name], null)}
          path={[...path, name]}
          isOpen={opened === name}
          onToggle={() => setOpened(opened === name ? null : name)}
          {...(canEdit && { onRemove: () => change([...path, name], undefined) })}
        >
          {canEdit && <Name name={name} taken={names} onRename={(to) => rename(name, to)} />}
          {inside(of, [...path, name])}
        </Thing>
      ))}
      {canEdit && (
        <AddButton
          label={label}
          onAdd={() => {
            const name = freeName("new", names);
            change([...path, name], emptyOf(of));
            setOpened(name);
          }}
        />
      )}
    </Stack>
  );
}

/** A name is taken over when the field is left: half a name would lead references astray. */
function Name(props: {
  readonly name: string;
  readonly taken: readonly string[];
  readonly onRename: (to: string) => void;
}) {
  const { name, taken, onRename } = props;
  const [text, setText] = useState(name);
  const isTaken = text !== name && taken.includes(text);
  const commit = (): void => {
    if (text.trim() !== "" && text !== name && !isTaken) onRename(text.trim());
  };
  return (
    <TextInput
      label="Name"
      value={text}
      error={isTaken ? `There is another ${text}` : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}
