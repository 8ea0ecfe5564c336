import { expect, test } from "vitest";
import { PermanentFailure } from "../../kernel/failure.ts";
import type { InboxName, Named } from "../../policy/names.ts";
import { inboxAnswers } from "./named.ts";

const NAMES: readonly Named<InboxName>[] = [
  { kind: "team", team: "sales", path: [], use: "acts" },
  { kind: "team", team: "Legal", path: [], use: "acts" },
  { kind: "tag", tag: "Trial", path: [], use: "reads" },
];

const refusal = (status: number) =>
  new PermanentFailure({ target: "intercom", code: "x", message: "refused", status });

test("teams and tags are known by name, without heed to case, and a list that may not be read says nothing", async () => {
  const list = async (what: string) => {
    if (what === "tags") throw refusal(403);
    return [{ id: "1", name: "Sales" }];
  };
  const answers = await inboxAnswers({ list }, NAMES);
  expect(answers.map(({ level, what }) => `${level}: ${what}`)).toEqual([
    'ok: Intercom has team "sales"',
    'missing: Intercom has no team "Legal"',
    'unknown: Intercom does not show whether it has tag "Trial"',
  ]);
});

test("nothing is asked for what nobody names, and another refusal is told", async () => {
  const list = async () => Promise.reject(refusal(401));
  expect(await inboxAnswers({ list }, [])).toEqual([]);
  await expect(inboxAnswers({ list }, NAMES)).rejects.toThrow("refused");
});
