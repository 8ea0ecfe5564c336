import { Badge, Card, Group, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import type { Answer } from "../../api/client.ts";
import { useRead } from "../../api/queries.ts";
import { Id } from "../../components/id.tsx";
import { Loaded, Nothing, Page } from "../../components/states.tsx";
import { When } from "../../components/time.tsx";

type Ledger = Answer<"routingLedger">;
type Pool = Ledger["pools"][number];
type Line = Ledger["lines"][number];

const MOST_LINES = 50;
const percent = new Intl.NumberFormat(undefined, { style: "percent" });

/** Who got what beside their share, and who was passed over why. */
export function Routing() {
  const { environment } = useParams({ from: "/e/$environment/routing" });
  const ledger = useRead("routingLedger", { environment }, { limit: MOST_LINES });
  return (
    <Page title="Routing" says="Shares of the last 30 days against the policy's weights, and every lead.">
      <Loaded of={ledger}>
        {(found) => (
          <Stack>
            {found.pools.map((pool) => (
              <PoolCard key={pool.pool} pool={pool} />
            ))}
            <Title order={2} size="h4">
              Leads, newest first
            </Title>
            {found.lines.length === 0 ? (
              <Nothing title="No lead was routed yet">
                As soon as a conversation qualifies, its lead and everybody who was passed over stand here.
              </Nothing>
            ) : (
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                {found.lines.map((line) => (
                  <LineRow key={line.handoff} line={line} />
                ))}
              </Stack>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function PoolCard({ pool }: { readonly pool: Pool }) {
  return (
    <Card withBorder>
      <Title order={2} size="h4" mb="xs">
        {pool.pool}
      </Title>
      <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Member</Table.Th>
              <Table.Th>Share</Table.Th>
              <Table.Th ta="right">Got</Table.Th>
              <Table.Th ta="right">Due</Table.Th>
              <Table.Th ta="right">Open</Table.Th>
              <Table.Th ta="right">Today</Table.Th>
              <Table.Th>Now</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
            {pool.members.map((member) => (
              <MemberRow key={member.member} member={member} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function MemberRow({ member }: { readonly member: Pool["members"][number] }) {
  const share = member.share ?? 0;
  const capped = (count: number, cap: number | null): string =>
    cap === null ? `${count}` : `${count} of ${cap}`;
  return (
    <Table.Tr>
      <Table.Td>{member.member}</Table.Td>
      <Table.Td miw={140}>
        <Text size="sm">
          {percent.format(share)} of {percent.format(member.target)}
        </Text>
        <Progress
          value={share * 100}
          size="sm"
          aria-label={`${member.member}: ${percent.format(share)}, target ${percent.format(member.target)}`}
        />
      </Table.Td>
      <Table.Td ta="right">{member.got}</Table.Td>
      <Table.Td ta="right">{member.due.toFixed(1)}</Table.Td>
      <Table.Td ta="right">{capped(member.open, member.cap.open)}</Table.Td>
      <Table.Td ta="right">{capped(member.today, member.cap.perDay)}</Table.Td>
      <Table.Td>
        {member.out !== null ? (
          <Text size="sm">{member.out}</Text>
        ) : (
          <Badge variant="light" color={member.isNext ? "teal" : "gray"}>
            {member.isNext ? "next" : "ready"}
          </Badge>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function LineRow({ line }: { readonly line: Line }) {
  const skipped = line.receipts.filter(({ kind }) => kind === "skipped");
  const assigned = line.receipts.find(({ kind }) => kind === "assigned");
  return (
    <Card withBorder component="li" id={line.handoff} p="sm">
      <Group justify="space-between" align="start">
        <Stack gap={2} style={{ flex: "1 1 260px" }}>
          <Text>
            <b>{line.owner}</b> by {line.route}
            {line.pool !== null && ` from ${line.pool}`}
          </Text>
          {assigned !== undefined && <Text size="sm">{assigned.reason}</Text>}
          {skipped.map((one) => (
            <Text key={`${one.candidate} ${one.reason}`} size="sm" c="dimmed">
              Passed over: {one.candidate}, {one.reason}
            </Text>
          ))}
          {line.creditReason !== null && <Text size="sm">Given back: {line.creditReason}</Text>}
        </Stack>
        <Stack gap={2} align="end">
          <Text size="sm" c="dimmed">
            <When at={line.at} />
          </Text>
          <Id id={line.handoff} />
        </Stack>
      </Group>
    </Card>
  );
}
