/** The builder of conditions: react-querybuilder with the admin's own controls. Nothing else knows that library. */
import "react-querybuilder/dist/query-builder.css";
import "./rule-builder.css";
import { ActionIcon, Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconCopy, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import {
  type ActionProps,
  type FullOption,
  type FullOptionList,
  isOptionGroupArray,
  type NotToggleProps,
  QueryBuilder,
  type RuleGroupType,
  type ValueEditorProps,
  type ValueSelectorProps,
} from "react-querybuilder";
import { fields } from "../../../../../src/policy/fields.ts";
import { LinesBox, NumberBox } from "./boxes.tsx";
import { type BuilderGroup, entryOf, fromBuilder, operatorsOf, shapeOf, toBuilder } from "./conditions.ts";
import { type Condition, textOr } from "./sentence.ts";

function toData(options: FullOptionList<FullOption>): { value: string; label: string }[] {
  const flat = isOptionGroupArray(options) ? options.flatMap((group) => group.options) : options;
  return flat.map((option) => ({ value: option.value ?? option.name, label: option.label }));
}

function RuleSelect(props: ValueSelectorProps) {
  return (
    <NativeSelect
      size="xs"
      maw={180}
      aria-label={props.title ?? "Operator"}
      value={props.value ?? ""}
      data={toData(props.options)}
      onChange={(event) => props.handleOnChange(event.currentTarget.value)}
    />
  );
}

/** Remove and copy are icons with a name; the buttons that add keep their words. */
function RuleAction(props: ActionProps) {
  const isRemove = /remove/i.test(props.className ?? "");
  const act = (event: React.MouseEvent): void => props.handleOnClick(event);
  if (!isRemove && !/clone/i.test(props.className ?? ""))
    return (
      <Button size="compact-xs" variant="default" onClick={act}>
        {props.label}
      </Button>
    );
  return (
    <ActionIcon
      variant="subtle"
      color={isRemove ? "red" : "gray"}
      aria-label={props.title ?? (isRemove ? "Remove" : "Copy")}
      onClick={act}
    >
      {isRemove ? <IconTrash size={16} /> : <IconCopy size={16} />}
    </ActionIcon>
  );
}

function RuleNot(props: NotToggleProps) {
  return (
    <Checkbox
      size="xs"
      label="Not"
      checked={props.checked ?? false}
      onChange={(event) => props.handleOnChange(event.currentTarget.checked)}
    />
  );
}

function RuleValue(props: ValueEditorProps) {
  const { field, operator } = props;
  const value: unknown = props.value;
  const handleOnChange = (next: unknown): void => props.handleOnChange(next);
  const common = { size: "xs", "aria-label": `Value for ${field}` } as const;
  const shape = shapeOf(operator);
  if (shape === "none") return null;
  if (shape === "many")
    return (
      <LinesBox
        {...common}
        w={160}
        placeholder="One on each line"
        value={(Array.isArray(value) ? value : value === "" ? [] : [value]).map(String)}
        onChange={handleOnChange}
      />
    );
  if (entryOf(field, value) === "flag")
    return (
      <NativeSelect
        {...common}
        data={[
          { value: "true", label: "yes" },
          { value: "false", label: "no" },
        ]}
        value={String(value === true || value === "" || value === "true")}
        onChange={(event) => handleOnChange(event.currentTarget.value === "true")}
      />
    );
  if (entryOf(field, value) === "number")
    return (
      <NumberBox
        {...common}
        w={120}
        value={typeof value === "number" ? value : undefined}
        onChange={(next) => handleOnChange(next ?? "")}
      />
    );
  return (
    <TextInput
      {...common}
      w={160}
      value={textOr(value, "")}
      {...((operator === "within" || operator === "olderThan") && { placeholder: "14d" })}
      onChange={(event) => handleOnChange(event.currentTarget.value)}
    />
  );
}

const controls = {
  valueSelector: RuleSelect,
  actionElement: RuleAction,
  notToggle: RuleNot,
  valueEditor: RuleValue,
  dragHandle: null,
};

const words = {
  addRule: { label: "Add condition", title: "Add condition" },
  addGroup: { label: "Add group", title: "Add group" },
  removeRule: { label: "Remove", title: "Remove condition" },
  removeGroup: { label: "Remove", title: "Remove group" },
  cloneRule: { label: "Copy", title: "Copy condition" },
  cloneRuleGroup: { label: "Copy", title: "Copy group" },
  fields: { title: "Field" },
  operators: { title: "Operator" },
  combinators: { title: "All or any of these" },
};

const combinators = [
  { name: "and", label: "all of" },
  { name: "or", label: "any of" },
];

/** Fields of a condition that no list knows: attributes and scores. */
function ownFields(group: BuilderGroup): readonly string[] {
  return group.rules.flatMap((part) => ("rules" in part ? ownFields(part) : [part.field]));
}

export function RuleBuilder(props: {
  readonly condition: Condition;
  /** Names of the policy's scores: fields, too. */
  readonly scores: readonly string[];
  readonly onChange: (condition: Condition | null) => void;
}) {
  const [edited, setQuery] = useState(() => toBuilder(props.condition));
  const isSame = JSON.stringify(fromBuilder(edited)) === JSON.stringify(props.condition);
  // What was undone or written elsewhere replaces what was edited here.
  const query = isSame ? edited : toBuilder(props.condition);
  const names = [
    ...fields.map(({ name }) => name),
    ...props.scores.map((name) => `score.${name}`),
    ...ownFields(query),
  ];
  return (
    <QueryBuilder
      query={query as RuleGroupType}
      onQueryChange={(next) => {
        const group = next as BuilderGroup;
        setQuery(group);
        const condition = fromBuilder(group);
        if (JSON.stringify(condition) !== JSON.stringify(props.condition)) props.onChange(condition);
      }}
      fields={[...new Set(names)].map((name) => ({ name, value: name, label: name }))}
      getOperators={(field) => operatorsOf(field).map(({ name, label }) => ({ name, value: name, label }))}
      combinators={combinators}
      controlElements={controls}
      controlClassnames={{ queryBuilder: "queryBuilder-branches" }}
      translations={words}
      showNotToggle
      showCloneButtons
    />
  );
}
