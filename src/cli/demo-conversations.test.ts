import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { demoConversations, demoFileLength, demoScoreRow } from "../../demo/conversations.ts";
import { rowSchema } from "../conversation/row.ts";
import { defaultPolicy } from "../policy/templates/saas-default.ts";
import { compile } from "../qualify/compile.ts";
import { scoreRow } from "./score.ts";

const now = Date.UTC(2026, 7, 5, 12);
const many = demoConversations({ count: 1_000, seed: 7, now });

describe("demo conversations", () => {
  test("the file holds about eighty, and as many as wanted are made of it", () => {
    expect(demoFileLength()).toBeGreaterThanOrEqual(80);
    expect(many).toHaveLength(1_000);
    expect(new Set(many.map(({ id }) => id)).size).toBe(1_000);
  });

  test("the same question gives the same conversations, another seed other people", () => {
    expect(demoConversations({ count: 200, seed: 7, now })).toEqual(many.slice(0, 200));
    const others = demoConversations({ count: 200, seed: 8, now });
    expect(others[199]?.contact.email).not.toBe(many[199]?.contact.email);
  });

  test("nobody stands in two conversations, and only colleagues share a company", () => {
    const emails = many.flatMap(({ contact }) => contact.email ?? []);
    expect(new Set(emails).size).toBe(emails.length);
    const domains = many
      .flatMap(({ company }) => company?.domain ?? [])
      .filter((domain) => domain !== "ourcompany.example");
    expect(new Set(domains).size).toBe(domains.length);
    expect(new Set(many.map(({ contact }) => contact.id)).size).toBe(many.length);
  });

  test("a repeat speaks of its own people: nobody of the original is left in it", () => {
    const originals = many.slice(0, demoFileLength());
    const repeats = many.slice(demoFileLength(), 2 * demoFileLength());
    const leftOver = originals.flatMap(({ contact, company }, position) => {
      const text = repeats[position]?.turns.map((turn) => turn.text).join("\n") ?? "";
      return [contact.name, contact.email, company?.name].filter((old) => old && text.includes(old));
    });
    expect(leftOver).toEqual([]);
  });

  test("every address is invented: .example, .test, or longer than its provider allows", () => {
    const somebodys = many
      .flatMap(({ contact }) => contact.email ?? [])
      .filter((email) => {
        const [local = "", domain = ""] = email.split("@");
        const isReserved = /(^|\.)(example|test)$/.test(domain);
        return !isReserved && !(domain === "gmail.com" && local.replaceAll(".", "").length > 30);
      });
    expect(somebodys).toEqual([]);
  });

  test("times rise within a conversation and lie before now; people were seen, companies joined before", () => {
    for (const { turns, contact, company, usage } of many) {
      const times = turns.map(({ at }) => at);
      expect(times).toEqual([...times].sort((one, other) => one - other));
      const before = [
        ...times,
        contact.lastSeenAt ?? 0,
        company?.customerSince ?? 0,
        ...usage.map(({ at }) => at),
      ];
      expect(Math.max(...before)).toBeLessThan(now);
    }
  });

  test("every recipe, exclusion and Salesforce situation occurs at least twice, plain support in a third", () => {
    const rows = many.slice(0, demoFileLength());
    const countOf = (names: readonly (string | null)[]): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const name of names) counts[name ?? "none"] = (counts[name ?? "none"] ?? 0) + 1;
      return counts;
    };
    const recipes = countOf(rows.map(({ expect: { recipe } }) => recipe));
    const excluded = countOf(rows.map(({ expect: { excluded } }) => excluded));
    const situations = countOf(rows.map(({ crm }) => crm.situation));
    expect(Object.keys(recipes).sort()).toEqual([
      "churn-risk",
      "enterprise-inbound",
      "none",
      "qualified",
      "trial-conversion",
    ]);
    expect(Object.keys(excluded).sort()).toEqual([
      "billing-by-finance",
      "late-stage",
      "none",
      "own-people",
      "technical-support",
    ]);
    expect(Object.keys(situations)).toHaveLength(16);
    for (const count of Object.values({ ...recipes, ...excluded, ...situations }))
      expect(count).toBeGreaterThanOrEqual(2);
    const plain = rows.filter((row) => row.expect.recipe === null && row.expect.excluded === null).length;
    expect(plain / rows.length).toBeGreaterThan(0.3);
  });

  const compiled = compile(defaultPolicy());
  const verdictOf = (row: unknown): unknown => {
    const { recipe, excluded, qualified } = scoreRow(rowSchema.parse(row), compiled, now);
    return { recipe, excluded, qualified };
  };

  test("the default policy makes of each what the file expects", () => {
    const rows = demoConversations({ count: 3 * demoFileLength(), seed: 7, now });
    const verdicts = rows.map((row) => [row.id, verdictOf(demoScoreRow(row))]);
    expect(verdicts).toEqual(rows.map((row) => [row.id, row.expect]));
  });

  test("the file can be scored as it is", () => {
    const file = readFileSync(new URL("../../demo/conversations.jsonl", import.meta.url), "utf8");
    const rows = file
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; expect: unknown });
    expect(rows.map((row) => [row.id, verdictOf(row)])).toEqual(rows.map((row) => [row.id, row.expect]));
  });
});
