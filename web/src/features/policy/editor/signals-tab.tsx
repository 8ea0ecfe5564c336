/** Signals: a table of what counts, with how it is matched; many lines can be pasted at once. */
import {
  ActionIcon,
  Button,
  Group,
  NativeSelect,
  Stack,
  Table,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Answer } from "../../../api/client.ts";
import { useRead } from "../../../api/queries.ts";
import { NumberBox } from "./boxes.tsx";
import { useEditing, useFault } from "./editing.tsx";
import { Parts } from "./form.tsx";
import { Thing } from "./list-field.tsx";
import { emptyOf, type Shape, titleOf } from "./shape.ts";
import { at, freeName, isFields, newLines, type Path } from "./tree.ts";

/** How a line of the table is matched, by the list of the signal that holds it. */
const KINDS = {
  phrases: "Words, in any form",
  hints: "Words, where the sentence may mean it",
  examples: "A sentence, by its meaning",
} as const;
type Kind = keyof typeof KINDS;
const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name);
const EACH = Object.keys(KINDS).filter(isKind);

/** A signal needs something that it is found by; this is meant to be written over. */
const NEW = { phrases: ["new phrase"] };

export function SignalsTab({ shape }: { readonly shape: Shape }) {
  const { content, canEdit, change } = useEditing();
  const [opened, setOpened] = useState<string | null>(null);
  const found = at(content, ["signals"]);
  const signals = isFields(found) ? found : {};
  const of = typeof shape.additionalProperties === "object" ? shape.additionalProperties : {};
  return (
    <Stack gap="xs">
      {Object.entries(signals).map(([name, signal], i) => (
        <Thing
          key={name}
          title={titleOf(isFields(signal) && signal["label"] === undefined ? { name } : signal, i)}
          says={saysOf(signal)}
          path={["signals", name]}
          isOpen={opened === name}
          onToggle={() => setOpened(opened === name ? null : name)}
          {...(canEdit && { onRemove: () => change(["signals", name], undefined) })}
        >
          <SignalForm name={name} shape={of} signals={signals} />
        </Thing>
      ))}
      {canEdit && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          style={{ alignSelf: "start" }}
          onClick={() => {
            const name = freeName("new-signal", Object.keys(signals));
            change(["signals", name], { ...(emptyOf(of) as object), ...NEW });
            setOpened(name);
          }}
        >
          Add a signal
        </Button>
      )}
    </Stack>
  );
}

function saysOf(signal: unknown): string {
  const count = EACH.reduce((sum, kind) => sum + linesOf(signal, kind).length, 0);
  const points = at(signal, ["points"]);
  const cap = at(signal, ["cap"]);
  const most = typeof cap === "number" ? `, at most ${cap}` : "";
  return `${count} phrases, ${typeof points === "number" ? points : 10} points each${most}`;
}

function linesOf(signal: unknown, kind: Kind): readonly string[] {
  const lines = at(signal, [kind]);
  return Array.isArray(lines) ? lines.map(String) : [];
}

function SignalForm(props: {
  readonly name: string;
  readonly shape: Shape;
  readonly signals: Readonly<Record<string, unknown>>;
}) {
  const { name, shape, signals } = props;
  const { content, canEdit, change } = useEditing();
  const path: Path = ["signals", name];
  const points = (key: "points" | "cap") => {
    const value = at(content, [...path, key]);
    return {
      readOnly: !canEdit,
      value: typeof value === "number" ? value : undefined,
      onChange: (next: number | undefined) => change([...path, key], next),
    };
  };
  return (
    <Stack>
      <Group align="end">
        <NumberBox
          label="Weight"
          description="Points for each different phrase"
          placeholder="10"
          {...points("points")}
        />
        <NumberBox label="At most" description="However much is found" {...points("cap")} />
      </Group>
      <Keywords name={name} signals={signals} />
      {canEdit && <Paste name={name} signals={signals} />}
      <Parts shape={shape} path={path} without={["points", "cap", ...EACH]} />
    </Stack>
  );
}

interface Line {
  readonly kind: Kind;
  readonly text: string;
  /** Its place in the list of its kind. */
  readonly i: number;
}

interface OfSignal {
  readonly name: string;
  readonly signals: Readonly<Record<string, unknown>>;
}

