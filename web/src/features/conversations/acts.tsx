/** What can be done about conversations that are ticked. */
import { Button } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { ExportButton } from "../../components/lists.tsx";

/** Loaded when somebody first asks for it. */
const ReplayMany = lazy(async () => ({ default: (await import("./replay-many.tsx")).ReplayMany }));

export function ConversationActs({
  environment,
  ids,
}: {
  readonly environment: string;
  readonly ids: readonly string[];
}) {
  const [isReplaying, setReplaying] = useState(false);
  return (
    <>
      <Button size="xs" onClick={() => setReplaying(true)}>
        Replay
      </Button>
      <ExportButton
        size="xs"
        operation="exportChosenConversations"
        path={{ environment }}
        body={{ conversations: [...ids] }}
      >
        CSV of these
      </ExportButton>
      {isReplaying && (
        <Suspense>
          <ReplayMany environment={environment} ids={ids} onClose={() => setReplaying(false)} />
        </Suspense>
      )}
    </>
  );
}
