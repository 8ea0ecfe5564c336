import { expect, test } from "vitest";
import { csvLine, csvOf, csvTime, pagesOf } from "./csv.ts";

test.for([
  [["a", 1, true, null], "a,1,true,\r\n"],
  [['say "hi", all'], '"say ""hi"", all"\r\n'],
  [["two\nlines"], '"two\nlines"\r\n'],
  [["=1+1", "+1", "-1", "@x"], "'=1+1,'+1,'-1,'@x\r\n"],
  [["\t=1", '\r=HYPERLINK("x")'], `'\t=1,"'\r=HYPERLINK(""x"")"\r\n`],
  [[-5], "-5\r\n"],
] as const)("%j is one line", ([cells, line]) => {
  expect(csvLine(cells)).toBe(line);
});

test("a time is written so that spreadsheets sort it", () => {
  expect([csvTime(0), csvTime(null)]).toEqual(["1970-01-01T00:00:00.000Z", null]);
});

test("pages are read until one is not full, each behind the last row of the one before", async () => {
  const asked: (number | null)[] = [];
  const read = async (after: number | null, limit: number): Promise<readonly number[]> => {
    asked.push(after);
    const from = (after ?? 0) + 1;
    return Array.from({ length: Math.min(limit, 1_001 - from) }, (_, i) => from + i);
  };
  const rows: string[] = [];
  const pages = (async function* () {
    for await (const page of pagesOf(read, new AbortController().signal)) yield page.map((n) => [n]);
  })();
  for await (const chunk of csvOf(["n"], pages)) rows.push(chunk);
  expect(asked).toEqual([null, 500, 1_000]);
  expect(rows.join("").split("\r\n")).toHaveLength(1_002);
});

test("nothing is read for somebody who has gone", async () => {
  for await (const _ of pagesOf(async () => [1], AbortSignal.abort())) expect.unreachable();
});
