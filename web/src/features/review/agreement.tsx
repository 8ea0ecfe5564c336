/** How far two reviewers agree, and where they say the opposite. */
import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Figures, percent, type Results } from "./figures.tsx";

const QUESTIONS = { qualified: "qualified rightly", routed: "routed rightly", complete: "context complete" };

export function Agreement({
  environment,
  results,
}: {
  readonly environment: string;
  readonly results: Results;
}) {
  const { agreement, disputed, hidden } = results;
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Two reviewers
      </Title>
      {agreement.length === 0 ? (
        <Text c="dimmed">
          One person has judged so far. When a second one judges the same conversations, this says how far
          they agree; neither sees the other&rsquo;s vote before.
        </Text>
      ) : (
        <Figures
          head={["Reviewers", "The same", "Cohen's kappa"]}
          rows={agreement.map(({ reviewers, question, same, kappa, why }) => [
            `${reviewers.join(" and ")}: ${QUESTIONS[question]}`,
            `${same.k} of ${same.of} (${percent(same.share ?? 0)})`,
            kappa === null ? (why ?? "") : kappa.toFixed(2),
          ])}
        />
      )}
      {disputed.length > 0 && (
        <>
          <Title order={3} size="h5" mt="sm">
            Where they say the opposite
          </Title>
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
            {disputed.map((one) => (
              <Disputed key={one.position} environment={environment} disputed={one} />
            ))}
          </Stack>
        </>
      )}
      {hidden > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {hidden} more that you have not judged: their votes show once you have.
        </Text>
      )}
    </Card>
  );
}

function Disputed(props: { readonly environment: string; readonly disputed: Results["disputed"][number] }) {
  const { environment, disputed } = props;
  const { conversation, stratum, votes } = disputed;
  return (
    <li>
      <Group gap="xs">
        <Anchor
          renderRoot={(given) => (
            <Link
              {...given}
              to="/e/$environment/conversations/$conversation"
              params={{ environment, conversation }}
            />
          )}
        >
          Conversation {conversation}
        </Anchor>
        <Text size="sm" c="dimmed">
          {stratum}
        </Text>
      </Group>
      {votes.map(({ reviewer, note, qualified, routed, complete }) => (
        <Text key={reviewer} size="sm" style={{ overflowWrap: "anywhere" }}>
          {reviewer}:{" "}
          {Object.entries({ qualified, routed, complete })
            .flatMap(([question, vote]) =>
              vote === null ? [] : [`${QUESTIONS[question as keyof typeof QUESTIONS]}: ${vote}`],
            )
            .join(", ")}
          {note !== "" && ` “${note}”`}
        </Text>
      ))}
    </li>
  );
}
