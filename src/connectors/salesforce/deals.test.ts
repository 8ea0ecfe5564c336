import { describe, expect, test } from "vitest";
import { cutBody, type Answer, type SeenRequest } from "../http/local-server.ts";
import { connect, error, failureOf, org, records } from "./little-org.ts";

const STAGES = records(
  { MasterLabel: "Qualification", IsClosed: false, IsWon: false },
  { MasterLabel: "Closed Won", IsClosed: true, IsWon: true },
);
const history = (Id: string, StageName: string, CreatedDate: string, more: object = {}) => ({
  Id,
  StageName,
  Amount: 9,
  CreatedDate,
  CreatedBy: { Name: "Ola" },
  ...more,
});
const DEAL = {
  Id: "006000000000001AAA",
  Name: "Acme",
  OpportunityContactRoles: records(
    { Contact: { Email: "Ana@Acme.example" } },
    { Contact: { Email: "ana@acme.example" } },
    { Contact: { Email: null } },
    { Contact: null },
  ),
  OpportunityHistories: records(
    history("0081", "Qualification", "2026-11-01T10:00:00.000+0000"),
    history("0082", "Qualification", "2026-11-02T10:00:00.000+0000", { Amount: 10 }),
    history("0083", "Closed Won", "2026-11-03T10:00:00.000+0000", { CreatedBy: null }),
    history("0084", "Parked", "2026-11-04T10:00:00.000+0000", { Amount: null }),
  ),
};
const COVERED = "2026-11-27T10:00:00.000+0000";

/** Answers by what is asked; `change` first. */
function answering(change: (request: SeenRequest, query: string) => Answer | null = () => null) {
  return org((request) => {
    const query = request.query.get("q") ?? "";
    const changed = change(request, query);
    if (changed !== null) return changed;
    if (request.path.includes("/updated/")) return { json: { ids: [DEAL.Id], latestDateCovered: COVERED } };
    return { json: query.includes("OpportunityStage") ? STAGES : records(DEAL) };
  });
}

const queriesOf = (seen: readonly SeenRequest[]): readonly string[] =>
  seen.flatMap(({ query }) => query.get("q") ?? []);

describe("the feed of deals", () => {
  test("a deal comes with every stage in between and with its people, each once", async () => {
    await using server = await answering();
    const { coveredUntil, deals } = await connect(server).changedDeals(Date.now() - 60_000);
    expect(coveredUntil).toBe(Date.parse("2026-11-27T10:00:00Z"));
    expect(deals).toEqual([
      {
        id: DEAL.Id,
        name: "Acme",
        emails: ["ana@acme.example"],
        changes: [
          {
            id: "0081",
            stage: "Qualification",
            isClosed: false,
            isWon: false,
            amount: 9,
            at: Date.UTC(2026, 10, 1, 10),
            by: "Ola",
          },
          {
            id: "0083",
            stage: "Closed Won",
            isClosed: true,
            isWon: true,
            amount: 9,
            at: Date.UTC(2026, 10, 3, 10),
            by: null,
          },
          {
            id: "0084",
            stage: "Parked",
            isClosed: false,
            isWon: false,
            amount: null,
            at: Date.UTC(2026, 10, 4, 10),
            by: "Ola",
          },
        ],
      },
    ]);
  });

  test("the last ten minutes are asked for again, and what only `updated` names is read by id", async () => {
    await using server = await answering((_, query) =>
      query.includes("SystemModstamp >=") ? { json: records() } : null,
    );
    const { deals } = await connect(server).changedDeals(Date.now() - 3_600_000);
    expect(deals.map(({ id }) => id)).toEqual([DEAL.Id]);
    expect(queriesOf(server.seen)[1]).toContain(`Id IN ('${DEAL.Id}')`);
  });

  test("stages are asked for once for many looks", async () => {
    await using server = await answering();
    const connection = connect(server);
    await connection.changedDeals(Date.now());
    await connection.changedDeals(Date.now());
    expect(queriesOf(server.seen).filter((query) => query.includes("OpportunityStage")).length).toBe(1);
  });

  test("after a month without a look the query alone says what changed", async () => {
    await using server = await answering();
    const { deals } = await connect(server).changedDeals(Date.now() - 40 * 86_400_000);
    expect(deals.length).toBe(1);
    expect(server.seen.some(({ path }) => path.includes("/updated/"))).toBe(false);
  });

  test.for<readonly [string, Answer]>([
    ["503", { status: 503, json: error("SERVER_UNAVAILABLE") }],
    ["a spent day", { status: 403, json: error("REQUEST_LIMIT_EXCEEDED") }],
    ["a cut body", cutBody],
    ["an odd body", { json: { ids: "none" } }],
    ["an odd time", { json: { ids: [], latestDateCovered: "soon" } }],
  ])("%s of `updated` is worth another try", async ([, answer]) => {
    await using server = await answering(({ path }) => (path.includes("/updated/") ? answer : null));
    const failure = await failureOf(connect(server).changedDeals(Date.now()));
    expect(failure.name).toBe("RetryableFailure");
  });

  test("an org that hides Opportunities is told as it is", async () => {
    await using server = await answering(() => ({
      status: 400,
      json: error("INVALID_TYPE", "sObject type 'Opportunity' is not supported"),
    }));
    const failure = await failureOf(connect(server).changedDeals(Date.now()));
    expect(failure.name).toBe("PermanentFailure");
  });
});
