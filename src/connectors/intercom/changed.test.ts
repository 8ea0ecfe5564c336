import { describe, expect, test } from "vitest";
import type { Answer } from "../http/local-server.ts";
import { connect, failureOf, workspace } from "./little-workspace.ts";

/** Answers every search for conversations so. */
const listing = (json: object) =>
  workspace((request): Answer | null => (request.path.startsWith("/conversations/search") ? { json } : null));

describe("conversations that changed", () => {
  test("come page by page, with the time of their change", async () => {
    await using server = await listing({
      type: "conversation.list",
      conversations: [
        { id: "1", updated_at: 1_790_000_000 },
        { id: 2, updated_at: 1_790_000_100 },
        { id: "3", updated_at: null },
      ],
      pages: { type: "pages", next: { per_page: 150, starting_after: "next page" } },
    });
    expect(await connect(server).changedSince(1_790_000_000_900, "this page")).toEqual({
      listed: [
        { conversation: "1", updatedAt: 1_790_000_000_000 },
        { conversation: "2", updatedAt: 1_790_000_100_000 },
      ],
      next: "next page",
    });
    expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({
      query: { field: "updated_at", operator: ">", value: "1790000000" },
      pagination: { per_page: 150, starting_after: "this page" },
    });
  });

  test("end where no page follows", async () => {
    await using server = await listing({ conversations: [], pages: { next: null } });
    expect(await connect(server).changedSince(0, null)).toEqual({ listed: [], next: null });
    expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({ pagination: { per_page: 150 } });
  });

  test("in an odd body are worth another try", async () => {
    await using server = await listing({ conversations: [{}] });
    expect((await failureOf(connect(server).changedSince(0, null))).name).toBe("RetryableFailure");
  });
});
