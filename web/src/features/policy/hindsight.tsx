import { Stack, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useMay } from "../../api/may.ts";
import { Page } from "../../components/states.tsx";
import { Suggestion } from "./suggestion.tsx";
import { Winners } from "./winners.tsx";

/** What won and lost deals say about the policy. Nothing on it changes what is live. */
export function Hindsight() {
  const { environment } = useParams({ from: "/e/$environment/policy/hindsight" });
  const mayRead = useMay(environment, "conversations:read");
  return (
    <Page
      title="What deals say"
      says="Who bought unnoticed, and how well the points tell won from lost. Nothing here changes what is live."
    >
      <Stack gap="xl">
        <Stack>
          <Title order={2} size="h4">
            Missed winners of the last 90 days
          </Title>
          {mayRead ? <Winners environment={environment} /> : "Whoever may read conversations sees them here."}
        </Stack>
        <Stack>
          <Title order={2} size="h4">
            Points, weighed anew
          </Title>
          <Suggestion environment={environment} />
        </Stack>
      </Stack>
    </Page>
  );
}
