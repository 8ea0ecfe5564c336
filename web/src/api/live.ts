/**
 * What changes at the service is shown without asking for it. One tab listens and tells the others; where nobody can
 * listen, everything is read again twice a minute anyway.
 */
import { addressed, type Operation } from "./client.ts";
import { queryClient } from "./queries.ts";

interface News {
  readonly topic: string;
  readonly id: string;
}

/** What is read again on news of a topic; a detail only where it is the one that changed. */
const READ_AGAIN: Readonly<
  Record<string, { readonly all: readonly Operation[]; readonly one: Readonly<Record<string, string>> }>
> = {
  handoffs: {
    all: ["listHandoffs", "readCensus", "routingLedger", "listIssues", "readIssue"],
    one: { readHandoff: "handoff" },
  },
  conversations: { all: ["listConversations", "readCensus"], one: { readConversation: "conversation" } },
  issues: { all: ["listIssues"], one: { readIssue: "issue" } },
};

/** Many changes come together. */
const GATHER_MS = 500;
const AGAIN_MS = 3_000;

/** Listens for the environment until the returned function is called. */
export function listen(environment: string): () => void {
  const stopping = new AbortController();
  const name = `baton.live.${environment}`;
  const channel = new BroadcastChannel(name);
  const take = gatherer();
  channel.addEventListener("message", ({ data }: MessageEvent<News>) => take(data));
  const lead = (): Promise<void> =>
    follow(environment, stopping.signal, (news) => {
      take(news);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
      channel.postMessage(news);
    });
  // Locks are for pages over https or on this machine; elsewhere each tab listens for itself.
  const { locks } = navigator as { readonly locks?: LockManager };
  const leading = locks === undefined ? lead() : locks.request(name, { signal: stopping.signal }, lead);
  leading.catch(() => {});
  return () => {
    stopping.abort();
    channel.close();
  };
}

/** Reads the stream, again and again, each time from where the last one ended; gives up when it is not let in. */
async function follow(environment: string, signal: AbortSignal, tell: (news: News) => void): Promise<void> {
  let last: string | null = null;
  while (!signal.aborted) {
    const { address, headers } = addressed("listenToEvents", { path: {}, query: { environment } });
    const mark: Readonly<Record<string, string>> = last === null ? {} : { "last-event-id": last };
    const asked = { signal, headers: { ...headers, ...mark } };
    const response: Response | null = await fetch(address, asked).catch(() => null);
    if (response !== null && response.status >= 400 && response.status < 500) {
      // Who is not let in any more shall see that at once.
      if (response.status === 401) void queryClient.invalidateQueries();
      return;
    }
    if (response?.ok === true) last = (await readEvents(response, tell)) ?? last;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** Tells every event of the answer, and returns the mark of the last one. */
async function readEvents(response: Response, tell: (news: News) => void): Promise<string | null> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let last: string | null = null;
  let rest = "";
  for (;;) {
    const piece = await reader?.read().catch(() => null);
    if (piece == null || piece.done) return last;
    const events = `${rest}${piece.value}`.split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const lines = event.split("\n");
      last = lines.find((line) => line.startsWith("id: "))?.slice(4) ?? last;
      const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
      if (data !== undefined) tell(JSON.parse(data) as News);
    }
  }
}

function gatherer(): (news: News) => void {
  const gathered: News[] = [];
  return (news) => {
    gathered.push(news);
    if (gathered.length === 1) setTimeout(() => readAgain(gathered.splice(0)), GATHER_MS);
  };
}

function readAgain(news: readonly News[]): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey: [operation, path] }) =>
      news.some((one) => concerns(one, String(operation), path)),
  });
}

function concerns({ topic, id }: News, operation: string, path: unknown): boolean {
  if (topic === "everything") return true;
  const { all = [], one = {} } = READ_AGAIN[topic] ?? {};
  const name = one[operation];
  if (name !== undefined) return (path as Readonly<Record<string, unknown>>)[name] === id;
  return all.some((listed) => listed === operation);
}
