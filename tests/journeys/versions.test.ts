/** A policy's way through the commands that people use: draft, conflict, review, publish, rollback, promotion. */
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/access/scopes.ts";
import { createToken } from "../../src/access/tokens.ts";
import { environmentCommand } from "../../src/cli/environment.ts";
import { policyCommand } from "../../src/cli/policy.ts";
import { addVersionCommands } from "../../src/cli/policy-versions.ts";
import { durationMs } from "../../src/kernel/time.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";
import { publishGiven } from "../../src/versions/publish.ts";
import { targetLook } from "../../src/setup.ts";
import { type Called, called } from "../support/called.ts";
import {
  clearFaults,
  faultOn,
  handoffOf,
  openTestHouse,
  type TestHouse,
  WORDS,
  writes,
} from "../support/house.ts";
import { timersOf } from "../support/timers.ts";

// Whoever works in the pool works by day and night here, and what the queue may not own has an end too; reminders of the
// SLA have a journey of their own.
const POLICY = saasDefault
  .replace("{ queue: Enterprise_Inbound }", "$&\n      - { user: sales-lead@ourcompany.example }")
  .replace(/\n {2}sla:\n(?: {4}.*\n)+/, "\n")
  .replace("whenAllAway: hold", "whenAllAway: ignore-hours");
const edited = (from: string, to: string, text = POLICY): string => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    policy: POLICY,
    environments: [
      { name: "sandbox", mode: "shadow" },
      { name: "production", mode: "live" },
    ],
  });
});
afterAll(() => house.close());

const store = () => ({
  db: house.database.db,
  url: house.database.url,
  vault: house.service.vault,
  close: async () => {},
});

/** `baton policy ...` as this person; `stdin` is what stands for "-". */
function policy(person: string, args: string, stdin = ""): Promise<Called> {
  return called(
    (terminal) => {
      const command = policyCommand(terminal, { owners: async () => ({ users: [], queues: [] }) });
      const openStore = async () => store();
      const look = async () => targetLook({ ...store(), clock: house.now });
      addVersionCommands(command, { terminal, openStore, user: person, targetLook: look });
      return command;
    },
    args.match(/"[^"]*"|\S+/g)?.map((part) => part.replaceAll('"', "")) ?? [],
    { stdin: Readable.from([stdin]) },
  );
}
const environment = (args: string): Promise<Called> =>
  called(
    (terminal) => environmentCommand({ terminal, openStore: async () => store(), user: "nora" }),
    args.split(" "),
  );

