import { Alert, Anchor, Badge, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";

const LOOK_EVERY_MS = 2_000;
type Line = Answer<"listConversations">["rows"][number];

const BUCKETS: Readonly<Record<Line["bucket"], readonly [colour: string, word: string]>> = {
  new: ["gray", "not decided yet"],
  excluded: ["gray", "excluded"],
  "below-threshold": ["gray", "below the threshold"],
  held: ["yellow", "qualified: waits until somebody is at work"],
  "handed-off": ["teal", "qualified: would be handed off"],
  failed: ["red", "failed"],
};

/** The first conversations as they score: those of the last days, then whatever is written now. */
export function Watch({ environment }: { readonly environment: string }) {
  const conversations = useRead("listConversations", { environment }, { limit: 10 }, LOOK_EVERY_MS);
  return (
    <Stack>
      <div>
        <Title order={2} size="h4">
          The first conversations
        </Title>
        <Text c="dimmed" size="sm">
          In shadow mode each is scored and decided, and nothing is sent.
        </Text>
      </div>
      <Loaded of={conversations}>
        {({ rows, total }) =>
          total === 0 ? (
            <Alert color="yellow" title="Nothing heard yet" role="status">
              <Progress value={100} animated aria-label="Waiting for conversations" mb="xs" />
              Conversations of the last days are read within a few minutes; one that is written in Intercom
              now shows within seconds, if the webhook is set.
            </Alert>
          ) : (
            <>
              <Alert
                color="teal"
                title={total === 1 ? "The first one is here" : `${total} are here`}
                role="status"
              >
                Open one to see why it was decided as it was.
              </Alert>
              <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
                {rows.map((line) => (
                  <Heard key={line.id} line={line} />
                ))}
              </Stack>
              <Anchor
                size="sm"
                renderRoot={(props) => (
                  <Link {...props} to="/e/$environment/review" params={{ environment }} />
                )}
              >
                After some days, have people judge a sample: Review
              </Anchor>
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

function Heard({ line: { person, email, id, company, bucket, heardAt } }: { readonly line: Line }) {
  const [colour, word] = BUCKETS[bucket];
  return (
    <Group component="li" justify="space-between">
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {person ?? email ?? id}
        {company === null ? "" : `, ${company}`}{" "}
        <Text span size="sm" c="dimmed">
          <When at={heardAt} />
        </Text>
      </Text>
      <Badge variant="light" color={colour}>
        {word}
      </Badge>
    </Group>
  );
}
