/** What screens read, kept and renewed; and what they change. */
import {
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { type Answer, ApiProblem, call, type Operation } from "./client.ts";
import type { Operations } from "./operations.ts";
import { listWays, type Ways } from "./session.ts";

const RENEW_MS = 30_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      refetchInterval: RENEW_MS,
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400),
    },
  },
});

/** What the service answers; read again twice a minute, unless it is too costly for that or somebody waits for it. */
export function useRead<O extends Operation>(
  operation: O,
  path: Operations[O]["path"],
  query: Operations[O]["query"] = {},
  renews: boolean | number = true,
): UseQueryResult<Answer<O>> {
  return useQuery({
    queryKey: [operation, path, query],
    queryFn: () => call(operation, { path, query }),
    ...(renews === false && { refetchInterval: false, refetchOnWindowFocus: false }),
    ...(typeof renews === "number" && { refetchInterval: renews }),
  });
}

/** The ways in; they only change with a restart of the service. */
export function useWays(): UseQueryResult<Ways> {
  return useQuery({ queryKey: ["ways"], queryFn: listWays, refetchInterval: false });
}

/**
 * A change that a person asked for: all that is shown is read again after it; a refusal is told. `leave` is for what ends
 * with the change: it goes before anything is read again.
 */
export function useChange<O extends Operation>(
  operation: O,
  done: string,
  leave?: () => Promise<void> | void,
): UseMutationResult<
  Answer<O>,
  Error,
  {
    readonly path: Operations[O]["path"];
    readonly body?: Operations[O]["body"];
    readonly headers?: Readonly<Record<string, string>>;
  }
> {
  const client = useQueryClient();
  return useMutation({
    mutationKey: [operation],
    mutationFn: (asked) => call(operation, asked),
    onSuccess: async () => {
      await leave?.();
      await tellDone(done);
      await client.invalidateQueries();
    },
    onError: tellRefusal,
  });
}

const CLOSE = { "aria-label": "Close" };

export async function tellDone(message: string): Promise<void> {
  const { notifications } = await import("@mantine/notifications");
  notifications.show({ message, color: "teal", closeButtonProps: CLOSE });
}

export async function tellRefusal(error: Error): Promise<void> {
  const { notifications } = await import("@mantine/notifications");
  const id = error instanceof ApiProblem && error.requestId !== null ? ` (request ${error.requestId})` : "";
  const message = `${error.message}${id}`;
  notifications.show({ title: "That was not done", message, color: "red", closeButtonProps: CLOSE });
}
