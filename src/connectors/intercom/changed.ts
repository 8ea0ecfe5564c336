/** Conversations by the time of their last change: for the sweep. */
import type { IntercomClient } from "intercom-client";
import type { ConversationList } from "../../intake/conversation-list.ts";
import type { EpochMs } from "../../kernel/time.ts";
import { parsed } from "./answers.ts";
import * as schema from "./schema.ts";

/** The most that a page holds. */
const CONVERSATIONS_A_PAGE = 150;

/** Searches with `>`, which Intercom's conversation search reads as "or equal"; whole seconds. */
export async function conversationsChanged(
  sdk: () => Promise<IntercomClient>,
  apiUrl: string,
  since: EpochMs,
  after: string | null,
): ReturnType<ConversationList["changedSince"]> {
  const api = await sdk();
  const { response } = await api.conversations.search({
    query: { field: "updated_at", operator: ">", value: String(Math.floor(since / 1_000)) },
    pagination: { per_page: CONVERSATIONS_A_PAGE, ...(after !== null && { starting_after: after }) },
  });
  const url = `${apiUrl}/conversations/search`;
  const { conversations, pages: next } = parsed(schema.ConversationPage, response, "POST", url);
  const listed = conversations.flatMap(({ id: conversation, updated_at: updatedAt }) =>
    updatedAt === null ? [] : [{ conversation, updatedAt }],
  );
  return { listed, next };
}
