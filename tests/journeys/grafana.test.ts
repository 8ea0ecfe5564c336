/** The dashboard asks for what /metrics really has, and the gauges tell what stands in the database. */
import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countNight } from "../../src/upkeep.ts";
import { faultOn, openTestHouse, type TestHouse, WORDS, writes } from "../support/house.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
  const refused = faultOn("POST", "/api/chat.postMessage", {
    kind: "status",
    status: 200,
    body: { ok: false, error: "is_archived" },
  });
  house.emulators.slack.faults.set({ rules: [refused] });
  await writes(house, { who: "ana", text: WORDS.buying });
  // The night of the start was counted before.
  house.advance(86_400_000);
  await countNight({ db: house.database.db, clock: house.now, log: () => {} });
});
afterAll(() => house.close());

const figures = async (): Promise<string> => (await fetch(`${house.service.url}/metrics`)).text();

test("every query of the dashboard names metrics that there are", async () => {
  const said = await figures();
  const known = new Set(
    [...said.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const dashboard = JSON.parse(
    await readFile(new URL("../../docs/grafana/baton.json", import.meta.url), "utf8"),
  ) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  const asked = dashboard.panels
    .flatMap(({ targets }) => targets)
    .flatMap(({ expr }) => expr.match(/\b(?:baton|nodejs)_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
  // And what Baton counts stands on it.
  const shown = asked.join(" ");
  const own = [...said.matchAll(/^# TYPE (baton_\w+) /gm)].map(([, name = ""]) => name);
  expect(own.filter((name) => !shown.includes(name))).toEqual([]);
});

test("the gauges tell whether the census adds up, what is open and what is paused", async () => {
  const { db } = house.database;
  await sql`
    insert into pauses (environment, destination, reason, paused_by, since) values ('production', 'email', 'x', 'x', now())`.execute(
    db,
  );
  const said = await figures();
  expect(said).toContain('baton_census_adds_up{environment="production"} 1');
  expect(said).toContain('baton_census_conversations{environment="production"} 1');
  expect(said).toMatch(/baton_open_issues\{environment="production",destination="slack"\} 1/);
  expect(said).toContain('baton_paused{environment="production",destination="email"} 1');
  expect(said).toMatch(/^baton_waiting_runs 0$/m);
  await sql`update census_nights set came_in = 2`.execute(db);
  expect(await figures()).toContain('baton_census_adds_up{environment="production"} 0');
});
