/** `baton issues`, `pause`, `resume` and `pauses`: what the operator reads and types from a failure to its end. */
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { issuesCommand } from "../../src/cli/issues.ts";
import { pauseCommand, pausesCommand, resumeCommand } from "../../src/cli/pauses.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { openVault } from "../../src/vault/vault.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ settleMs: 200 });
});
beforeEach(() => clearFaults(house));
afterAll(() => house.close());

const COMMANDS = { issues: issuesCommand, pause: pauseCommand, resume: resumeCommand, pauses: pausesCommand };

/** What the command prints; rejects with the one line that it would end with. */
async function baton(name: keyof typeof COMMANDS, ...words: readonly string[]): Promise<string> {
  const out: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: () => undefined,
    stdin: Readable.from([""]),
    interactive: false,
    clock: house.now,
    env: {},
    exit: () => undefined,
  };
  const { db, url } = house.database;
  const vault = openVault({ key: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" });
  const openStore = async () => ({ db, url, vault, close: async () => undefined });
  const command = COMMANDS[name]({ terminal, openStore, user: "nora" });
  for (const one of [command, ...command.commands])
    one.exitOverride().configureOutput({ writeErr: () => {} });
  await command.parseAsync([...words], { from: "user" });
  return out.join("\n");
}

describe("an alert to an archived channel", () => {
  let id = "";
  let key = "";

  test("is no issue before it happens, and the list says so", async () => {
    expect(await baton("issues")).toBe("no issue is open; `baton issues --all` lists those that are over");
    expect(await baton("issues", "list", "--json")).toBe("[]");
  });

  test("is listed, and shown with its cause, what was done, what was not, and the next step", async () => {
    const refused = { kind: "status", status: 200, body: { ok: false, error: "is_archived" } } as const;
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", refused)] });
    const { conversation } = await writes(house, { who: "ada", text: WORDS.buying });
    const handoff = await handoffOf(house, conversation);
    key = handoff.effects.find(({ kind }) => kind === "notify")?.key ?? "";
    const [issue] = JSON.parse(await baton("issues", "list", "--json")) as { readonly id: string }[];
    id = issue?.id ?? "";
    expect(await baton("issues", "list", "--environment", "production")).toMatch(
      new RegExp(`${id} +open +production +slack +is_archived +1 +1 `),
    );
    const shown = await baton("issues", "show", id);
    for (const line of [
      `${id}  open`,
      "where     Slack, production",
      "cause     is_archived: Slack refused chat.postMessage: is_archived. The channel is archived: name another in the policy.",
      "affected  1, 1 of them still; 1 handoffs",
      `next      Correct the cause in Slack or in the policy, then \`baton issues retry ${id}\`; \`baton issues skip ${id} --reason TEXT\` lets it be.`,
      `effect:${key}  open`,
      `  handoff ${handoff.id}, conversation ${conversation}`,
      "  done: the records in Salesforce; not done: the message to a person",
    ])
      expect(shown.split("\n")).toContain(line);
    expect(JSON.parse(await baton("issues", "show", id, "--json"))).toMatchObject({
      id,
      next: expect.stringContaining("baton issues retry") as unknown,
      things: [{ subject: `effect:${key}` }],
    });
  });

  test("is tried again once, however often it is asked for, and is over then", async () => {
    expect(await baton("issues", "retry", id)).toBe("1 tried again");
    expect(await baton("issues", "retry", id)).toBe("nothing of it is open");
    await house.settle();
    expect(await baton("issues")).toContain("no issue is open");
    expect(await baton("issues", "list", "--all")).toMatch(new RegExp(`${id} +resolved`));
    expect(await baton("issues", "show", id)).toContain(
      "Nothing: it is over, and opens again when it is seen again.",
    );
  });

  test("is skipped with a reason", async () => {
    const refused = { kind: "status", status: 200, body: { ok: false, error: "is_archived" } } as const;
    house.emulators.slack.faults.set({ rules: [faultOn("POST", "/api/chat.postMessage", refused)] });
    await writes(house, { who: "bob", text: WORDS.buying });
    await expect(baton("issues", "skip", id)).rejects.toThrow("--reason");
    expect(await baton("issues", "skip", id, "--reason", "told by phone")).toBe("1 skipped");
  });
});

test.for([
  [["show", "nothing"], "there is no issue nothing; `baton issues --all` lists them"],
  [["retry", "nothing"], "there is no issue nothing"],
  [["answer", "nothing", "--effect", "x"], "say one of --arrived and --again"],
  [["list", "--environment", "mars"], 'there is no environment "mars"; `baton environment list` names them'],
] as const)("issues %j ends with one line that says what to do", async ([words, line]) => {
  await expect(baton("issues", ...words)).rejects.toThrow(line);
});

test("a destination is paused, listed with what waits, and resumed", async () => {
  const where = ["--environment", "production"];
  expect(await baton("pauses")).toBe("nothing is paused");
  expect(await baton("pause", "slack", ...where, "--reason", "maintenance")).toMatch(
    /^slack of production {2}paused \S+Z by nora {2}0 runs wait {2}maintenance$/,
  );
  const { conversation } = await writes(house, { who: "cid", text: WORDS.buying });
  expect(await baton("pauses", ...where)).toContain("1 runs wait");
  expect(JSON.parse(await baton("pauses", "--json"))).toMatchObject([{ destination: "slack", waiting: 1 }]);
  expect(await baton("resume", "slack", ...where)).toBe(
    "slack of production is resumed; 1 runs that waited start now",
  );
  await house.settle();
  expect((await handoffOf(house, conversation)).status).toBe("done");
  expect(await baton("resume", "slack", ...where)).toBe("slack of production was not paused");
  expect(await baton("resume", "slack", ...where, "--json")).toBe("null");
});

test.for([
  [
    ["pause", "fax", "--environment", "production", "--reason", "x"],
    "Allowed choices are intercom, salesforce",
  ],
  [["pause", "slack", "--environment", "production"], "--reason"],
  [["pause", "slack", "--environment", "mars", "--reason", "x"], 'there is no environment "mars"'],
  [["resume", "slack", "--environment", "mars"], 'there is no environment "mars"'],
] as const)("%j is refused in one line", async ([[name, ...words], line]) => {
  await expect(baton(name, ...words)).rejects.toThrow(line);
});
