/** What a text model can learn from what reviewers say, and the command that lets it. */
import { Card, Code, Group, List, Stack, Text, Title } from "@mantine/core";
import type { Answer } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { ExportButton } from "../../components/lists.tsx";
import { Loaded } from "../../components/states.tsx";
import { Figures } from "./figures.tsx";

export function Training({ environment }: { readonly environment: string }) {
  const training = useRead("reviewTraining", { environment });
  const mayExport = useMay(environment, "reviews:write");
  return (
    <Card withBorder>
      <Group justify="space-between" align="start" mb="xs">
        <Title order={2} size="h4">
          What the text model can learn
        </Title>
        {mayExport && (
          <ExportButton operation="exportTraining" path={{ environment }} query={{}}>
            Rows as JSON lines
          </ExportButton>
        )}
      </Group>
      <Loaded of={training}>
        {(found) => (
          <Stack gap="xs">
            <Text>{sentenceOf(found)}</Text>
            <Figures
              head={["Signal", "Rows", "Enough"]}
              rows={found.signals.map(({ signal, rows }) => [
                signal,
                rows.toLocaleString(),
                rows >= found.least ? "yes" : `${found.least - rows} more`,
              ])}
            />
            <LeftOut found={found} />
            <Text size="sm">
              On Baton&rsquo;s machine, beside the rows of the model that comes with Baton:
            </Text>
            <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
              npx baton policy train --reviews --environment {environment} --labels
              training/saas-default.jsonl
            </Code>
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function sentenceOf({ rows, none, conversations, least }: Answer<"reviewTraining">): string {
  if (rows === 0) return "Reviewers have not said yet what a message means; G on the ballot marks messages.";
  return `All rounds give ${rows.toLocaleString()} messages with what they mean, ${none.toLocaleString()} of them nothing, from ${conversations.toLocaleString()} conversations. A signal is learnt from ${least} messages on.`;
}

function LeftOut({ found: { leftOut, disputed } }: { readonly found: Answer<"reviewTraining"> }) {
  if (leftOut.length === 0 && disputed === 0) return null;
  return (
    <div>
      <Text size="sm">Left out:</Text>
      <List size="sm">
        {leftOut.map(({ why, conversations }) => (
          <List.Item key={why}>
            {conversations.toLocaleString()} {conversations === 1 ? "conversation" : "conversations"} {why}
          </List.Item>
        ))}
        {disputed > 0 && (
          <List.Item>{disputed.toLocaleString()} messages of which reviewers say different things</List.Item>
        )}
      </List>
    </div>
  );
}