/** The lines of a refusal. */
const refused = async (call: Promise<Called>): Promise<readonly string[]> => {
  const error: unknown = await call.then(
    ({ out }) => new Error(`was not refused: ${out}`),
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error.message.split("\n") : [String(error)];
};

describe("a policy on its way", () => {
  test("is drafted, fought over, reviewed, published and taken back", async () => {
    expect((await policy("nora", "draft save points", edited("points: 15", "points: 20"))).out).toMatch(
      /^points {2}revision 1 {2}from version 1 {2}saved by nora \d{4}-/,
    );
    await policy(
      "ben",
      'draft save points - --comment "Complaints weigh more"',
      edited("points: 15", "points: 30"),
    );

    const late = await refused(
      policy("nora", "draft save points - --revision 1", edited("points: 15", "points: 25")),
    );
    expect(late[0]).toMatch(/^ben saved draft "points" as revision 2 at .*; yours was not saved$/);
    expect(late.slice(1)).toEqual(["from theirs to yours:", "  Points of signal Complaint: 30 -> 25"]);
    const asJson = await policy("nora", "draft save points - --revision 1 --json", POLICY);
    expect([asJson.code, JSON.parse(asJson.out)]).toMatchObject([
      1,
      { kind: "conflict", theirs: { revision: 2 } },
    ]);

    expect((await policy("eve", "draft list")).out).toContain("points  revision 2");
    expect((await policy("eve", "draft show points")).out).toBe(edited("points: 15", "points: 30").trimEnd());
    expect((await policy("eve", "draft show points --revision 1")).out).toContain("points: 20");
    expect(await refused(policy("eve", "draft show points --revision 9"))).toEqual([
      'there is no draft "points" of production with a revision 9',
    ]);

    expect((await environment("set production --review required")).out).toBe(
      "production  live  review required  version 1 is live  1 draft",
    );
    expect(await refused(policy("ben", "publish points"))).toEqual([
      "this environment asks for a review: somebody else than nora, ben must publish it",
    ]);
    expect((await policy("eve", "publish points --dry-run")).out).toBe(
      "Version 2 of production would be live.\nPoints of signal Complaint: 15 -> 30",
    );
    expect(await policy("eve", "publish points --revision 2")).toMatchObject({
      code: 0,
      out: "Version 2 of production is live.\nPoints of signal Complaint: 15 -> 30",
    });
    await environment("set production --review none");

    expect(JSON.parse((await policy("eve", "history --json")).out)).toMatchObject([
      { number: 2, publisher: "eve", authors: ["nora", "ben"], comment: "Complaints weigh more" },
      { number: 1, publisher: "baton" },
    ]);
    expect((await policy("eve", 'rollback 1 --comment "Too many"')).out).toContain(
      "Version 3 of production is live.",
    );
    expect((await policy("eve", "show")).out).toBe(POLICY.trimEnd());
    expect((await policy("eve", "show 2")).out).toContain("points: 30");
    const [newest] = (await policy("eve", "history --limit 1")).out.split("\n");
    expect(newest).toMatch(
      /^3 {2}\S+ {2}rolled-back from version 1 of production {2}by eve, written by baton {2}Too many$/,
    );
  });

  test("that went on meanwhile is rebased or named, and a draft that nobody wants is discarded", async () => {
    await policy("nora", "draft save slow", edited("halfLife: 7d", "halfLife: 9d"));
    await policy("nora", "draft save clash", edited("points: 15", "points: 40"));
    await policy("ben", "draft save quick", edited("points: 15", "points: 22"));
    await policy("ben", "publish quick");
    const stale = await refused(policy("nora", "publish slow"));
    expect(stale[0]).toContain("rebase it, look at it again, then publish");
    expect((await policy("nora", "draft rebase slow")).out).toContain("revision 2  from version 4");
    expect((await policy("nora", "publish slow")).out).toContain("Half-life of score buying: 7d -> 9d");
    expect((await refused(policy("nora", "draft rebase clash")))[1]).toContain(
      "was 15, is 22 live, 40 in the draft",
    );
    const kept = await policy("nora", "draft discard clash --revision 7 --json");
    expect([kept.code, JSON.parse(kept.out)]).toMatchObject([1, { discarded: null }]);
    expect((await policy("nora", "draft discard clash")).out).toBe('Draft "clash" is discarded.');
    expect((await policy("nora", "draft show clash --revision 1")).out).toContain("points: 40");
  });

  test("with faults is kept, with the faults told, and refused when it is to go live", async () => {
    const broken = edited("threshold: 40", "threshold: many");
    const line = broken.split("\n").findIndex((text) => text.includes("threshold: many")) + 1;
    const fault = `  line ${line}, scores.buying.threshold: "many" is not a number`;
    expect((await policy("nora", "draft save broken", broken)).out.split("\n").slice(1)).toEqual([
      "it cannot go live yet:",
      fault,
    ]);
    expect(await refused(policy("nora", "publish broken"))).toEqual([
      "the policy has faults, so it cannot go live",
      fault,
    ]);
    await policy("nora", "draft discard broken");
  });

  test.for([
    ["history --environment nowhere", 'there is no environment "nowhere"'],
    ["draft list --environment nowhere", 'there is no environment "nowhere"'],
    ["show --environment nowhere", 'there is no environment "nowhere"'],
    ["publish none", 'there is no draft "none" of production'],
    ["rollback 99 --comment x", "production has no version 99"],
    ["show 99", "production has no version 99"],
    ["draft discard none", 'there is no draft "none"'],
    ["draft save NONE", '"NONE" is no name of a draft'],
    ["promote --from sandbox --to sandbox", "sandbox is both ends"],
    ["promote --from nowhere --to production", "nowhere has no live policy"],
    ["promote --from sandbox --to nowhere", 'there is no environment "nowhere"'],
    ["promote --from sandbox --to production --number 9", "sandbox has no version 9"],
  ] as const)("`baton policy %s` is refused in words", async ([args, words]) => {
    expect((await refused(policy("nora", args, POLICY)))[0]).toContain(words);
  });
});

describe("environments", () => {
  test("are listed, and change only in what is named", async () => {
    expect((await environment("list")).out.split("\n")[1]).toBe(
      "sandbox  shadow  no review  version 1 is live  0 drafts",
    );
    expect(JSON.parse((await environment("set sandbox --mode live --json")).out)).toMatchObject({
      mode: "live",
      review: "optional",
    });
    await environment("set sandbox --mode shadow");
    expect(await refused(environment("set sandbox"))).toEqual([
      "nothing to set: name --mode, --review or --sync-share",
    ]);
    expect((await refused(environment("set nowhere --mode live")))[0]).toContain('no environment "nowhere"');
  });
});

describe("a promotion", () => {
  const inSandbox = (document: string): Promise<void> =>
    publishGiven(house.database.db, {
      environment: "sandbox",
      document,
      publisher: "nora",
      comment: "Better",
    });
  const users = () => house.emulators.salesforce.state.rows("User");
  const setActive = (email: string, isActive: boolean): void => {
    const user = users().find((one) => one["Email"] === email);
    house.emulators.salesforce.state.update("User", String(user?.["Id"]), { IsActive: isActive });
  };
  const live = async (): Promise<number> =>
    JSON.parse((await policy("eve", "show --json")).out).number as number;

  test("of what the target lacks is refused line by line, and force does not help against faults", async () => {
    const before = await live();
    const odd = [
      ["{ queue: Enterprise_Inbound }", "{ queue: Nobodys_Queue }"],
      ["stage: Qualification", "stage: Daydream"],
      ['{ slack: "#churn" }', '{ slack: "#nowhere" }'],
      ["moveToTeam: Enterprise Sales", "moveToTeam: Night Shift"],
      ["to: Plan__c", "to: Shoe_Size__c"],
    ].reduce((text, [from = "", to = ""]) => edited(from, to, text), POLICY);
    await inSandbox(odd);
    setActive("kim@ourcompany.example", false);
    const lines = await refused(policy("eve", "promote --from sandbox --to production --force"));
    setActive("kim@ourcompany.example", true);
    expect(lines[0]).toBe("production lacks what version 2 of sandbox names, so nothing was promoted");
    const faults = lines.filter((line) => line.startsWith("  fault: "));
    const at = (part: string): number => odd.split("\n").findIndex((line) => line.includes(part)) + 1;
    expect(faults).toEqual(
      [
        [
          at('slack: "#nowhere"'),
          "recipes[0].followUp.then[0].slack: Slack has no channel #nowhere that the app can see",
        ],
        [at("Night Shift"), 'recipes[1].intercom.moveToTeam: Intercom has no team "Night Shift"'],
        [at("Daydream"), 'recipes[2].record.stage: stage "Daydream" is not an active Opportunity stage'],
        [at("kim@"), "routing.territories[1].owner.user: kim@ourcompany.example is inactive in Salesforce"],
        [at("Nobodys_Queue"), 'routing.routes.enterprise[4].queue: Salesforce has no queue "Nobodys_Queue"'],
      ].map(([line, text]) => expect.stringContaining(`  fault: line ${line}, ${text}; `)),
    );
    expect(lines.filter((line) => line.startsWith("  warning: "))).toEqual([
      expect.stringContaining("Lead.Shoe_Size__c, which the policy maps, is missing or not visible"),
    ]);
    expect(await live()).toBe(before);
  });

  test("with warnings alone goes on by force, and without warnings by itself; its origin is kept", async () => {
    await inSandbox(edited("to: Plan__c", "to: Shoe_Size__c"));
    const stopped = await policy("eve", "promote --from sandbox --to production --json");
    expect([stopped.code, JSON.parse(stopped.out)]).toMatchObject([
      1,
      {
        kind: "lacking",
        findings: expect.arrayContaining([expect.objectContaining({ severity: "warning" })]),
      },
    ]);
    const would = await policy("eve", "promote --from sandbox --to production --force --dry-run");
    expect(would.out).toMatch(/^Version 6 of production would be live: version 3 of sandbox\.\n/);
    expect(await live()).toBe(5);
    expect((await policy("eve", "promote --from sandbox --to production --force")).code).toBe(0);

    // An earlier version of the sandbox needs no force: it names only what is there.
    const { out } = await policy("eve", "promote --from sandbox --to production --number 1");
    expect(out).toMatch(/^Version 7 of production is live: version 1 of sandbox\.\n/);
    const [newest] = JSON.parse((await policy("eve", "history --limit 1 --json")).out);
    expect(newest).toMatchObject({
      number: 7,
      kind: "promoted",
      source: { environment: "sandbox", number: 1 },
      authors: ["baton"],
      publisher: "eve",
    });
    expect(await refused(policy("eve", "promote --from sandbox --to production --number 1"))).toEqual([
      "version 7 is live and says exactly this",
    ]);
  });

  test("asks for another person than the authors where the target does", async () => {
    await environment("set production --review required");
    await inSandbox(edited("points: 15", "points: 17"));
    const promoting = "promote --from sandbox --to production";
    expect((await refused(policy("nora", promoting)))[0]).toContain("somebody else than nora");
    expect((await policy("eve", promoting)).out).toContain("Points of signal Complaint: 15 -> 17");
    await environment("set production --review none");
  });

  test("through the API says the same, and a token that is not for the origin finds none", async () => {
    const call = async (environments: readonly string[] | null, body: object) => {
      const request = { holder: "ci", scopes: SCOPES, environments, lifeMs: 60_000, createdBy: "the test" };
      const { token } = await createToken(house.database.db, request, house.now());
      const path = `${house.service.url}/api/v1/environments/production/policy/promote`;
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      return [response.status, await response.json()] as const;
    };
    expect(await call(["production"], { from: "sandbox" })).toMatchObject([404, {}]);
    expect(await call(null, { from: "nowhere" })).toMatchObject([404, {}]);
    expect(await call(null, { from: "sandbox", number: 77 })).toMatchObject([404, {}]);
    const lacking = await call(null, { from: "sandbox", number: 2 });
    expect(lacking).toMatchObject([
      422,
      {
        reason: "lacking",
        findings: expect.arrayContaining([
          expect.objectContaining({ severity: "fault", path: "routing.routes.enterprise[4].queue" }),
        ]),
      },
    ]);
    const done = await call(null, { from: "sandbox", number: 1, comment: "Back to the start" });
    expect(done).toMatchObject([200, { kind: "published", from: { environment: "sandbox", number: 1 } }]);

    const rules = [faultOn("GET", "/services/data/*", { kind: "status", status: 503 })];
    house.emulators.applyFaults({ seed: 1, salesforce: { rules } });
    const down = await call(null, { from: "sandbox" });
    clearFaults(house);
    expect(down).toMatchObject([
      502,
      { detail: expect.stringContaining("production could not be looked at") },
    ]);
  });
});

test("a running episode keeps its version, and the next decision takes the new one", async () => {
  const nudge = "{ intercom: { enrol: Upgrade nudge } }";
  const trial = (who: string) =>
    writes(house, { who, contactTags: ["trial"], plan: "trial", text: WORDS.upgrade });
  const fired = async (conversation: string) =>
    (await timersOf(house, conversation)).find((one) => one.kind === "follow-up" && one.state !== "armed");

  const before = await trial("nils");
  await policy("nora", "draft save call", edited(nudge, "{ task: Call the trial }"));
  await policy("ben", "publish call");
  house.advance(5_000);
  const after = await trial("olga");
  expect((await handoffOf(house, before.conversation, "production")).recipe).toBe("trial-conversion");
  expect((await handoffOf(house, after.conversation, "production")).recipe).toBe("trial-conversion");
  house.advance(durationMs("25h"));
  await house.settle();
  expect(await fired(before.conversation)).toMatchObject({
    state: "done",
    effects: [{ kind: "set-attributes" }, { kind: "tag-contact" }],
  });
  expect(await fired(after.conversation)).toMatchObject({ state: "done", effects: [{ kind: "crm-write" }] });
});
