/** The review rounds: samples of what was decided, how far each is, and a way into them. */
import { Badge, Button, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { type Answer, ApiProblem } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { BeginRound } from "./begin.tsx";

type Round = Answer<"listReviews">[number];

const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export function Rounds() {
  const { environment } = useParams({ from: "/e/$environment/review" });
  const rounds = useRead("listReviews", { environment });
  const mayBegin = useMay(environment, "reviews:write");
  const isClosed = rounds.error instanceof ApiProblem && rounds.error.status === 403;
  return (
    <Page
      title="Review"
      says="People judge a sample of what was decided; their labels say how right the policy is, and how sure that is."
      actions={mayBegin && <BeginRound environment={environment} />}
    >
      {isClosed ? (
        <Nothing title="Reviews are not for your role">
          A reviewer reads conversations and judges them. An admin gives roles on the Users screen.
        </Nothing>
      ) : (
        <Loaded of={rounds}>
          {(found) =>
            found.length === 0 ? (
              <Nothing title="No round was begun yet">
                A round draws conversations of the last weeks: some that were handed off, and some that were
                not, so that misses are found, too.
                {mayBegin ? " Begin one above." : " An editor begins one."}
              </Nothing>
            ) : (
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                {found.map((round) => (
                  <RoundCard key={round.id} environment={environment} round={round} />
                ))}
              </Stack>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}

function RoundCard({ environment, round }: { readonly environment: string; readonly round: Round }) {
  const params = { environment, round: String(round.id) };
  const { conversations, voted, mine, since, until, isBlind, madeBy, madeAt } = round;
  const population = round.strata.reduce((sum, { size }) => sum + size, 0);
  return (
    <Card withBorder component="li">
      <Group justify="space-between" align="start">
        <Stack gap={4} style={{ flex: "1 1 280px" }}>
          <Group gap="xs">
            <Text fw={600}>
              Round {round.id}: {days.formatRange(new Date(since), new Date(until))}
            </Text>
            {isBlind && (
              <Badge variant="light" title="You say what you would do before you see what was decided">
                blind
              </Badge>
            )}
          </Group>
          <Text size="sm">
            {conversations} of {population.toLocaleString()} conversations drawn; {voted} judged, {mine} by
            you
          </Text>
          <Progress
            value={conversations === 0 ? 0 : (mine / conversations) * 100}
            aria-label="Judged by you"
          />
          <Text size="sm" c="dimmed">
            begun by {madeBy} <When at={madeAt} />
          </Text>
        </Stack>
        <Group gap="xs">
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link {...props} to="/e/$environment/review/$round/results" params={params} />
            )}
          >
            Results of round {round.id}
          </Button>
          <Button
            renderRoot={(props) => <Link {...props} to="/e/$environment/review/$round" params={params} />}
          >
            Judge round {round.id}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}
