/** What can be done about handoffs that are ticked. */
import { Button, CopyButton } from "@mantine/core";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { useMay } from "../../api/may.ts";
import { useChange } from "../../api/queries.ts";
import { ExportButton } from "../../components/lists.tsx";
import { PlanDialog } from "../../components/plan.tsx";

export function HandoffActs({
  environment,
  ids,
}: {
  readonly environment: string;
  readonly ids: readonly string[];
}) {
  const mayRetry = useMay(environment, "issues:write");
  const [isRetrying, setRetrying] = useState(false);
  return (
    <>
      {mayRetry && (
        <Button size="xs" onClick={() => setRetrying(true)}>
          Retry what failed
        </Button>
      )}
      <ExportButton
        size="xs"
        operation="exportChosenHandoffs"
        path={{ environment }}
        body={{ handoffs: [...ids] }}
      >
        CSV of these
      </ExportButton>
      <CopyButton value={ids.join("\n")}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy ids"}
          </Button>
        )}
      </CopyButton>
      {isRetrying && <Retry environment={environment} ids={ids} onClose={() => setRetrying(false)} />}
    </>
  );
}

function Retry(props: {
  readonly environment: string;
  readonly ids: readonly string[];
  readonly onClose: () => void;
}) {
  const { environment, ids, onClose } = props;
  const retry = useChange("retryHandoffs", "Trying again", onClose);
  const asked = (dryRun: boolean) => ({ path: { environment }, body: { handoffs: [...ids], dryRun } });
  return (
    <PlanDialog
      environment={environment}
      act="Retry"
      chosen={ids}
      plan={() => call("retryHandoffs", asked(true))}
      isBusy={retry.isPending}
      onGo={() => retry.mutate(asked(false))}
      onClose={onClose}
    />
  );
}
