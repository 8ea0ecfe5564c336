/** A message that somebody makes up, scored by the draft at once, with what each point rests on. */
import { Badge, Card, Group, Stack, Table, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LinesBox, NumberBox } from "./boxes.tsx";
import { type Answer, call } from "../../../api/client.ts";

type Scored = Answer<"scoreByDraft">;

const QUIET_MS = 250;

export function TestBox(props: {
  readonly environment: string;
  readonly draft: string;
  readonly revision: number;
}) {
  const { environment, draft, revision } = props;
  const [text, setText] = useState("Do you support SSO? We are 300 people.");
  const [plan, setPlan] = useState("");
  const [employees, setEmployees] = useState<number | undefined>();
  const [tags, setTags] = useState<readonly string[]>([]);
  const [sample] = useDebouncedValue(
    { text, tags: [...tags], ...(plan !== "" && { plan }), ...(employees !== undefined && { employees }) },
    QUIET_MS,
  );
  const scored = useQuery({
    queryKey: ["scoreByDraft", environment, draft, revision, sample],
    queryFn: ({ signal }) => call("scoreByDraft", { path: { environment, draft }, body: sample, signal }),
    enabled: sample.text.trim() !== "",
    placeholderData: keepPreviousData,
    refetchInterval: false,
    retry: false,
  });
  return (
    <Card withBorder component="section" aria-labelledby="try">
      <Stack gap="xs">
        <Title order={2} size="h4" id="try">
          Try a message
        </Title>
        <Textarea
          aria-label="What the customer writes"
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group grow>
          <TextInput
            size="xs"
            label="Plan"
            value={plan}
            onChange={(event) => setPlan(event.currentTarget.value)}
          />
          <NumberBox size="xs" label="Employees" min={0} value={employees} onChange={setEmployees} />
        </Group>
        <LinesBox size="xs" label="Tags, one on each line" value={tags} onChange={setTags} />
        {scored.error !== null && <Text size="sm">{scored.error.message.split("\n")[0]}</Text>}
        {scored.data !== undefined && scored.error === null && <Answered scored={scored.data} />}
      </Stack>
    </Card>
  );
}

function Answered({ scored }: { readonly scored: Scored }) {
  const { scores, contributions, excluded, recipe } = scored;
  const verdict =
    excluded !== null ? `Excluded: ${excluded}` : recipe === null ? "No recipe applies" : `Recipe: ${recipe}`;
  return (
    <div role="status">
      <Badge variant="light" color={recipe === null ? "gray" : "teal"} mb="xs">
        {verdict}
      </Badge>
      {Object.entries(scores).map(([name, { value, threshold }]) => (
        <Table key={name} verticalSpacing={2} captionSide="top">
          <Table.Caption ta="left" mt={0}>
            {name}: {value} of {threshold}
          </Table.Caption>
          <Table.Tbody>
            {contributions
              .filter((one) => one.score === name)
              .map(({ label, points, evidence, reason }) => (
                <Table.Tr key={`${label} ${reason}`}>
                  <Table.Td title={reason}>
                    {label}
                    {evidence.length > 0 && (
                      <Text span size="xs" c="dimmed">
                        {" "}
                        {evidence.map((words) => `“${words}”`).join(", ")}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{points > 0 ? `+${points}` : points}</Table.Td>
                </Table.Tr>
              ))}
          </Table.Tbody>
        </Table>
      ))}
    </div>
  );
}
