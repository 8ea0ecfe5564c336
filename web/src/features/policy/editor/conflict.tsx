/** What was not saved, and why; after somebody else saved meanwhile both sides, and the choice between them. */
import { Alert, Button, Group, List, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { When } from "../../../components/time.tsx";
import type { DraftEditing, Trouble } from "./draft.ts";

export function Conflict({
  trouble,
  editing,
}: {
  readonly trouble: Trouble;
  readonly editing: DraftEditing;
}) {
  if (trouble.kind === "failed")
    return (
      <Alert color="red" title="The last changes are not saved">
        <Group>
          <Text size="sm">{trouble.words}</Text>
          <Button size="xs" variant="default" onClick={() => void editing.flush()}>
            Try again
          </Button>
        </Group>
      </Alert>
    );
  const { theirs, words } = trouble;
  const [, ...changes] = words.split("\n").slice(1);
  return (
    <Alert color="yellow" title={`${theirs.savedBy} saved this draft meanwhile`}>
      <Stack gap="xs">
        <Text size="sm">
          Theirs is revision {theirs.revision}, <When at={theirs.savedAt} />. Yours is not saved. From theirs
          to yours:
        </Text>
        <List size="sm">
          {changes.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Side label="Theirs" text={JSON.stringify(theirs.content, null, 2) ?? ""} />
          <Side label="Yours" text={JSON.stringify(editing.content, null, 2)} />
        </SimpleGrid>
        <Group>
          <Button size="xs" variant="default" onClick={() => void editing.settle("theirs")}>
            Take theirs
          </Button>
          <Button size="xs" onClick={() => void editing.settle("ours")}>
            Save mine over theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Side({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <Textarea
      label={label}
      readOnly
      rows={8}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
      value={text}
    />
  );
}
