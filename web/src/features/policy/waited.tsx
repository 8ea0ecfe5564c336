import { Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "../../components/states.tsx";

const AGAIN_MS = 500;

type State<Report> =
  | { readonly kind: "running"; readonly done: number; readonly of: number }
  | { readonly kind: "done"; readonly report: Report };

/** What the service counts while somebody waits: how far it is, then the answer. `of` is what is asked. */
export function Waited<Report>(props: {
  readonly of: readonly unknown[];
  readonly ask: (signal: AbortSignal) => Promise<State<Report>>;
  readonly children: (report: Report) => ReactNode;
}) {
  const { of, ask, children } = props;
  const answer = useQuery({
    queryKey: of,
    queryFn: ({ signal }) => ask(signal),
    refetchInterval: ({ state }) => (state.data?.kind === "running" ? AGAIN_MS : false),
    refetchOnWindowFocus: false,
    retry: false,
  });
  return (
    <Loaded of={answer}>
      {(state) =>
        state.kind === "done" ? children(state.report) : <Running done={state.done} of={state.of} />
      }
    </Loaded>
  );
}

function Running({ done, of }: { readonly done: number; readonly of: number }) {
  return (
    <Stack gap={4} role="status">
      <Text size="sm">{of === 0 ? "Reading…" : `${done} of ${of} looked at`}</Text>
      <Progress value={of === 0 ? 0 : (done / of) * 100} size="sm" aria-label="How much is looked at" />
    </Stack>
  );
}
