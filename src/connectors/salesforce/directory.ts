/** People and queues of the org, read at connect time and every few minutes. */
import { z } from "zod";
import { PermanentFailure, RetryableFailure } from "../../kernel/failure.ts";
import type { CrmDirectory } from "../../handoff/ports.ts";
import { API_PATH, type SalesforceClient } from "./client.ts";
import { soql, type Soql } from "./soql.ts";

const Page = z.object({
  done: z.boolean(),
  nextRecordsUrl: z.string().startsWith("/services/data/").nullish(),
  records: z.array(z.unknown()),
});

const UserRow = z.object({
  Id: z.string(),
  Name: z.string(),
  Email: z.string().nullish(),
  IsActive: z.boolean(),
});
const QueueRow = z.object({
  QueueId: z.string(),
  Queue: z.object({ DeveloperName: z.string().nullish(), Name: z.string().nullish() }).nullish(),
  SobjectType: z.string(),
});

/** Every row of a query, page after page. Rows of another shape are a broken answer. */
export async function queryRows<T extends z.ZodType>(
  client: SalesforceClient,
  query: Soql,
  row: T,
): Promise<z.infer<T>[]> {
  const rows: z.infer<T>[] = [];
  let path: string | null = `${API_PATH}/query?q=${encodeURIComponent(query.text)}`;
  while (path !== null) {
    const page = Page.safeParse(await client.call({ method: "GET", path, effect: "read" }));
    const parsed = z.array(row).safeParse(page.data?.records);
    if (!page.success || !parsed.success) {
      const message = "Salesforce answered a query with rows of another shape than documented.";
      throw new RetryableFailure({ target: "salesforce", code: "odd_body", message }, "not-executed");
    }
    rows.push(...parsed.data);
    path = page.data.done ? null : (page.data.nextRecordsUrl ?? null);
  }
  return rows;
}

const MemberRow = z.object({ GroupId: z.string() });

/** Queues that have members, by id; null where Baton may not see who is in a group. Roles and groups are members, too. */
async function queuesWithMembers(client: SalesforceClient): Promise<ReadonlySet<string> | null> {
  try {
    const query = soql`SELECT GroupId FROM GroupMember WHERE Group.Type = ${"Queue"}`;
    return new Set((await queryRows(client, query, MemberRow)).map((row) => row.GroupId));
  } catch (error) {
    // A warning less is no reason to do without people and queues.
    const isRefused = error instanceof PermanentFailure && error.facts.isSignIn !== true;
    if (isRefused || (error instanceof RetryableFailure && error.facts.code === "odd_body")) return null;
    throw error;
  }
}

/**
 * Standard users with an e-mail address, and queues by their developer name with the objects they may own and whether
 * anybody is in them.
 */
export async function readDirectory(client: SalesforceClient): Promise<CrmDirectory> {
  const [users, queueRows, filled] = await Promise.all([
    queryRows(
      client,
      soql`SELECT Id, Name, Email, IsActive FROM User WHERE UserType = ${"Standard"} ORDER BY Id`,
      UserRow,
    ),
    queryRows(
      client,
      soql`SELECT QueueId, Queue.DeveloperName, Queue.Name, SobjectType FROM QueueSobject`,
      QueueRow,
    ),
    queuesWithMembers(client),
  ]);
  const queues = new Map<string, { id: string; name: string; objects: string[]; isEmpty?: true }>();
  for (const { QueueId: id, Queue, SobjectType } of queueRows) {
    const queue = queues.get(id) ?? {
      id,
      name: Queue?.DeveloperName ?? Queue?.Name ?? id,
      objects: [],
      ...(filled?.has(id) === false && { isEmpty: true }),
    };
    queue.objects.push(SobjectType);
    queues.set(id, queue);
  }
  return {
    users: users.flatMap(({ Id, Name, Email, IsActive }) =>
      typeof Email === "string" ? [{ id: Id, email: Email, name: Name, active: IsActive }] : [],
    ),
    queues: [...queues.values()],
  };
}
