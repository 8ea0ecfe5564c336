/** Screens are told what changes: from what the database holds, to whom it is open, for as long as it is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Scope, SCOPES } from "../../src/access/scopes.ts";
import { createToken, endToken } from "../../src/access/tokens.ts";
import { openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

const DAY_MS = 86_400_000;
let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    environments: [
      { name: "production", mode: "live" },
      { name: "sandbox", mode: "shadow" },
    ],
    settleMs: 200,
  });
});
afterAll(() => house.close());

interface Told {
  readonly mark: string;
  readonly topic: string;
  readonly id: string;
}

interface Listening {
  readonly token: string;
  readonly response: Response;
  readonly told: Told[];
  /** Everything that came, comments too. */
  readonly text: () => string;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  readonly stop: () => void;
}

async function listen(
  scopes: readonly Scope[],
  { environment = "production", last }: { readonly environment?: string; readonly last?: string } = {},
): Promise<Listening> {
  const request = {
    holder: "screen",
    scopes,
    environments: [environment],
    lifeMs: DAY_MS,
    createdBy: "the test",
  };
  const { token, id } = await createToken(house.database.db, request, house.now());
  const stopping = new AbortController();
  const response = await fetch(`${house.service.url}/api/v1/events?environment=production`, {
    signal: stopping.signal,
    headers: { authorization: `Bearer ${token}`, ...(last !== undefined && { "last-event-id": last }) },
  });
  const told: Told[] = [];
  let text = "";
  const read = async (): Promise<void> => {
    if (!response.ok || response.body === null) return;
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      told.splice(0);
      for (const [, mark = "", data = ""] of text.matchAll(/id: (\S+)\ndata: (.+)\n\n/g))
        told.push({ mark, ...(JSON.parse(data) as { topic: string; id: string }) });
    }
  };
  const ended = read().catch(() => {});
  return { token: id, response, told, text: () => text, ended, stop: () => stopping.abort() };
}

const hears = (listening: Listening, topic: string, id: string): Promise<void> =>
  expect
    .poll(() => listening.told.some((one) => one.topic === topic && one.id.includes(id)), { timeout: 20_000 })
    .toBe(true);

test("a conversation and its handoff are told as they change, each by the mark from which to go on", async () => {
  const screen = await listen(SCOPES);
  expect(screen.response.headers.get("content-type")).toContain("text/event-stream");
  expect(screen.response.headers.get("x-accel-buffering")).toBe("no");
  const { conversation } = await writes(house, { who: "ada", text: WORDS.buying });
  await hears(screen, "conversations", conversation);
  await hears(screen, "handoffs", `handoff:production:${conversation}:`);
  expect(screen.told.every(({ id }) => !id.includes("sandbox"))).toBe(true);
  const marks = screen.told.map(({ mark }) => Number(mark));
  expect(marks).toEqual(marks.toSorted((a, b) => a - b));
  screen.stop();

  const meanwhile = await writes(house, { who: "ben", text: WORDS.idle });
  const again = await listen(SCOPES, { last: String(marks.at(-1)) });
  await hears(again, "conversations", meanwhile.conversation);
  again.stop();
});

test("who was away for long is told that anything may have changed", async () => {
  const screen = await listen(SCOPES, { last: "1" });
  await hears(screen, "everything", "*");
  expect(screen.told[0]?.topic).toBe("everything");
  screen.stop();
});

test("topics are told by scope, and nothing of another environment", async () => {
  const viewer = await listen(["handoffs:read"]);
  const { conversation } = await writes(house, { who: "cid", text: WORDS.buying });
  await hears(viewer, "handoffs", conversation);
  expect(new Set(viewer.told.map(({ topic }) => topic))).toEqual(new Set(["handoffs"]));
  viewer.stop();
  expect((await listen(SCOPES, { environment: "sandbox" })).response.status).toBe(404);
});

test("the stream shows that it lives, and ends soon after its token", async () => {
  const screen = await listen(SCOPES);
  await expect.poll(screen.text, { timeout: 20_000 }).toContain(": still here");
  await endToken(house.database.db, screen.token, "the test", house.now());
  await screen.ended;
  expect(screen.response.ok).toBe(true);
});

test("a server that stops waits for nobody who listens", async () => {
  const screen = await listen(SCOPES);
  await house.restart(0);
  await screen.ended;
  expect(screen.response.ok).toBe(true);
});
