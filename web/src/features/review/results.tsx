/** What the labels of a round say: how right the policy is, how sure that is, and what to change. */
import { Button, Card, Group, NativeSelect, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { ExportButton } from "../../components/lists.tsx";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { Agreement } from "./agreement.tsx";
import { Figure, Figures, type Results, words } from "./figures.tsx";
import { Training } from "./training.tsx";

export function ResultsPage() {
  const { environment, round } = useParams({ from: "/e/$environment/review/$round/results" });
  const { score } = useSearch({ from: "/e/$environment/review/$round/results" });
  const results = useRead(
    "reviewResults",
    { environment, round: Number(round) },
    score === undefined ? {} : { score },
  );
  const params = { environment, round };
  const mayExport = useMay(environment, "reviews:write");
  return (
    <Page
      title={`Results of round ${round}`}
      says="Estimates for all conversations of that time, with 95 % intervals: what the sample leaves open, they show."
      actions={
        <Group gap="xs">
          {mayExport && (
            <ExportButton operation="exportLabels" path={{ environment, round: Number(round) }} query={{}}>
              Labels as JSON lines
            </ExportButton>
          )}
          <Button
            variant="default"
            renderRoot={(props) => <Link {...props} to="/e/$environment/review/$round" params={params} />}
          >
            Judge
          </Button>
        </Group>
      }
    >
      <Loaded of={results}>
        {(found) =>
          found.labels === 0 ? (
            <Nothing title="Nobody has judged a conversation yet">
              As soon as reviewers vote, this shows how often the policy is right, and what it misses.
            </Nothing>
          ) : (
            <Found environment={environment} round={round} results={found} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Found(props: { readonly environment: string; readonly round: string; readonly results: Results }) {
  const { environment, round, results } = props;
  const { verdict, routed, complete, afterwards, recipes, signals } = results;
  return (
    <Stack>
      <Text fw={600}>{sentenceOf(results)}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
        <Figure title="Precision" says="of what qualified was right" of={verdict.precision} />
        <Figure title="Recall" says="of what should have qualified did" of={verdict.recall} />
        <Figure title="Routed rightly" says="of handoffs went to the right person" of={routed} />
        <Figure title="Context complete" says="of handoffs told all they need" of={complete} />
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        {afterwards.moved.share === null
          ? "What people do with handoffs is known of live ones alone; there was none in that time."
          : `Of ${afterwards.moved.of} live handoffs of that time, ${afterwards.moved.k} are with somebody else now and ${afterwards.rejected.k} were rejected.`}
      </Text>
      <Strata results={results} />
      <Figures
        title="By recipe"
        head={["Recipe", "Right", "Routed rightly", "Context complete"]}
        rows={recipes.map(({ name, right, routed: to, complete: whole }) => [
          name,
          words(right),
          words(to),
          words(whole),
        ])}
      />
      <Figures
        title="By signal"
        head={["Signal", "Right, of what qualified with it"]}
        rows={signals.map(({ name, right }) => [name, words(right)])}
      />
      <Sweep environment={environment} round={round} results={results} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Phrases title="Phrases that let wrong ones through" list={results.noise} />
        <Phrases title="Words that missed ones share" list={results.misses} />
      </SimpleGrid>
      <Agreement environment={environment} results={results} />
      <Training environment={environment} />
    </Stack>
  );
}

/** The verdict first: what is known, and what is still to be done. */
function sentenceOf({ labels, verdict: { precision, recall, moreForPrecision } }: Results): string {
  const known = [`precision ${words(precision)}`, `recall ${words(recall)}`].join(", ");
  const more =
    moreForPrecision === 0
      ? "the precision is known within 10 points"
      : `${moreForPrecision.toLocaleString()} more labels of what qualified until its interval is under 10 points`;
  return `${labels} labels: ${known}; ${more}.`;
}

function Strata({ results: { strata } }: { readonly results: Results }) {
  const without = strata.filter(({ labelled }) => labelled === 0);
  return (
    <>
      <Figures
        title="What was drawn"
        head={["Stratum", "Conversations", "Drawn", "Labelled"]}
        rows={strata.map(({ name, size, drawn, labelled }) => [
          name,
          size.toLocaleString(),
          drawn.toLocaleString(),
          labelled.toLocaleString(),
        ])}
      />
      {without.length > 0 && (
        <Text size="sm">
          Nothing is labelled yet of: {without.map(({ name }) => name).join("; ")}. The figures leave that
          out.
        </Text>
      )}
    </>
  );
}

/** So many steps are shown, spread over all; the file and the API have all. */
const STEPS = 15;

function shownSteps(sweep: Results["sweep"], suggested: number | null): Results["sweep"] {
  const every = Math.ceil(sweep.length / STEPS);
  return sweep.filter(({ threshold }, i) => i % every === 0 || threshold === suggested);
}

function Sweep(props: { readonly environment: string; readonly round: string; readonly results: Results }) {
  const { environment, round, results } = props;
  const navigate = useNavigate();
  const { score, scores, threshold, sweep, suggestion } = results;
  if (score === null) return null;
  const { threshold: suggested, reason } = suggestion;
  return (
    <Card withBorder>
      <Group justify="space-between" align="start">
        <Title order={2} size="h4">
          Other thresholds of {score}
        </Title>
        {scores.length > 1 && (
          <NativeSelect
            aria-label="Score"
            data={[...scores]}
            value={score}
            onChange={(event) =>
              void navigate({
                to: "/e/$environment/review/$round/results",
                params: { environment, round },
                search: { score: event.currentTarget.value },
                replace: true,
                resetScroll: false,
              })
            }
          />
        )}
      </Group>
      <Text fw={600}>
        {suggested === null ? `No suggestion: ${reason}.` : `Suggested: ${suggested}, ${reason}.`}
        {threshold !== null && ` It stands at ${threshold}.`}
      </Text>
      {sweep.length > 0 && (
        <Figures
          head={["Threshold", "Passes", "Precision", "Recall"]}
          rows={shownSteps(sweep, suggested).map((step) => [
            step.threshold === suggested ? `${step.threshold}, suggested` : String(step.threshold),
            Math.round(step.volume).toLocaleString(),
            words(step.precision),
            words(step.recall),
          ])}
        />
      )}
    </Card>
  );
}

function Phrases({ title, list }: { readonly title: string; readonly list: Results["noise"] }) {
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        {title}
      </Title>
      {list.length === 0 ? (
        <Text c="dimmed">None so far.</Text>
      ) : (
        <Figures
          head={["Words", "Right", "Wrong"]}
          rows={list.map(({ phrase, right, wrong }) => [phrase, String(right), String(wrong)])}
        />
      )}
    </Card>
  );
}
