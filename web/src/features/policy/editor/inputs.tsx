/** Inputs for the small parts of a policy: texts, numbers, choices, lists of words. */
import { Checkbox, Group, JsonInput, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useId, useState } from "react";
import { LinesBox, NumberBox } from "./boxes.tsx";
import { useEditing, useFault } from "./editing.tsx";
import { plain, type Shape, wordsOf } from "./shape.ts";
import { textOr } from "./sentence.ts";
import { useSuggestions } from "./suggestions.ts";
import { at, type Path } from "./tree.ts";

export interface FieldProps {
  readonly shape: Shape;
  readonly path: Path;
  readonly label: string;
  readonly isRequired?: boolean;
}

export function useField({ shape, path, label, isRequired = false }: FieldProps) {
  const { content, canEdit, change } = useEditing();
  const fault = useFault(path);
  const common = {
    label,
    description: plain(shape.description),
    error: fault,
    // A field that cannot be changed is still read aloud.
    readOnly: !canEdit,
    withAsterisk: isRequired,
  };
  const value = at(content, path);
  const put = (next: unknown): void => {
    if (canEdit) change(path, next);
  };
  return { value, put, common, isRequired, canEdit };
}

export function TextField(props: FieldProps) {
  const { value, put, common, isRequired } = useField(props);
  const suggestions = useSuggestions(props.path);
  const text = typeof value === "string" ? value : "";
  const change = (next: string): void => put(next === "" && !isRequired ? undefined : next);
  const placeholder = typeof props.shape.default === "string" ? props.shape.default : "";
  const list = useId();
  return (
    <>
      <TextInput
        {...common}
        placeholder={placeholder}
        {...(suggestions.length > 0 && { list })}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </>
  );
}

export function NumberField(props: FieldProps) {
  const { value, put, common } = useField(props);
  const { default: usual } = props.shape;
  return (
    <NumberBox
      {...common}
      {...(typeof usual === "number" && { placeholder: String(usual) })}
      value={typeof value === "number" ? value : undefined}
      onChange={put}
    />
  );
}

export function FlagField(props: FieldProps) {
  const { value, put, common, canEdit } = useField(props);
  const { label, description, error } = common;
  return (
    <Switch
      label={label}
      description={description}
      error={error}
      disabled={!canEdit}
      checked={(value ?? props.shape.default) === true}
      onChange={(event) => put(event.currentTarget.checked)}
    />
  );
}

export function ChoiceField({ values, ...props }: FieldProps & { readonly values: readonly string[] }) {
  const { value, put, common, isRequired, canEdit } = useField(props);
  const usual = props.shape.default;
  const none = { value: "", label: typeof usual === "string" ? `${wordsOf(usual)} (as usual)` : "—" };
  const { readOnly: _, ...rest } = common;
  return (
    <NativeSelect
      {...rest}
      disabled={!canEdit}
      data={[...(isRequired ? [] : [none]), ...values.map((one) => ({ value: one, label: wordsOf(one) }))]}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => put(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
    />
  );
}

export function ChoicesField({ values, ...props }: FieldProps & { readonly values: readonly string[] }) {
  const { value, put, common, canEdit } = useField(props);
  const { label, description, error } = common;
  const chosen = Array.isArray(value) ? value : props.shape.default;
  return (
    <Checkbox.Group
      label={label}
      description={description}
      error={error}
      value={Array.isArray(chosen) ? chosen.map(String) : []}
      onChange={(next: string[]) => put(values.filter((one) => next.includes(one)))}
    >
      <Group gap="md" mt={6}>
        {values.map((one) => (
          <Checkbox key={one} value={one} label={wordsOf(one)} disabled={!canEdit} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

export function WordsField(props: FieldProps) {
  const { value, put, common } = useField(props);
  return (
    <LinesBox
      {...common}
      description={`${common.description ?? ""} One on each line.`}
      value={Array.isArray(value) ? value.map(String) : []}
      onChange={(next) => put(next.length === 0 && props.isRequired !== true ? undefined : next)}
    />
  );
}

/** A text, a number, or yes and no: as it is written. */
export function ScalarField(props: FieldProps) {
  const { value, put, common } = useField(props);
  return (
    <TextInput
      {...common}
      value={textOr(value, "")}
      onChange={(event) => put(scalarIn(event.currentTarget.value))}
    />
  );
}

function scalarIn(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && String(Number(text)) === text ? Number(text) : text;
}

/** For what no field fits: JSON, taken over as soon as it is JSON. */
export function TextPart({ path, label }: { readonly path: Path; readonly label: string }) {
  const { content, canEdit, change } = useEditing();
  const [text, setText] = useState(() => JSON.stringify(at(content, path) ?? null, null, 2));
  return (
    <JsonInput
      label={label}
      readOnly={!canEdit}
      autosize
      minRows={3}
      validationError="This is no JSON yet"
      value={text}
      onChange={(next) => {
        setText(next);
        try {
          change(path, JSON.parse(next));
        } catch {
          // Half-written: the input says so.
        }
      }}
    />
  );
}
