/** Which version is live where, and the way of a version from one environment to another. */
import { Badge, Button, Group, Table, Text, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { type Answer, call } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useRead } from "../../api/queries.ts";
import { When } from "../../components/time.tsx";
import { type Asked, Promote } from "./promote.tsx";

type Live = Answer<"livePolicy">;
type Row = { readonly name: string; readonly mode: "shadow" | "live"; readonly live: Live | undefined };

/** Every environment beside the one that is looked at; nothing while there is one alone. */
export function Environments({ environment }: { readonly environment: string }) {
  const { data: found = [] } = useRead("listEnvironments", {});
  const lives = useQueries({
    queries: found.map(({ name, live }) => ({
      queryKey: ["livePolicy", { environment: name }, live],
      queryFn: () => call("livePolicy", { path: { environment: name } }),
      enabled: live !== null,
      retry: false,
    })),
  });
  const [asked, setAsked] = useState<Asked | null>(null);
  if (found.length < 2) return null;
  const rows = found.map(({ name, mode }, i): Row => ({ name, mode, live: lives[i]?.data }));
  const here = rows.find(({ name }) => name === environment);
  return (
    <>
      <Title order={2} size="h4">
        Environments
      </Title>
      <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Environment</Table.Th>
              <Table.Th>Live</Table.Th>
              <Table.Th>Beside {environment}</Table.Th>
              <Table.Th>Promote</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <EnvironmentRow key={row.name} row={row} here={here} onAsk={setAsked} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {asked !== null && <Promote asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function EnvironmentRow(props: {
  readonly row: Row;
  readonly here: Row | undefined;
  readonly onAsk: (asked: Asked) => void;
}) {
  const { row, here, onAsk } = props;
  const { name, mode, live } = row;
  const mayPublish = useMay(name, "policy:publish");
  const isHere = name === here?.name;
  const isSame = live !== undefined && live.sha256 === here?.live?.sha256;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" fw={isHere ? 600 : 400}>
            {name}
          </Text>
          <Badge variant="light" color={mode === "live" ? "teal" : "yellow"}>
            {mode}
          </Badge>
        </Group>
      </Table.Td>
      <Table.Td>{live === undefined ? "Nothing" : <LiveVersion live={live} />}</Table.Td>
      <Table.Td>{isHere ? "is looked at" : isSame ? "says the same" : "says something else"}</Table.Td>
      <Table.Td>
        {!isHere && !isSame && mayPublish && here?.live !== undefined && (
          <Button
            size="xs"
            variant="default"
            onClick={() => onAsk({ from: here.name, number: here.live?.number ?? 0, to: name })}
          >
            v{here.live.number} of {here.name} to {name}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function LiveVersion({ live }: { readonly live: Live }) {
  const { number, source, comment, publishedAt } = live;
  return (
    <>
      <Text size="sm">
        v{number}
        {source !== null && `, from v${source.number} of ${source.environment}`}
        {comment !== "" && `: ${comment}`}
      </Text>
      <Text size="xs" c="dimmed">
        <When at={publishedAt} />
      </Text>
    </>
  );
}
