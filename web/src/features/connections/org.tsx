import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Answer } from "../../api/client.ts";
import { useChange } from "../../api/queries.ts";

/** Makes a Salesforce org ready: first asks whether it would take Baton's fields and objects, then deploys them. */
export function OrgSetup({ environment }: { readonly environment: string }) {
  const [said, setSaid] = useState<Answer<"installMetadata"> | null>(null);
  const install = useChange("installMetadata", "Salesforce answered");
  const ask = (dryRun: boolean): void =>
    install.mutate({ path: { environment }, body: { dryRun } }, { onSuccess: setSaid });
  const wouldTake = said !== null && said.problems.length === 0;
  return (
    <Stack gap="xs">
      <Text size="sm">
        Baton brings fields, two objects and a permission set of its own. An admin&apos;s connection deploys
        them here; or <code>baton salesforce install --settings FILE</code> does with one that is not stored.
      </Text>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={install.isPending} onClick={() => ask(true)}>
          Try the deploy
        </Button>
        {wouldTake && said.dryRun && (
          <Button size="xs" loading={install.isPending} onClick={() => ask(false)}>
            Deploy {said.components} components
          </Button>
        )}
      </Group>
      {said !== null && (
        <Alert color={wouldTake ? "teal" : "red"} title={outcome(said)} role="status">
          {said.problems.map((problem) => (
            <Text key={problem} size="sm">
              {problem}
            </Text>
          ))}
          {wouldTake &&
            !said.dryRun &&
            "Assign the permission set Baton_Integration to the integration user, then test."}
        </Alert>
      )}
    </Stack>
  );
}

function outcome({ components, problems, dryRun }: Answer<"installMetadata">): string {
  if (problems.length > 0) return "The org refuses it; nothing was deployed";
  return dryRun ? `The org would take ${components} components` : `${components} components are deployed`;
}
