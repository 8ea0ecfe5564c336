/** Whether every conversation that came in is accounted for, tonight and before. */
import { Alert, Anchor, Group, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Loaded } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";
import { Scrolled, Section } from "./parts.tsx";

type Census = Answer<"listCensusNights">;
type Night = Census["nights"][number];

/** Everything that was ever heard is counted for it. */
const RENEW_MS = 300_000;

export function CensusCard({ environment }: { readonly environment: string }) {
  const census = useRead("listCensusNights", { environment }, {}, RENEW_MS);
  return (
    <Section
      title="Nothing leaks: the census"
      says="Conversations that came in = the sum of the buckets. Counted every night, by the day in UTC, and now."
    >
      <Loaded of={census}>
        {({ now, nights, readBack }) => (
          <>
            <Verdict environment={environment} now={now} />
            {nights.length === 0 ? (
              <Text size="sm">No night has been counted yet; a worker counts each.</Text>
            ) : (
              <>
                <Trend nights={nights.toReversed()} />
                <Nights nights={nights} />
              </>
            )}
            <Text size="sm">
              {readBack === null ? (
                <>
                  Salesforce was not asked yet: <code>baton census --read-back</code> looks whether each
                  record is still there, and with whom.
                </>
              ) : (
                <>
                  Read back from Salesforce <When at={readBack.takenAt} />:{" "}
                  {readBack.records.toLocaleString()} records, {readBack.differences.length.toLocaleString()}{" "}
                  not as Baton left them.
                </>
              )}
            </Text>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Verdict({ environment, now }: { readonly environment: string; readonly now: Census["now"] }) {
  if (now.addsUp)
    return (
      <Text>
        <b>It adds up now:</b> {now.in.toLocaleString()} came in, {now.sum.toLocaleString()} stand in buckets.
      </Text>
    );
  return (
    <Alert color="red" title="It does not add up">
      {now.in.toLocaleString()} came in and {now.sum.toLocaleString()} stand in buckets.
      {now.odd.slice(0, 10).map(({ conversation, buckets }) => (
        <Group key={conversation} gap={4}>
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/e/$environment/conversations/$conversation"
                params={{ environment, conversation }}
              />
            )}
          >
            {conversation}
          </Anchor>
          <Text size="sm">stands in {buckets.length === 0 ? "no bucket" : buckets.join(" and ")}</Text>
        </Group>
      ))}
    </Alert>
  );
}

const HEIGHT = 40;

/** A bar a night, the oldest first; one that does not add up is red and as high as the chart. */
function Trend({ nights }: { readonly nights: readonly Night[] }) {
  const most = Math.max(1, ...nights.map((night) => night.in));
  const off = nights.filter(({ addsUp }) => !addsUp).length;
  return (
    <svg
      role="img"
      aria-label={`Conversations of ${nights.length} nights; ${off === 0 ? "each adds up" : `${off} do not add up`}`}
      viewBox={`0 0 ${nights.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      style={{ display: "block", width: "100%", maxWidth: nights.length * 28, height: 64 }}
    >
      {nights.map(({ night, in: came, addsUp }, i) => {
        const height = addsUp ? Math.max(1, (came / most) * HEIGHT) : HEIGHT;
        return (
          <rect
            key={night}
            x={i + 0.1}
            width={0.8}
            y={HEIGHT - height}
            height={height}
            fill={`var(--mantine-color-${addsUp ? "teal" : "red"}-6)`}
          >
            <title>{`${night}: ${came} came in, ${addsUp ? "adds up" : "does not add up"}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const SHOWN = 7;

function Nights({ nights }: { readonly nights: readonly Night[] }) {
  // Every night that does not add up is told of, however long ago.
  const shown = nights.filter(({ addsUp }, i) => i < SHOWN || !addsUp);
  return (
    <Scrolled head={["Night", "Came in", "In buckets", "Handed off", "Verdict"]}>
      {shown.map((night) => (
        <Table.Tr key={night.night}>
          <Table.Th scope="row">{night.night}</Table.Th>
          <Table.Td>{night.in.toLocaleString()}</Table.Td>
          <Table.Td>{night.sum.toLocaleString()}</Table.Td>
          <Table.Td>{(night.buckets["handed-off"] ?? 0).toLocaleString()}</Table.Td>
          <Table.Td>
            {night.addsUp ? (
              "adds up"
            ) : (
              <Text size="sm" fw={600} c="red.8">
                does not add up: {night.odd.map(({ conversation }) => conversation).join(", ")}
              </Text>
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </Scrolled>
  );
}
