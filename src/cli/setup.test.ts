import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { UserError } from "../kernel/failure.ts";
import { intercomCommand } from "./intercom.ts";
import type { ConnectionSource, Finding, OrgAccount } from "../accounts/account.ts";
import { salesforceCommand } from "./salesforce.ts";
import type { Terminal } from "./terminal.ts";

function terminalWith(stdin = ""): { terminal: Terminal; out: string[]; codes: number[] } {
  const out: string[] = [];
  const codes: number[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: () => undefined,
    stdin: Readable.from([stdin]),
    interactive: false,
    clock: () => 0,
    env: {},
    exit: (code) => void codes.push(code),
  };
  return { terminal, out, codes };
}

const READY: Finding[] = [
  { level: "ok", what: "Lead is ready", fix: null },
  { level: "warning", what: "Account.CSM__c is missing", fix: "Add the field." },
];
const NOT_READY: Finding[] = [...READY, { level: "missing", what: "Task is missing", fix: "Install it." }];

function org(findings: Finding[], problems: string[] = []) {
  const seen = { sources: [] as ConnectionSource[], closed: 0, checkOnly: [] as boolean[] };
  const setup: OrgAccount = {
    check: async () => findings,
    install: async ({ checkOnly }) => {
      seen.checkOnly.push(checkOnly);
      return { components: problems.length === 0 ? 24 : 0, problems };
    },
    close: () => void (seen.closed += 1),
  };
  const connect = async (source: ConnectionSource): Promise<OrgAccount> => {
    seen.sources.push(source);
    return setup;
  };
  return { seen, deps: { connect } };
}

describe("check", () => {
  test.for([
    ["a ready org", READY, [], 2],
    ["an org that lacks something", NOT_READY, [1], 3],
  ] as const)("%s", async ([, findings, exits, lines]) => {
    const { terminal, out, codes } = terminalWith();
    const { seen, deps } = org([...findings]);
    await salesforceCommand(terminal, deps).parseAsync(["check"], { from: "user" });
    expect(out).toHaveLength(lines);
    expect(out[1]).toBe("warning  Account.CSM__c is missing. Add the field.");
    expect(codes).toEqual(exits);
    expect(seen).toMatchObject({ closed: 1, sources: [{ kind: "environment", environment: "production" }] });
  });

  test.for([
    ["a warning", READY, [1]],
    ["nothing to warn of", READY.slice(0, 1), []],
  ] as const)("--strict ends with 1 on a warning: %s", async ([, findings, exits]) => {
    const { terminal, codes } = terminalWith();
    await salesforceCommand(terminal, org([...findings]).deps).parseAsync(["check", "--strict"], {
      from: "user",
    });
    expect(codes).toEqual(exits);
  });

  test("as JSON is one object", async () => {
    const { terminal, out } = terminalWith();
    await intercomCommand(terminal, org(NOT_READY).deps).parseAsync(
      ["check", "--json", "--environment", "sandbox"],
      { from: "user" },
    );
    expect(JSON.parse(out.join(""))).toEqual({ ready: false, findings: NOT_READY });
  });

  test("takes settings from standard input", async () => {
    const { terminal } = terminalWith('{"token":"t"}');
    const { seen, deps } = org(READY);
    await intercomCommand(terminal, deps).parseAsync(["check", "--settings", "-"], { from: "user" });
    expect(seen.sources).toEqual([{ kind: "settings", settings: { token: "t" } }]);
  });

  test.for([
    ["a file that is not there", "/nowhere/settings.json", "cannot be read"],
    ["settings that are no JSON", "-", "is no JSON"],
  ] as const)("%s is said in one line", async ([, file, words]) => {
    const { terminal } = terminalWith("oops");
    const run = salesforceCommand(terminal, org(READY).deps).parseAsync(["check", "--settings", file], {
      from: "user",
    });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(words);
  });
});

describe("install", () => {
  test.for([
    [
      ["install"],
      [],
      "24 components are deployed; assign the permission set Baton_Integration to the integration user",
      [],
    ],
    [["install", "--dry-run"], [], "24 components would be deployed", []],
    [["install"], ["Lead.X: no"], "refused  Lead.X: no", [1]],
    [
      ["install", "--json"],
      ["Lead.X: no"],
      '{"components":0,"problems":["Lead.X: no"],"checkOnly":false}',
      [1],
    ],
  ] as const)("%j with problems %j", async ([words, problems, line, exits]) => {
    const { terminal, out, codes } = terminalWith();
    const { seen, deps } = org(READY, [...problems]);
    await salesforceCommand(terminal, deps).parseAsync([...words], { from: "user" });
    expect(out).toEqual([line]);
    expect(codes).toEqual(exits);
    expect(seen).toMatchObject({ closed: 1, checkOnly: [words.some((word) => word === "--dry-run")] });
  });
});
