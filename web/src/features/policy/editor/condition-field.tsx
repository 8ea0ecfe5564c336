/** A condition with its sentence, and the builder that edits it; what the builder cannot show is edited as text. */
import { Button, Group, JsonInput, Paper, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { canShow, FIRST_RULE } from "./conditions.ts";
import { FindingsAt, useEditing, useNames } from "./editing.tsx";
import { type Condition, conditionIn, sentenceOf } from "./sentence.ts";
import { at, type Path } from "./tree.ts";

/** Loaded when somebody first opens a condition: it weighs as much as all other forms. */
const RuleBuilder = lazy(async () => ({ default: (await import("./rule-builder.tsx")).RuleBuilder }));

export function ConditionField(props: {
  readonly path: Path;
  readonly label: string;
  readonly description: string | undefined;
  readonly isRequired: boolean;
}) {
  const { path, label, description, isRequired } = props;
  const { content, canEdit, change } = useEditing();
  const scores = useNames(["scores"]);
  // Half a rule stays where it is written: how it is edited is settled when it is opened.
  const [openAs, setOpenAs] = useState<"builder" | "text" | null>(null);
  const isOpen = openAs !== null;
  const condition = at(content, path);
  const put = (next: Condition | null): void => change(path, next ?? (isRequired ? FIRST_RULE : undefined));
  return (
    <Paper withBorder p="sm" bg="var(--mantine-color-default-hover)">
      <Stack gap="xs">
        <Group justify="space-between" align="start" wrap="nowrap">
          <div>
            <Text size="sm" fw={500}>
              {label}
            </Text>
            <Text size="sm" style={{ overflowWrap: "anywhere" }} c={condition === undefined ? "dimmed" : ""}>
              {condition === undefined ? (description ?? "Always") : sentenceOf(condition)}
            </Text>
          </div>
          {canEdit && (
            <Button
              size="compact-sm"
              style={{ flex: "none" }}
              variant="default"
              aria-expanded={isOpen}
              aria-label={`${isOpen ? "Close" : condition === undefined ? "Add" : "Edit"} the condition ${label}`}
              onClick={() => {
                if (condition === undefined) put(FIRST_RULE);
                const fits = condition === undefined || canShow(condition) ? "builder" : "text";
                setOpenAs(isOpen ? null : fits);
              }}
            >
              {isOpen ? "Close" : condition === undefined ? "Add" : "Edit"}
            </Button>
          )}
        </Group>
        <FindingsAt path={path} below />
        {isOpen &&
          condition !== undefined &&
          (openAs === "builder" ? (
            <Suspense fallback={<Text size="sm">Opens…</Text>}>
              <RuleBuilder condition={condition as Condition} scores={scores} onChange={put} />
            </Suspense>
          ) : (
            <TextCondition condition={condition} onChange={put} />
          ))}
      </Stack>
    </Paper>
  );
}

function TextCondition(props: {
  readonly condition: unknown;
  readonly onChange: (condition: Condition) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(props.condition, null, 2));
  return (
    <JsonInput
      label="As text"
      description="The builder cannot show all of it, so it stays as it is written."
      validationError="This is no JSON yet"
      autosize
      minRows={4}
      value={text}
      onChange={(next) => {
        setText(next);
        const condition = conditionIn(next);
        if (condition !== null) props.onChange(condition);
      }}
    />
  );
}
