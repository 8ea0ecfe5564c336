import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { UserError } from "../kernel/failure.ts";
import { slackCommand } from "./slack.ts";
import type { Terminal } from "./terminal.ts";

async function run(words: readonly string[], baseUrl: string | null = null) {
  const out: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: () => undefined,
    stdin: Readable.from([""]),
    interactive: false,
    clock: () => 0,
    env: {},
    exit: () => undefined,
  };
  const account = {
    check: async () => [{ level: "ok" as const, what: "signed in", fix: null }],
    close: () => {},
  };
  const deps = {
    connect: async () => account,
    manifest: async (url: string) => ({ settings: { interactivity: { request_url: url } } }),
    baseUrl: () => baseUrl,
  };
  await slackCommand(terminal, deps).parseAsync([...words], { from: "user" });
  return out.join("\n");
}

const urlIn = (manifest: unknown) =>
  (manifest as { settings: { interactivity: { request_url: string } } }).settings.interactivity.request_url;

describe("slack manifest", () => {
  test("is YAML with the address of this environment's presses", async () => {
    const text = await run(["manifest"], "https://baton.example.com");
    expect(urlIn(parse(text))).toBe("https://baton.example.com/webhooks/slack/production-slack");
  });

  test("is JSON when asked, for another environment and address", async () => {
    const words = [
      "manifest",
      "--json",
      "--environment",
      "eu",
      "--base-url",
      "https://eu.example.com/baton/",
    ];
    expect(urlIn(JSON.parse(await run(words, "https://baton.example.com")))).toBe(
      "https://eu.example.com/baton/webhooks/slack/eu-slack",
    );
  });

  test.for([
    [["manifest"], "give --base-url https://baton.example.com, or set BATON_BASE_URL"],
    [["manifest", "--base-url", "http://127.0.0.1:8080"], "is no https address"],
    [["manifest", "--base-url", "baton"], "is no https address"],
  ] as const)("%j says in one line what is missing", async ([words, line]) => {
    await expect(run(words)).rejects.toThrow(UserError);
    await expect(run(words)).rejects.toThrow(line);
  });
});

test("slack check prints a line for each finding", async () => {
  expect(await run(["check"])).toBe("ok       signed in");
});
