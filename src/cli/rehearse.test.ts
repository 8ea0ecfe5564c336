import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { rehearseCommand } from "./rehearse.ts";
import type { Terminal } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-rehearse-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function faultOf(...args: string[]): Promise<string> {
  const said: string[] = [];
  const terminal: Terminal = {
    out: (text) => void said.push(text),
    err: (text) => void said.push(text),
    stdin: Readable.from([]),
    interactive: false,
    clock: () => Date.UTC(2026, 2, 10, 12),
    env: {},
    exit: () => {},
  };
  const command = rehearseCommand(terminal, {
    entry: "",
    node: "",
    untilStopped: () => new Promise(() => {}),
  })
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    await command.parseAsync(args, { from: "user" });
    return "no fault";
  } catch (error) {
    return [...said, error instanceof Error ? error.message : String(error)].join("\n");
  }
}

const report = ["--report", join(folder, "report.json")];

describe("bad input is named before anything starts", () => {
  test.for<[string, string[], RegExp]>([
    ["no report", [], /required option '--report <file>'/],
    [
      "nothing to replay",
      report,
      /there is nothing to replay; name --conversations FILE, --demo N, --recipes N, or several/,
    ],
    [
      "a file that is not there",
      ["--conversations", join(folder, "no.jsonl"), ...report],
      /no\.jsonl: cannot be read \(no such file\)/,
    ],
    [
      "a file without a single conversation",
      ["--conversations", file("bad.jsonl", "nothing\n"), ...report],
      /bad\.jsonl:1: is no JSON.*\n.*nothing to replay/,
    ],
    [
      "a report nowhere",
      ["--demo", "1", "--report", join(folder, "no", "r.json")],
      /--report .*r\.json: cannot be written/,
    ],
    [
      "a faulty policy",
      ["--demo", "1", "--policy", file("p.yaml", "format: baton/policy@9\n"), ...report],
      /p\.yaml has faults:/,
    ],
    [
      "a share beyond all",
      ["--demo", "1", "--faults", "mixed:2", ...report],
      /write a share from 0 to 1 after "mixed:"/,
    ],
    [
      "a plan that is not there",
      ["--demo", "1", "--faults", join(folder, "no.json"), ...report],
      /--faults .*no\.json: cannot be read/,
    ],
    [
      "a plan that is no JSON",
      ["--demo", "1", "--faults", file("f.json", "{"), ...report],
      /--faults .*f\.json: is no JSON/,
    ],
    [
      "a plan of another shape",
      [
        "--demo",
        "1",
        "--faults",
        file("g.json", '{"slack":{"rules":[{"then":{"kind":"explode"}}]}}'),
        ...report,
      ],
      /--faults .*g\.json: fault plan: slack\.rules/,
    ],
    [
      "kills that are no number",
      ["--demo", "1", "--kills", "many", ...report],
      /write a whole number from 0/,
    ],
    ["no worker", ["--demo", "1", "--workers", "0", ...report], /write a whole number from 1 to 99/],
    ["no span", ["--demo", "1", "--hours-as", "soon", ...report], /write a span as in "1s" or "250ms"/],
    ["no rate", ["--demo", "1", "--rate", "0", ...report], /write a number above 0/],
  ])("%s", async ([, args, message]) => {
    expect(await faultOf(...args)).toMatch(message);
  });

  test("and an earlier report stays as it was", async () => {
    const earlier = file("earlier.json", '{"lost":0}');
    expect(await faultOf("--conversations", join(folder, "absent"), "--report", earlier)).toMatch(
      /no such file/,
    );
    expect(readFileSync(earlier, "utf8")).toBe('{"lost":0}');
  });
});