function Keywords({ name, signals }: OfSignal) {
  const { canEdit } = useEditing();
  const { environment } = useParams({ from: "/e/$environment/policy/drafts/$draft" });
  const hits = useRead("phraseHits", { environment }, {}, false);
  const lines = EACH.flatMap((kind) =>
    linesOf(signals[name], kind).map((text, i): Line => ({ kind, text, i })),
  );
  return (
    <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Phrase</Table.Th>
            <Table.Th>Match kind</Table.Th>
            <Table.Th ta="right">Counted, 30 days</Table.Th>
            {canEdit && <Table.Th>Remove</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <KeywordRow
              key={`${line.kind} ${line.i}`}
              line={line}
              name={name}
              signals={signals}
              hits={hits.data === undefined ? "" : hitsOf(hits.data, name, line)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** At how many places a phrase counted; a sentence that counts by its meaning is not counted word by word. */
function hitsOf(all: Answer<"phraseHits">, signal: string, { kind, text }: Line): string {
  if (kind === "examples") return "";
  const found = all.find((one) => one.signal === signal && one.phrase === text);
  return found?.times.toLocaleString() ?? "not live";
}

function KeywordRow(props: OfSignal & { readonly line: Line; readonly hits: string }) {
  const { line, name, signals, hits } = props;
  const { canEdit, change } = useEditing();
  const { kind, text, i } = line;
  const signal = signals[name];
  const without = linesOf(signal, kind).toSpliced(i, 1);
  const moveTo = (other: Kind): void =>
    change(["signals", name], {
      ...(isFields(signal) ? signal : {}),
      [kind]: without,
      [other]: [...linesOf(signal, other), text],
    });
  return (
    <Table.Tr>
      <Table.Td>
        <Phrase path={["signals", name, kind, i]} text={text} twin={twinOf(signals, name, line)} />
      </Table.Td>
      <Table.Td>
        <NativeSelect
          size="xs"
          aria-label={`Match kind of ${text}`}
          disabled={!canEdit}
          data={EACH.map((value) => ({ value, label: KINDS[value] }))}
          value={kind}
          onChange={(event) => isKind(event.currentTarget.value) && moveTo(event.currentTarget.value)}
        />
      </Table.Td>
      <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
        <Text size="sm">{hits}</Text>
      </Table.Td>
      {canEdit && (
        <Table.Td>
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={`Remove ${text}`}
            onClick={() => change(["signals", name, kind], without.length === 0 ? undefined : without)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

/** Where the same phrase stands once more, in whatever case; null where it does not. */
function twinOf(signals: OfSignal["signals"], name: string, row: Line): string | null {
  const same = (text: string): boolean => text.toLowerCase() === row.text.toLowerCase();
  for (const [other, signal] of Object.entries(signals))
    for (const kind of EACH)
      for (const [i, text] of linesOf(signal, kind).entries())
        if (same(text) && !(other === name && kind === row.kind && i === row.i))
          return titleOf(isFields(signal) ? { name: other, ...signal } : other, 0);
  return null;
}

function Phrase(props: { readonly path: Path; readonly text: string; readonly twin: string | null }) {
  const { path, text, twin } = props;
  const { canEdit, change } = useEditing();
  const fault = useFault(path);
  return (
    <TextInput
      size="xs"
      aria-label={`Phrase ${text}`}
      readOnly={!canEdit}
      value={text}
      error={twin === null ? fault : `Stands in ${twin}, too`}
      onChange={(event) => change(path, event.currentTarget.value)}
    />
  );
}

/** Adds each line of a text as a phrase, and says how many were there already. */
function Paste({ name, signals }: OfSignal) {
  const { change } = useEditing();
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const known = linesOf(signals[name], "phrases");
  const add = (): void => {
    const { lines, repeated } = newLines(text, known);
    change(["signals", name, "phrases"], [...known, ...lines]);
    setText("");
    setSaid(`${lines.length} added${repeated === 0 ? "" : `, ${repeated} were there already`}`);
  };
  return (
    <Group align="end">
      <Textarea
        label="Add phrases"
        description="One on each line; paste as many as you like"
        autosize
        minRows={1}
        maxRows={8}
        style={{ flex: "1 1 260px" }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button variant="default" disabled={text.trim() === ""} onClick={add}>
        Add
      </Button>
      <Text size="sm" c="dimmed" role="status">
        {said}
      </Text>
    </Group>
  );
}
