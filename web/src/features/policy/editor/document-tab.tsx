/** The whole policy as it is written, comments and all: for what no form covers. */
import { Alert, Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { Findings } from "../findings.tsx";
import { useEditing } from "./editing.tsx";
import { textOr } from "./sentence.ts";
import { at } from "./tree.ts";

export function DocumentTab(props: {
  readonly document: string;
  readonly onSave: (document: string) => Promise<void>;
}) {
  const { document, onSave } = props;
  const { canEdit, findings } = useEditing();
  const [text, setText] = useState(document);
  const [known, setKnown] = useState(document);
  const [isSaving, setSaving] = useState(false);
  // What the forms stored meanwhile is taken over unless it is being written here.
  if (document !== known) {
    setKnown(document);
    if (text === known) setText(document);
  }
  const isChanged = text !== document;
  return (
    <Stack>
      <Names isLocked={isChanged} />
      {findings.length > 0 && <Findings found={findings} names />}
      {isChanged && document !== known && (
        <Alert color="yellow">
          The draft was saved by a form meanwhile; saving this text writes over that.
        </Alert>
      )}
      <Textarea
        label="Document"
        description="YAML or JSON"
        readOnly={!canEdit}
        autosize
        minRows={12}
        maxRows={40}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {canEdit && (
        <Group>
          <Button
            disabled={!isChanged}
            loading={isSaving}
            onClick={() => {
              setSaving(true);
              void onSave(text).finally(() => setSaving(false));
            }}
          >
            Save the text
          </Button>
          <Button variant="default" disabled={!isChanged} onClick={() => setText(document)}>
            Undo
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const NAMES = { name: "Name of the policy", timezone: "Time zone where nothing names its own" } as const;

/** What stands at the head of the text; locked while the text itself is being written. */
function Names({ isLocked }: { readonly isLocked: boolean }) {
  const { content, canEdit, change } = useEditing();
  if (content === null) return null;
  return (
    <Group grow>
      {Object.entries(NAMES).map(([key, label]) => (
        <TextInput
          key={key}
          label={label}
          readOnly={!canEdit || isLocked}
          value={textOr(at(content, [key]), "")}
          onChange={(event) => change([key], event.currentTarget.value)}
        />
      ))}
    </Group>
  );
}
