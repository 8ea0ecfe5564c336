/** Asks what a policy would decide of many conversations. Writes nothing. */
import { Anchor, Card, Modal, NativeSelect, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, call } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded } from "../../components/states.tsx";

type Replayed = Answer<"replayConversations">;
type Effect = Replayed["counts"][number]["effect"];

const LIVE = "";
const WORDS: Readonly<Record<Effect, string>> = {
  enters: "Would qualify, and did not",
  leaves: "Would not qualify any more",
  changes: "Another recipe, record or owner",
  points: "The same, with other points",
  same: "The same",
  impossible: "Cannot be decided again",
};

export function ReplayMany(props: {
  readonly environment: string;
  readonly ids: readonly string[];
  readonly onClose: () => void;
}) {
  const { environment, ids, onClose } = props;
  const [draft, setDraft] = useState(LIVE);
  const drafts = useRead("listDrafts", { environment });
  const answer = useQuery({
    queryKey: ["replayConversations", environment, ids, draft],
    queryFn: () =>
      call("replayConversations", {
        path: { environment },
        body: { conversations: [...ids], ...(draft !== LIVE && { draft }) },
      }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} size="lg" title="Replay: nothing is written">
      <Stack>
        <NativeSelect
          label="By which policy"
          value={draft}
          data={[
            { value: LIVE, label: "The live policy" },
            ...(drafts.data ?? []).map(({ name }) => ({ value: name, label: `Draft ${name}` })),
          ]}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        <Loaded of={answer}>{(found) => <Told environment={environment} replayed={found} />}</Loaded>
      </Stack>
    </Modal>
  );
}

function Told({ environment, replayed }: { readonly environment: string; readonly replayed: Replayed }) {
  const { policy, counts, changed } = replayed;
  const all = counts.reduce((sum, { conversations }) => sum + conversations, 0);
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {changed.length === 0
          ? `All ${all.toLocaleString()} would stay where they are.`
          : `${changed.length.toLocaleString()} of ${all.toLocaleString()} would go elsewhere.`}{" "}
        Asked: {policy}.
      </Text>
      <Table withRowBorders={false} verticalSpacing={4} aria-label="What would change">
        <Table.Tbody>
          {counts
            .filter(({ conversations }) => conversations > 0)
            .map(({ effect, conversations }) => (
              <Table.Tr key={effect}>
                <Table.Th scope="row" fw={400}>
                  {WORDS[effect]}
                </Table.Th>
                <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
                  {conversations.toLocaleString()}
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
      {changed.length > 0 && (
        <>
          <Title order={3} size="h5">
            Those that would go elsewhere
          </Title>
          {changed.map((one) => (
            <Changed key={one.conversation} environment={environment} one={one} />
          ))}
        </>
      )}
      <Text size="sm" c="dimmed">
        From what was known when each was decided: the words, Salesforce, and whose turn it was.
      </Text>
    </Stack>
  );
}

function Changed({
  environment,
  one,
}: {
  readonly environment: string;
  readonly one: Replayed["changed"][number];
}) {
  const { conversation, person, decision, before, after } = one;
  return (
    <Card withBorder p="xs">
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/e/$environment/conversations/$conversation"
            params={{ environment, conversation }}
            search={{ decision: String(decision) }}
          />
        )}
      >
        {person ?? `Conversation ${conversation}`}
      </Anchor>
      <Text size="sm">Was: {said(before)}</Text>
      <Text size="sm">Would be: {said(after)}</Text>
    </Card>
  );
}

function said({ words, owners }: Replayed["changed"][number]["before"]): string {
  return owners.length === 0 ? words : `${words} Owner: ${owners.join(", ")}.`;
}
