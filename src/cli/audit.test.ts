import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditCommand, type AuditDeps } from "./audit.ts";
import { formOf } from "./audit-input.ts";
import { namedColumns, placesOf } from "./csv-items.ts";

const NOW = Date.UTC(2026, 0, 15, 12);

let folder = "";
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-audit-"));
});
afterAll(() => rm(folder, { recursive: true }));

const NOTHING_CONNECTED: AuditDeps = {
  // What Intercom's API writes is read by its connector; here it is told by its type.
  fromIntercom: () => null,
  livePlace: () => Promise.reject(new Error("nothing is connected")),
  untilStopped: () => new Promise(() => {}),
};

async function audit(input: string, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  let code = 0;
  const command = auditCommand(
    {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      // Small pieces: what is read must not depend on where a chunk ends.
      stdin: Readable.from(
        Buffer.from(input)
          .toString("latin1")
          .match(/[^]{1,7}/g) ?? [],
      ).map((part: string) => Buffer.from(part, "latin1")),
      interactive: false,
      clock: () => NOW,
      env: {},
      exit: (given) => {
        code = given;
      },
    },
    NOTHING_CONNECTED,
  );
  await command.parseAsync(["-", ...args], { from: "user" });
  return { out, err, code };
}

const asks = "Pricing for enterprise please, we are 400 people and need SAML and SCIM";
const row = (id: string, ...turns: readonly object[]) => ({
  id,
  turns: [{ role: "customer", text: asks, at: "2026-01-02T10:00:00Z" }, ...turns],
});
const answer = { role: "agent", text: "Hello!", at: "2026-01-02T10:20:00Z" };
const plain = { id: "4", text: "my password does not work" };
const rows = [row("1", answer), row("2"), row("3", { ...answer, at: "2026-01-09T10:00:00Z" }), plain];
const EXPECTED = { qualified: 3, "below threshold": 1 };

async function reportOf(input: string, ...args: string[]) {
  const { out, code } = await audit(input, "--json", ...args);
  expect(out.length).toBe(1);
  return { code, report: JSON.parse(out[0] ?? "") };
}

