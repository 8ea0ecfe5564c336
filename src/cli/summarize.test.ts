import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { summarizeCommand } from "./summarize.ts";
import type { Terminal } from "./terminal.ts";

async function run(input: string, ...args: readonly string[]) {
  const seen = { out: [] as string[], err: [] as string[], code: 0 };
  const terminal: Terminal = {
    out: (text) => seen.out.push(text),
    err: (text) => seen.err.push(text),
    stdin: Readable.from([input]),
    interactive: false,
    clock: () => Date.UTC(2026, 10, 23),
    env: {},
    exit: (code) => {
      seen.code = code;
    },
  };
  await summarizeCommand(terminal).parseAsync(args, { from: "user" });
  return seen;
}

test("each line becomes three sentences whose cites are slices of its turns", async () => {
  const turns = [
    { role: "customer", text: "Hi! We need SSO for 300 people. What does the enterprise plan cost?" },
    { role: "agent", text: "I have sent you a quote." },
  ];
  const { out, err, code } = await run(
    `${JSON.stringify({ id: "a", turns })}\n${JSON.stringify({ id: 7, text: "help" })}\n`,
    "-",
  );
  expect(code).toBe(0);
  expect(err).toEqual(["2 summarized, 0 bad lines"]);
  const [first, second] = out.map(
    (line) =>
      JSON.parse(line) as {
        id: string | number;
        sentences: { text: string; cites: { turn: number; start: number; end: number }[] }[];
      },
  );
  expect([first?.id, second?.id, second?.sentences.length]).toEqual(["a", 7, 3]);
  expect(first?.sentences.length).toBe(3);
  const slices = first?.sentences.map(({ cites }) =>
    cites.map(({ turn, start, end }) => turns[turn]?.text.slice(start, end)),
  );
  expect(slices).toEqual([
    ["We need SSO for 300 people. What does the enterprise plan cost?"],
    ["I have sent you a quote."],
    ["I have sent you a quote."],
  ]);
});

test("a bad line is named by number, and the rest goes on", async () => {
  const { out, err, code } = await run(
    '{"id": 1, "text": "We want a demo"}\nnonsense\n{"id": 3, "text": "x"}\n',
    "-",
  );
  expect([out.length, code]).toEqual([2, 1]);
  expect(err).toEqual(["-:2: is no JSON: every line holds one object", "2 summarized, 1 bad lines"]);
});
