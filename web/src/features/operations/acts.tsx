/** What can be done about issues that are ticked. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { useChange } from "../../api/queries.ts";
import { PlanDialog } from "../../components/plan.tsx";

interface Chosen {
  readonly environment: string;
  readonly ids: readonly string[];
}

export function IssueActs({ environment, ids }: Chosen) {
  const [doing, setDoing] = useState<"retry" | "skip" | null>(null);
  const dialog = { environment, ids, onClose: () => setDoing(null) };
  return (
    <>
      <Button size="xs" onClick={() => setDoing("retry")}>
        Retry
      </Button>
      <Button size="xs" variant="default" onClick={() => setDoing("skip")}>
        Skip
      </Button>
      {doing === "retry" && <RetryDialog {...dialog} />}
      {doing === "skip" && <SkipDialog {...dialog} />}
    </>
  );
}

function RetryDialog({ environment, ids, onClose }: Chosen & { readonly onClose: () => void }) {
  const retry = useChange("retryIssues", "Trying again", onClose);
  const asked = (dryRun: boolean) => ({ path: { environment }, body: { issues: [...ids], dryRun } });
  return (
    <PlanDialog
      environment={environment}
      act="Retry"
      chosen={ids}
      plan={() => call("retryIssues", asked(true))}
      isBusy={retry.isPending}
      onGo={() => retry.mutate(asked(false))}
      onClose={onClose}
    />
  );
}

function SkipDialog({ environment, ids, onClose }: Chosen & { readonly onClose: () => void }) {
  const skip = useChange("skipIssues", "Skipped", onClose);
  const path = { environment };
  return (
    <PlanDialog
      environment={environment}
      act="Skip"
      chosen={ids}
      plan={() => call("skipIssues", { path, body: { issues: [...ids], dryRun: true } })}
      isBusy={skip.isPending}
      onGo={(reason) => skip.mutate({ path, body: { issues: [...ids], reason, dryRun: false } })}
      onClose={onClose}
    />
  );
}
