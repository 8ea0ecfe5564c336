/** Forms made from the policy's format: a field for each part, with the sentence that the format has for it. */
import { Button, Fieldset, Group, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ConditionField } from "./condition-field.tsx";
import { FindingsAt, useEditing } from "./editing.tsx";
import {
  ChoiceField,
  ChoicesField,
  type FieldProps,
  FlagField,
  NumberField,
  ScalarField,
  TextField,
  TextPart,
  useField,
  WordsField,
} from "./inputs.tsx";
import { ListField, NamedField } from "./list-field.tsx";
import { branchName, branchOf, emptyOf, entryOf, plain, type Shape, wordsOf } from "./shape.ts";
import type { Path } from "./tree.ts";

/** The field that fits a part of the policy; what no field fits is edited as text. */
export function Field(props: FieldProps) {
  const { shape, path, label, isRequired = false } = props;
  const entry = entryOf(shape);
  switch (entry.kind) {
    case "condition":
      return (
        <ConditionField
          path={path}
          label={label}
          description={plain(shape.description)}
          isRequired={isRequired}
        />
      );
    case "text":
      return <TextField {...props} />;
    case "number":
      return <NumberField {...props} />;
    case "flag":
      return <FlagField {...props} />;
    case "choice":
      return <ChoiceField {...props} values={entry.values} />;
    case "choices":
      return <ChoicesField {...props} values={entry.values} />;
    case "words":
      return <WordsField {...props} />;
    case "list":
      return <ListField {...many(props, entry.of)} />;
    case "named":
      return <NamedField {...many(props, entry.of)} />;
    case "group":
      return <GroupField {...props} />;
    case "union":
      return <UnionField {...props} of={entry.of} />;
    case "scalar":
      return <ScalarField {...props} />;
    case "nothing":
      return null;
  }
}

function many({ shape, path, label }: FieldProps, of: Shape) {
  return { path, label, description: plain(shape.description), of, inside: insideOf };
}

/** The fields of one thing of many. */
export function insideOf(shape: Shape, path: Path): ReactNode {
  return entryOf(shape).kind === "group" ? (
    <Parts shape={shape} path={path} />
  ) : (
    <Field shape={shape} path={path} label="What" isRequired />
  );
}

/** The fields of a part side by side, and below them what takes the whole width. */
export function Parts(props: {
  readonly shape: Shape;
  readonly path: Path;
  readonly without?: readonly string[];
}) {
  const { shape, path, without = [] } = props;
  const entry = entryOf(shape);
  const parts = entry.kind === "group" ? entry.parts.filter(([name]) => !without.includes(name)) : [];
  const isSmall = ([, part]: readonly [string, Shape]): boolean =>
    ["text", "number", "flag", "choice", "choices", "scalar"].includes(entryOf(part).kind);
  const field = ([name, part]: readonly [string, Shape]) => (
    <Field
      key={name}
      shape={part}
      path={[...path, name]}
      label={wordsOf(name)}
      isRequired={(shape.required ?? []).includes(name)}
    />
  );
  const small = parts.filter(isSmall);
  return (
    <Stack gap="sm">
      {small.length > 0 && <SimpleGrid cols={{ base: 1, sm: 2 }}>{small.map(field)}</SimpleGrid>}
      {parts.filter((part) => !isSmall(part)).map(field)}
    </Stack>
  );
}

function GroupField(props: FieldProps) {
  const { shape, path, label } = props;
  const { value, put, isRequired, canEdit } = useField(props);
  if (value === undefined && !isRequired && shape.default === undefined)
    return <AddPart label={label} description={plain(shape.description)} onAdd={() => put(emptyOf(shape))} />;
  return (
    <Fieldset legend={label} p="sm">
      <Stack gap="sm">
        <FindingsAt path={path} />
        <Parts shape={shape} path={path} />
        {canEdit && !isRequired && <RemovePart label={label} onRemove={() => put(undefined)} />}
      </Stack>
    </Fieldset>
  );
}

function RemovePart({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) {
  return (
    <Button size="compact-sm" variant="subtle" color="gray" style={{ alignSelf: "start" }} onClick={onRemove}>
      Leave {label} out
    </Button>
  );
}

function AddPart(props: {
  readonly label: string;
  readonly description: string | undefined;
  readonly onAdd: () => void;
}) {
  const { canEdit } = useEditing();
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm" fw={500}>
          {props.label}
        </Text>
        <Text size="xs" c="dimmed">
          {props.description} Not set.
        </Text>
      </div>
      {canEdit && (
        <Button
          size="compact-sm"
          variant="default"
          style={{ flex: "none" }}
          leftSection={<IconPlus size={14} />}
          aria-label={`Add ${props.label}`}
          onClick={props.onAdd}
        >
          Add
        </Button>
      )}
    </Group>
  );
}

function UnionField({ of, ...props }: FieldProps & { readonly of: readonly Shape[] }) {
  const { shape, path, label } = props;
  const { value, put, isRequired, canEdit } = useField(props);
  const given = value === undefined ? shape.default : value;
  if (given === undefined && !isRequired)
    return (
      <AddPart label={label} description={plain(shape.description)} onAdd={() => put(emptyOf(of[0] ?? {}))} />
    );
  const branch = branchOf(of, given);
  const chosen = of[branch];
  return (
    <Stack gap="xs">
      <NativeSelect
        label={label}
        description={plain(shape.description)}
        disabled={!canEdit}
        data={[
          ...(chosen === undefined ? [{ value: "-1", label: "As text" }] : []),
          ...of.map((one, i) => ({ value: String(i), label: branchName(one) })),
        ]}
        value={String(branch)}
        onChange={(event) => put(emptyOf(of[Number(event.currentTarget.value)] ?? {}))}
      />
      <FindingsAt path={path} />
      {chosen === undefined ? (
        <TextPart path={path} label={`${label} as text`} />
      ) : (
        <Branch shape={chosen} path={path} label={label} />
      )}
    </Stack>
  );
}

function Branch({
  shape,
  path,
  label,
}: {
  readonly shape: Shape;
  readonly path: Path;
  readonly label: string;
}) {
  const { kind } = entryOf(shape);
  if (kind === "choice") return null;
  return kind === "group" ? (
    <Parts shape={shape} path={path} />
  ) : (
    <Field
      shape={{ ...shape, description: "" }}
      path={path}
      label={`${label}: ${branchName(shape)}`}
      isRequired
    />
  );
}
