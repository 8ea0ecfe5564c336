import {
  Anchor,
  Badge,
  Button,
  Card,
  Group,
  Modal,
  NativeSelect,
  Stack,
  Table,
  Text,
  Title,
  VisuallyHidden,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Answer, call } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { queryClient, tellRefusal, useRead } from "../../api/queries.ts";
import { Nothing } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Waited } from "./waited.tsx";

type Report = Extract<Answer<"missedWinners">, { kind: "done" }>["report"];
type Phrase = Report["phrases"][number];
type Missed = Report["examples"][number];

const DAYS = 90;

/** People who bought although nothing they wrote qualified, and the phrases that would have caught them. */
export function Winners({ environment }: { readonly environment: string }) {
  return (
    <Waited
      of={["missedWinners", environment]}
      ask={(signal) => call("missedWinners", { path: { environment }, query: { days: DAYS }, signal })}
    >
      {(report) => <Found environment={environment} report={report} />}
    </Waited>
  );
}

function Found({ environment, report }: { readonly environment: string; readonly report: Report }) {
  const { missed, phrases, examples, exclusions, others, conversations } = report;
  if (missed.of === 0)
    return (
      <Nothing title="Nobody has bought yet">
        {`None of ${conversations} conversations belongs to somebody who won a deal afterwards, as far as Baton heard. It hears of deals where the policy has feedback.`}
      </Nothing>
    );
  return (
    <Stack>
      <Text>
        <b>
          {missed.k} of {missed.of}
        </b>{" "}
        people who bought after they wrote were missed: nothing they wrote qualified (95 %:{" "}
        {percent(missed.low)} to {percent(missed.high)}).
      </Text>
      {exclusions.map(({ exclusion, winners }) => (
        <Text key={exclusion} size="sm">
          The exclusion {exclusion} kept {winners} of them out.
        </Text>
      ))}
      {phrases.length > 0 && <Phrases environment={environment} phrases={phrases} others={others} />}
      {examples.length > 0 && <Examples environment={environment} examples={examples} />}
    </Stack>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function Phrases(props: {
  readonly environment: string;
  readonly phrases: readonly Phrase[];
  readonly others: number;
}) {
  const { environment, phrases, others } = props;
  const [added, setAdded] = useState<string | null>(null);
  const mayEdit = useMay(environment, "policy:write");
  return (
    <Card withBorder>
      <Title order={3} size="h5" mb={4}>
        Phrases that would have caught them
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        Noise: of {others} others, who did not qualify or were lost, those who wrote it too. Points: what it
        must give for all it catches to reach a threshold.
      </Text>
      <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6} style={{ fontVariantNumeric: "tabular-nums" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Phrase</Table.Th>
              <Table.Th ta="right">Caught</Table.Th>
              <Table.Th ta="right">Noise</Table.Th>
              <Table.Th ta="right">Points</Table.Th>
              <Table.Th>
                <VisuallyHidden>Draft</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {phrases.map((one) => (
              <PhraseRow
                key={one.phrase}
                of={one}
                onDraft={mayEdit && one.signal === null ? () => setAdded(one.phrase) : null}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {added !== null && (
        <WithPhrase environment={environment} phrase={added} onClose={() => setAdded(null)} />
      )}
    </Card>
  );
}

/** `onDraft` is null where nobody may, or the policy has the phrase already. */
function PhraseRow(props: { readonly of: Phrase; readonly onDraft: (() => void) | null }) {
  const { of, onDraft } = props;
  const { phrase, caught, noise, points, signal } = of;
  return (
    <Table.Tr>
      <Table.Td>
        {phrase}{" "}
        {signal !== null && (
          <Badge variant="light" color="gray">
            in {signal}
          </Badge>
        )}
      </Table.Td>
      <Table.Td ta="right">{caught}</Table.Td>
      <Table.Td ta="right">{noise.k}</Table.Td>
      <Table.Td ta="right">{points ?? "excluded"}</Table.Td>
      <Table.Td ta="right">
        {onDraft !== null && (
          <Button size="compact-xs" variant="default" aria-label={`Draft with ${phrase}`} onClick={onDraft}>
            Draft
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

interface Signals {
  readonly signals?: Readonly<
    Record<string, { readonly label?: string; readonly phrases?: readonly string[] }>
  >;
}

/** Begins a draft of what is live with the phrase in one of its signals. */
function WithPhrase(props: {
  readonly environment: string;
  readonly phrase: string;
  readonly onClose: () => void;
}) {
  const { environment, phrase, onClose } = props;
  const navigate = useNavigate();
  const { data: live } = useRead("livePolicy", { environment }, {}, false);
  const signals = (live?.content as Signals | null | undefined)?.signals ?? {};
  const [chosen, setChosen] = useState<string | null>(null);
  const signal = chosen ?? Object.keys(signals)[0] ?? null;
  const name = `phrase-${phrase.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`
    .slice(0, 60)
    .replace(/-+$/, "");
  const make = useMutation({
    mutationFn: async (into: string) => {
      const path = { environment, draft: name };
      const headers = { "if-none-match": "*" };
      const begun = await call("saveDraft", { path, body: { document: live?.document ?? "" }, headers });
      const known = signals[into];
      const phrases = [...(known?.phrases ?? []), phrase];
      const content = { ...live?.content, signals: { ...signals, [into]: { ...known, phrases } } };
      const comment = `Missed winners wrote "${phrase}"`;
      const edited = { "if-match": `"${begun.revision}"` };
      return call("saveDraft", { path, body: { content, comment }, headers: edited });
    },
    onSuccess: async (draft) => {
      await queryClient.invalidateQueries({ queryKey: ["listDrafts"] });
      await navigate({
        to: "/e/$environment/policy/drafts/$draft",
        params: { environment, draft: draft.name },
        search: { tab: "signals" },
      });
    },
    onError: tellRefusal,
  });
  return (
    <Modal opened onClose={onClose} title={`Draft with “${phrase}”`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (signal !== null) make.mutate(signal);
        }}
      >
        <Stack>
          <NativeSelect
            label="Signal"
            description={`The draft ${name} is what is live with the phrase in this signal`}
            data={Object.entries(signals).map(([value, { label = value }]) => ({ value, label }))}
            value={signal ?? ""}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <Button type="submit" disabled={signal === null} loading={make.isPending}>
            Make the draft
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function Examples(props: { readonly environment: string; readonly examples: readonly Missed[] }) {
  const { environment, examples } = props;
  return (
    <Card withBorder>
      <Title order={3} size="h5" mb="xs">
        Their conversations
      </Title>
      <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {examples.map((one) => (
          <Group key={one.conversation} component="li" justify="space-between" gap="xs">
            <Anchor
              size="sm"
              py={4}
              renderRoot={(rest) => (
                <Link
                  {...rest}
                  to="/e/$environment/conversations/$conversation"
                  params={{ environment, conversation: one.conversation }}
                />
              )}
            >
              {one.conversation}
            </Anchor>
            <Text size="sm" c="dimmed">
              {whyMissed(one)}
              {one.at !== null && (
                <>
                  , <When at={one.at} />
                </>
              )}
            </Text>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

function whyMissed({ exclusion, score }: Missed): string {
  if (exclusion !== null) return `excluded by ${exclusion}`;
  return score === null ? "no score" : `${score.name} ${score.value} of ${score.threshold}`;
}
