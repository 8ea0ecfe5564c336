/** A decision with its reasons: how the points add up, what each recipe said, and who was passed over. */
import { Anchor, Badge, Card, Group, Stack, Table, Text, Title } from "@mantine/core";
import type { Answer } from "../api/client.ts";
import { reveal, markId, rowId } from "./reveal.ts";
import { When } from "./time.tsx";

export type Decision = Answer<"readHandoff">["decision"];
type Score = Decision["scores"][number];
type Recipe = Decision["recipes"][number];

export const points = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2, signDisplay: "exceptZero" });

interface Selecting {
  readonly selected: number | undefined;
  readonly onSelect: (signal: number) => void;
}

export function Why({ decision, ...selecting }: { readonly decision: Decision } & Selecting) {
  const exclusions = decision.exclusions.filter(({ verdict }) => verdict === "yes");
  return (
    <Stack>
      <div>
        <Text fw={600}>{decision.words}</Text>
        <Text size="sm" c="dimmed">
          Decided <When at={decision.decidedAt} /> by policy v{decision.policy}
        </Text>
        {decision.heldUntil !== null && (
          <Text size="sm">
            Looked at again <When at={decision.heldUntil} />
          </Text>
        )}
      </div>
      {exclusions.map(({ id, label, reasons }) => (
        <Text key={id}>
          Excluded by <b>{label ?? id}</b>: {reasons.join("; ")}
        </Text>
      ))}
      {decision.scores.map((score) => (
        <ScoreTable key={score.name} score={score} decision={decision} {...selecting} />
      ))}
      {decision.recipes.length > 0 && (
        <>
          <Title order={2} size="h4">
            Recipes
          </Title>
          <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: "none" }}>
            {decision.recipes.map((recipe) => (
              <RecipeCard key={recipe.id} recipe={recipe} />
            ))}
          </Stack>
        </>
      )}
    </Stack>
  );
}

function ScoreTable({
  score,
  decision,
  selected,
  onSelect,
}: { readonly score: Score; readonly decision: Decision } & Selecting) {
  const isOver = score.value >= score.threshold;
  return (
    <div>
      <Group gap="xs" mb={4}>
        <Title order={2} size="h4">
          Score {score.name}
        </Title>
        <Badge variant="light" color={isOver ? "teal" : "gray"}>
          {points.format(score.value)} of {points.format(score.threshold)}
        </Badge>
      </Group>
      {score.rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing counted.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={300} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th>Evidence</Table.Th>
                <Table.Th ta="right">Points</Table.Th>
                <Table.Th ta="right">Sum</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
              {score.rows.map((row) => (
                <Row key={`${row.kind} ${row.label} ${row.sum}`} {...{ row, decision, selected, onSelect }} />
              ))}
              <Table.Tr fw={600}>
                <Table.Td colSpan={2}>
                  {isOver ? "Reaches the threshold" : "Stays below the threshold"}
                </Table.Td>
                <Table.Td ta="right">{points.format(score.threshold)}</Table.Td>
                <Table.Td ta="right">{points.format(score.value)}</Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  );
}

interface RowProps extends Selecting {
  readonly row: Score["rows"][number];
  readonly decision: Decision;
}

function Row({ row, decision, selected, onSelect }: RowProps) {
  const isSelected = selected !== undefined && row.signals.includes(selected);
  return (
    <Table.Tr bg={isSelected ? "var(--mantine-color-yellow-light)" : ""}>
      <Table.Td>
        {row.label}
        <Text size="xs" c="dimmed">
          {row.kind}
        </Text>
      </Table.Td>
      <Table.Td>
        {row.kind === "signal" ? (
          <Evidence {...{ row, decision, selected, onSelect }} />
        ) : (
          <Text size="sm">{row.reason}</Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{signed.format(row.points)}</Table.Td>
      <Table.Td ta="right">{points.format(row.sum)}</Table.Td>
    </Table.Tr>
  );
}

/** The words that a row rests on; those that stand in a message lead there. */
function Evidence({ row, decision, onSelect }: RowProps) {
  return (
    <Stack gap={2}>
      {row.signals.map((place) => {
        const signal = decision.signals[place];
        if (signal === undefined) return null;
        const words = `“${signal.text}”${signal.because === null ? "" : ` (${signal.because})`}`;
        return signal.message === null ? (
          <Text key={place} size="sm" id={rowId(place)}>
            {signal.kind}: {words}
          </Text>
        ) : (
          <Anchor
            key={place}
            size="sm"
            mih={24}
            id={rowId(place)}
            href={`?signal=${place}`}
            onClick={(event) => {
              event.preventDefault();
              onSelect(place);
              reveal(markId(place));
            }}
          >
            {words}
          </Anchor>
        );
      })}
    </Stack>
  );
}

const VERDICTS = {
  taken: { colour: "teal", words: "taken" },
  fits: { colour: "yellow", words: "fits too" },
  missing: { colour: "gray", words: "not taken" },
} as const;

function RecipeCard({ recipe }: { readonly recipe: Recipe }) {
  const { colour, words } = VERDICTS[recipe.verdict];
  const missing = recipe.steps.filter(({ verdict }) => verdict !== "yes");
  return (
    <Card withBorder component="li" p="sm">
      <Group gap="xs">
        <Text fw={600}>{recipe.name}</Text>
        <Badge variant="light" color={colour}>
          {words}
        </Badge>
      </Group>
      {recipe.verdict === "fits" && <Text size="sm">Something that stands before it in the policy won.</Text>}
      {recipe.verdict === "missing" && <Text size="sm">This would have had to differ:</Text>}
      {(recipe.verdict === "missing" ? missing : recipe.steps).map(({ reason }) => (
        <Text key={reason} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {reason}
        </Text>
      ))}
    </Card>
  );
}

/** Who got it by which route, and everybody who was passed over, with the reason. */
export function Owners({ decision }: { readonly decision: Decision }) {
  if (decision.owners.length === 0)
    return <Text c="dimmed">Nobody was looked for: the conversation did not get so far.</Text>;
  return (
    <Stack>
      {decision.owners.map(({ owner, route, via, receipts }, place) => (
        <Card key={`${route} ${owner}`} withBorder>
          <Title order={2} size="h4">
            {place === 0 ? "Owner" : "Also"}: {owner ?? "nobody yet"}
          </Title>
          <Text size="sm" c="dimmed" mb="xs">
            Route {route}
            {via !== null && `, by ${via}`}
          </Text>
          <Stack gap={4} component="ol" p={0} m={0} style={{ listStyle: "none" }}>
            {receipts.map(({ candidate, kind, reason }) => (
              <Text
                key={`${candidate} ${reason}`}
                component="li"
                size="sm"
                fw={kind === "assigned" ? 600 : 400}
              >
                {kind === "assigned" ? "Got it" : kind === "held" ? "Held" : "Passed over"}: {candidate},{" "}
                {reason}
              </Text>
            ))}
          </Stack>
        </Card>
      ))}
      {decision.told.length > 0 && <Text size="sm">Told: {decision.told.join("; ")}</Text>}
    </Stack>
  );
}
