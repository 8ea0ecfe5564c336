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

/** A change that a person asked for: all that is shown is read again after it; a refusal is told. */
export function useChange<O extends Operation>(
  operation: O,
  done: string,
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
    mutationFn: (asked) => call(operation, asked),
    onSuccess: async () => {
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