describe("baton audit", () => {
  test.for([
    ["lines", rows.map((one) => JSON.stringify(one)).join("\n")],
    ["a list", JSON.stringify(rows)],
    ["a list over many lines", JSON.stringify(rows, null, 2)],
    [
      "pages",
      rows.map((one) => JSON.stringify({ type: "list", pages: { next: {} }, data: [one] })).join("\n"),
    ],
    ["a page over many lines", JSON.stringify({ total_count: 4, conversations: rows }, null, 1)],
  ] as const)("reads %s", async ([, input]) => {
    const { code, report } = await reportOf(input);
    expect(code).toBe(0);
    expect(report.census).toMatchObject({ in: 4, buckets: EXPECTED });
    expect(report.leakage.fates).toMatchObject({ "in time": 1, late: 1, "no answer": 1 });
  });

  test("reads a table of messages, and finds the columns by their heads", async () => {
    const table = [
      "Conversation ID;Author type;Message body;Created at;User email",
      `1;user;"${asks}";2026-01-02T10:00:00Z;ana@acme.example`,
      "1;admin;Hello!;2026-01-02T10:20:00Z;",
      `2;lead;"${asks}";2026-01-02T10:00:00Z;bo@acme.example`,
      "3;user;thanks;;",
    ].join("\r\n");
    const { report } = await reportOf(table);
    expect(report.census).toMatchObject({ in: 3, buckets: { qualified: 2, "below threshold": 1 } });
    expect(report.leakage.fates).toMatchObject({ "in time": 1, "no answer": 1 });
  });

  test("reads a table of conversations whose columns are named, without ids", async () => {
    const table = `what,who,company,company size\n"${asks}",Ana,Acme,"1,200"\nthanks,Bo,,many\n`;
    const { report } = await reportOf(table, "--columns", "text=what,name=who");
    expect(report.census).toMatchObject({ in: 2, buckets: { qualified: 1, "below threshold": 1 } });
  });

  test("counts what it cannot read and what it has seen, names the lines, and ends with 1", async () => {
    const lines = [
      JSON.stringify(row("1")),
      "{oops",
      '{"id": 5}',
      JSON.stringify(row("1")),
      JSON.stringify(plain),
    ];
    const { out, err, code } = await audit(lines.join("\n"), "--json");
    const { census } = JSON.parse(out[0] ?? "");
    expect(code).toBe(1);
    expect(err).toEqual([
      "-:2: is no JSON: every line holds one object",
      '-:3: needs "text", or "turns" with role and text',
    ]);
    expect(census).toMatchObject({ in: 5, buckets: { qualified: 1, unreadable: 2, "seen before": 1 } });
    expect(Object.values<number>(census.buckets).reduce((sum, n) => sum + n)).toBe(5);
  });

  test("tells the first faults one by one and counts the others", async () => {
    const { err } = await audit([JSON.stringify(plain), ...Array.from({ length: 25 }, () => "x")].join("\n"));
    expect(err.length).toBe(21);
    expect(err.at(-1)).toContain("5 more places");
  });

  test("sees a list that was cut off", async () => {
    const whole = JSON.stringify(rows);
    const within = await audit(whole.slice(0, whole.length - 20), "--json");
    expect(within.err).toEqual(["-:1: is cut off: the file ends within it"]);
    const between = await audit(whole.slice(0, -1), "--json");
    expect(between.err).toEqual(["-:1: the file ends before its list does: it may have been cut off"]);
  });

  test("says what it found in words, and writes a page", async () => {
    const page = file("report.html");
    const { out, err } = await audit(
      rows.map((one) => JSON.stringify(one)).join("\n"),
      "--report",
      page,
      "--deal-size",
      "9,000-15,000",
      "--close-rate",
      "10-20%",
      "--currency",
      "EUR",
    );
    expect(out.join("\n")).toContain("3 of 4 conversations over 7 days would have qualified; leaked: 2 of 3");
    expect(out.join("\n")).toMatch(/Expected bookings that did not come: 3,600 EUR \(\d+ to [\d,]+\)/);
    expect(err).toEqual([`the report stands in ${page}; open it in a browser to print it`]);
    expect(await readFile(page, "utf8")).toContain("<h1>Leakage audit</h1>");
  });

  test("says so where nothing qualifies or nothing is known", async () => {
    expect((await audit(JSON.stringify(plain))).out.join("\n")).toContain("leaked: not known");
  });

  test.for([
    ["an empty file", "", [], "holds no conversation"],
    ["a table without words", "id,mood\n1,good", [], "no column holds what people wrote (columns: id, mood)"],
    ["a column that is not there", "id,mood\n1,good", ["--columns", "text=words"], "there is no such column"],
    ["a column of another kind", "a", ["--columns", "colour=x"], "write what=head"],
    ["no time", "a", ["--within", "soon"], "write a time"],
    ["no money", "a", ["--deal-size", "much"], "write a number"],
    ["a range the wrong way round", "a", ["--deal-size", "9-3"], "from low to high"],
    ["more than all", "a", ["--close-rate", "120%"], "no more than 100 %"],
  ] as const)("refuses %s", async ([, input, args, words]) => {
    await expect(audit(input, ...args)).rejects.toThrow(words);
  });

  test("refuses a page that cannot be written", async () => {
    await expect(audit(JSON.stringify(plain), "--report", file("no/such.html"))).rejects.toThrow(
      "cannot be written",
    );
  });

  test("reads a file with its progress", async () => {
    await writeFile(file("rows.jsonl"), rows.map((one) => JSON.stringify(one)).join("\n"));
    const err: string[] = [];
    const command = auditCommand(
      {
        out: () => undefined,
        err: (text) => err.push(text),
        stdin: Readable.from([]),
        interactive: true,
        clock: () => NOW,
        env: {},
        exit: () => undefined,
      },
      NOTHING_CONNECTED,
    );
    await command.parseAsync([file("rows.jsonl")], { from: "user" });
    expect(err[0]).toContain("of 1 KB");
  });
});

test("the form of a file is told by its beginning", () => {
  expect(formOf('\uFEFF [{"id"')).toEqual({ kind: "document" });
  expect(formOf('{"id": 1}\n{"id"')).toEqual({ kind: "lines" });
  expect(formOf('{"id": "a long line that goes on')).toEqual({ kind: "lines" });
  expect(formOf('{"type":"conversation.list","conversations":[{"id')).toEqual({ kind: "document" });
  expect(formOf('{\n  "conversations": [')).toEqual({ kind: "document" });
  expect(formOf('oops\n{"id": 1}')).toEqual({ kind: "lines" });
  expect(formOf("id\ttext\n1\thello, you")).toEqual({ kind: "table", delimiter: "\t" });
});

test("a head that is named goes before one that is guessed", () => {
  expect(placesOf(["Body", "text", "ID"], namedColumns("text=Body"))).toEqual({ text: "Body", id: "ID" });
});
