import { Badge, Button, Card, Group, SimpleGrid, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useRead } from "../../api/queries.ts";
import { Confirm } from "../../components/confirm.tsx";
import { Loaded } from "../../components/states.tsx";
import { SYSTEM_NAMES } from "../../components/systems.ts";
import { When } from "../../components/time.tsx";
import type { Answer } from "../../api/client.ts";

type Pause = Answer<"listPauses">[number];
type Destination = Pause["destination"];

const DESTINATIONS = Object.keys(SYSTEM_NAMES) as readonly Destination[];

/** Every destination, sent to or held back. */
export function Pauses({ environment }: { readonly environment: string }) {
  const pauses = useRead("listPauses", { environment });
  const [asked, setAsked] = useState<Destination | null>(null);
  return (
    <>
      <Loaded of={pauses}>
        {(found) => (
          <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }}>
            {DESTINATIONS.map((destination) => (
              <DestinationCard
                key={destination}
                environment={environment}
                destination={destination}
                pause={found.find((one) => one.destination === destination)}
                onPause={() => setAsked(destination)}
              />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
      {asked !== null && (
        <PauseDialog environment={environment} destination={asked} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

function DestinationCard(props: {
  readonly environment: string;
  readonly destination: Destination;
  readonly pause: Pause | undefined;
  readonly onPause: () => void;
}) {
  const { environment, destination, pause, onPause } = props;
  const resume = useChange("resumeDestination", "Resumed: what waited goes out, the oldest first");
  return (
    <Card withBorder>
      <Group justify="space-between">
        <Text fw={600}>{SYSTEM_NAMES[destination]}</Text>
        <Badge variant="light" color={pause === undefined ? "teal" : "yellow"}>
          {pause === undefined ? "sending" : "paused"}
        </Badge>
      </Group>
      {pause !== undefined && (
        <Text size="sm" mt={4}>
          {pause.reason}
          <br />
          <Text span size="sm" c="dimmed">
            by {pause.pausedBy} <When at={pause.since} />, {pause.waiting} waiting
          </Text>
        </Text>
      )}
      {pause === undefined ? (
        <Button
          mt="sm"
          size="xs"
          variant="default"
          onClick={onPause}
          aria-label={`Pause ${SYSTEM_NAMES[destination]}`}
        >
          Pause
        </Button>
      ) : (
        <Button
          mt="sm"
          size="xs"
          loading={resume.isPending}
          aria-label={`Resume ${SYSTEM_NAMES[destination]}`}
          onClick={() => resume.mutate({ path: { environment, destination } })}
        >
          Resume
        </Button>
      )}
    </Card>
  );
}

function PauseDialog(props: {
  readonly environment: string;
  readonly destination: Destination;
  readonly onClose: () => void;
}) {
  const { environment, destination, onClose } = props;
  const pause = useChange("pauseDestination", "Paused");
  return (
    <Confirm
      title={`Send nothing to ${SYSTEM_NAMES[destination]} of ${environment}?`}
      act="Pause"
      why=""
      isBusy={pause.isPending}
      onGo={(reason) =>
        pause.mutate({ path: { environment, destination }, body: { reason } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <Text size="sm">What is due waits and keeps its order until somebody resumes.</Text>
    </Confirm>
  );
}
