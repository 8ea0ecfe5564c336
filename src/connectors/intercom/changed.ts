/** Conversations by the time of their last change, for the sweep, and by the time at which they began, for the audit. */
import type { IntercomClient } from "intercom-client";
import type { PastTalks } from "../../insights/audit/live.ts";
import type { ConversationList } from "../../intake/conversation-list.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { parsed } from "./answers.ts";
import * as schema from "./schema.ts";

/** The most that a page holds. */
const CONVERSATIONS_A_PAGE = 150;

/** By the time of their last change, each with it. */
export async function conversationsChanged(
  sdk: () => Promise<IntercomClient>,
  apiUrl: string,
  since: EpochMs,
  after: string | null,
): ReturnType<ConversationList["changedSince"]> {
  const { conversations, pages: next } = await searched({ sdk, apiUrl, field: "updated_at", since, after });
  const listed = conversations.flatMap(({ id: conversation, updated_at: updatedAt }) =>
    updatedAt === null ? [] : [{ conversation, updatedAt }],
  );
  return { listed, next };
}

/** By the time at which they began. */
export async function conversationsCreated(
  sdk: () => Promise<IntercomClient>,
  apiUrl: string,
  since: EpochMs,
  after: string | null,
): ReturnType<PastTalks["createdSince"]> {
  const page = await searched({ sdk, apiUrl, field: "created_at", since, after });
  const ids = page.conversations.map(({ id }) => id);
  return { conversations: ids, next: page.pages, total: page.total_count ?? null };
}

interface Search {
  readonly sdk: () => Promise<IntercomClient>;
  readonly apiUrl: string;
  readonly field: "created_at" | "updated_at";
  readonly since: EpochMs;
  readonly after: string | null;
}

/** Searches with `>`, which Intercom's conversation search reads as "or equal"; whole seconds. */
async function searched({ sdk, apiUrl, field, since, after }: Search): Promise<schema.ConversationPage> {
  const api = await sdk();
  const { response } = await api.conversations.search({
    query: { field, operator: ">", value: String(Math.floor(since / 1_000)) },
    pagination: { per_page: CONVERSATIONS_A_PAGE, ...(after !== null && { starting_after: after }) },
  });
  return parsed(schema.ConversationPage, response, "POST", `${apiUrl}/conversations/search`);
}
