import { Button, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Answer, call } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { queryClient, tellRefusal } from "../../api/queries.ts";
import { Figures } from "./effect.tsx";
import { Waited } from "./waited.tsx";

type Report = Extract<Answer<"suggestPoints">, { kind: "done" }>["report"];
type Weight = Report["weights"][number];

const DRAFT = "suggested-points";

/** Points that won and lost deals speak for, beside today's. */
export function Suggestion({ environment }: { readonly environment: string }) {
  return (
    <Waited
      of={["suggestPoints", environment]}
      ask={(signal) => call("suggestPoints", { path: { environment }, query: {}, signal })}
    >
      {(report) => <Found environment={environment} report={report} />}
    </Waited>
  );
}

function Found({ environment, report }: { readonly environment: string; readonly report: Report }) {
  const { score, won, lost, needed, weights, why, document, backtest } = report;
  const mayEdit = useMay(environment, "policy:write");
  return (
    <Stack>
      <Text>
        {why ??
          `${won} conversations of a year are won and ${lost} lost; this is what they say about ${score}.`}
      </Text>
      {why !== null && won + lost < 2 * needed && (
        <Text size="sm" c="dimmed">
          Baton counts deals of people who wrote, once Salesforce says won or lost. Until then the points stay
          a judgement of yours.
        </Text>
      )}
      {weights.length > 0 && <Weights weights={weights} />}
      {backtest !== null && (
        <Card withBorder>
          <Title order={3} size="h5">
            Effect on the last 30 days
          </Title>
          <Figures report={backtest} environment={environment} />
        </Card>
      )}
      {document !== null && mayEdit && (
        <Group>
          <MakeDraft environment={environment} document={document} />
        </Group>
      )}
    </Stack>
  );
}

function Weights({ weights }: { readonly weights: readonly Weight[] }) {
  return (
    <Card withBorder>
      <Text size="sm" c="dimmed" mb="xs">
        Intervals hold together in 95 of 100 cases. A point is suggested where today's lies outside its
        interval.
      </Text>
      <Table.ScrollContainer minWidth={620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6} style={{ fontVariantNumeric: "tabular-nums" }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What gives points</Table.Th>
              <Table.Th ta="right">Seen</Table.Th>
              <Table.Th ta="right">Won</Table.Th>
              <Table.Th ta="right">Today</Table.Th>
              <Table.Th ta="right">Deals say</Table.Th>
              <Table.Th ta="right">Suggested</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {weights.map(({ kind, id, label, seen, won, points, fitted, suggested }) => (
              <Table.Tr key={`${kind} ${id}`}>
                <Table.Td>{label}</Table.Td>
                <Table.Td ta="right">{seen}</Table.Td>
                <Table.Td ta="right">{won}</Table.Td>
                <Table.Td ta="right">{points}</Table.Td>
                <Table.Td ta="right">
                  {fitted === null ? "too few" : `${fitted.points} (${fitted.low} to ${fitted.high})`}
                </Table.Td>
                <Table.Td ta="right" fw={suggested === points ? 400 : 700}>
                  {suggested}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function MakeDraft({ environment, document }: { readonly environment: string; readonly document: string }) {
  const navigate = useNavigate();
  const make = useMutation({
    mutationFn: () =>
      call("saveDraft", {
        path: { environment, draft: DRAFT },
        body: { document, comment: "Points weighed anew by won and lost deals" },
        headers: { "if-none-match": "*" },
      }),
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
    <Button onClick={() => make.mutate()} loading={make.isPending}>
      Make a draft of this
    </Button>
  );
}
