import { Anchor, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRead } from "../../api/queries.ts";
import { sinceOf } from "../../components/lists.tsx";
import { Loaded } from "../../components/states.tsx";
import { BUCKETS, type Bucket } from "../conversations/bucket.tsx";

const WINDOW = "7d";

/** Where the conversations of the last week stand; each bar leads to its list. */
export function BucketsCard({ environment }: { readonly environment: string }) {
  const [now] = useState(Date.now);
  const census = useRead("readCensus", { environment }, sinceOf(WINDOW, now));
  return (
    <Card withBorder>
      <Title order={2} size="h4">
        Conversations of the last 7 days
      </Title>
      <Loaded of={census}>
        {({ heard, buckets }) =>
          heard === 0 ? (
            <Text c="dimmed" mt="xs">
              None was heard. When customers write, this shows what became of each.
            </Text>
          ) : (
            <Stack gap="xs" mt="xs">
              {Object.entries(buckets).map(([bucket, n]) => (
                <Bar key={bucket} environment={environment} bucket={bucket as Bucket} n={n} of={heard} />
              ))}
              <Text c="dimmed" size="sm">
                {heard.toLocaleString()} heard; each stands in exactly one bucket.
              </Text>
            </Stack>
          )
        }
      </Loaded>
    </Card>
  );
}

function Bar(props: {
  readonly environment: string;
  readonly bucket: Bucket;
  readonly n: number;
  readonly of: number;
}) {
  const { environment, bucket, n, of } = props;
  const { label, colour, words } = BUCKETS[bucket];
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Anchor
          size="sm"
          renderRoot={(given) => (
            <Link
              {...given}
              to="/e/$environment/conversations"
              params={{ environment }}
              search={{ bucket, window: WINDOW }}
            />
          )}
        >
          {label}
        </Anchor>
        <Text size="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
          {n.toLocaleString()} ({Math.round((n / of) * 100)} %)
        </Text>
      </Group>
      <Progress value={(n / of) * 100} color={colour} aria-label={`${label}: ${words}`} />
    </div>
  );
}
