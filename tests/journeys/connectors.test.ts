/** The connectors against the emulators, with good answers and with every fault: same words at every door. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emulatedAccounts, type Emulators, startEmulators } from "../../emulators/all.ts";
import type { Fault } from "../../emulators/core/faults.ts";
import { connectEmail, type EmailConnection } from "../../src/connectors/email/notifier.ts";
import { connectEnrichment } from "../../src/connectors/enrichment/enricher.ts";
import { checkWorkspace } from "../../src/connectors/intercom/check.ts";
import {
  connectIntercom,
  INTERCOM_DEFAULTS,
  type IntercomConnection,
} from "../../src/connectors/intercom/inbox.ts";
import { connectSlack, type SlackConnection } from "../../src/connectors/slack/notifier.ts";
import type { Alert } from "../../src/handoff/ports.ts";
import { PermanentFailure, RetryableFailure } from "../../src/kernel/failure.ts";

const deps = { clock: () => Date.now(), log: { debug: () => undefined, warn: () => undefined } };
const ALERT: Alert = {
  key: "k1",
  title: "Churn risk",
  headline: "Ana of Acme needs you",
  facts: [{ label: "Company", value: "Acme" }],
  reasons: ["+25 Cancellation"],
  summary: ["Ana wants to cancel."],
  links: [{ label: "Open in Intercom", url: "https://app.intercom.com/x" }],
  transcriptHtml: null,
};
const CHURN = { kind: "slack-channel", channel: "#churn" } as const;
const ANA = { kind: "email", email: "ana@ourcompany.example" } as const;

let world: Emulators;
let inbox: IntercomConnection;
let slack: SlackConnection;
let email: EmailConnection;

beforeAll(async () => {
  world = await startEmulators();
});
afterAll(() => world.stop());

beforeEach(async () => {
  await world.reset();
  const { workspaceId: workspace, token } = emulatedAccounts.intercom;
  inbox = connectIntercom(
    { ...INTERCOM_DEFAULTS, apiUrl: world.intercom.url, token, workspace, allowPrivateAddresses: true },
    deps,
  );
  slack = connectSlack(
    {
      apiUrl: world.slack.apiUrl,
      token: emulatedAccounts.slack.botToken,
      teammates: {},
      fallbackChannel: null,
      allowPrivateAddresses: true,
    },
    deps,
  );
  const { user, password } = emulatedAccounts.smtp;
  email = connectEmail(
    {
      host: "127.0.0.1",
      port: world.smtp.port,
      secure: false,
      user,
      password,
      from: "Baton <baton@ourcompany.example>",
      allowPrivateAddresses: true,
    },
    deps,
  );
  return () => [inbox, slack, email].forEach((connection) => connection.close());
});

function fault(vendor: "intercom" | "slack" | "smtp" | "enrichment", path: string, then: Fault): void {
  // oxlint-disable-next-line unicorn/no-thenable -- the published JSON of a plan calls it "then"
  world.applyFaults({ seed: 1, [vendor]: { rules: [{ match: { path }, nth: [1], then }] } });
}

async function failureOf(promise: Promise<unknown>): Promise<RetryableFailure | PermanentFailure> {
  const reason: unknown = await promise.then(
    () => new Error("nothing failed"),
    (error: unknown) => error,
  );
  if (reason instanceof RetryableFailure || reason instanceof PermanentFailure) return reason;
  throw reason;
}

const FAULTS: readonly (readonly [string, Fault, "not-executed" | "unknown", boolean])[] = [
  ["429", { kind: "status", status: 429 }, "not-executed", false],
  ["503", { kind: "status", status: 503 }, "unknown", false],
  ["a drop before the commit", { kind: "drop" }, "unknown", false],
  ["a drop after the commit", { kind: "commit-then-drop" }, "unknown", true],
  ["a cut body after the commit", { kind: "commit-then-cut" }, "unknown", true],
];

describe("Intercom", () => {
  const seed = (): { readonly conversation: string; readonly contact: string } => {
    world.intercom.seed({
      quiet: true,
      teams: [{ name: "Enterprise Sales" }],
      tags: ["trial"],
      companies: [
        { companyId: "acme", name: "Acme", website: "https://acme.example", plan: "pro", size: 250 },
      ],
    });
    const contact = world.intercom.addContact({
      email: "ana@acme.example",
      name: "Ana",
      companies: ["Acme"],
    });
    const { id } = world.intercom.startConversation({
      contactId: contact.id,
      body: "We need SSO & <b>SCIM</b>",
    });
    return { conversation: id, contact: contact.id };
  };

  test("a conversation is read, tagged and moved; a repeat changes nothing", async () => {
    const { conversation, contact } = seed();
    for (let twice = 0; twice < 2; twice += 1) {
      await inbox.tagConversation(conversation, "Enterprise Signal");
      await inbox.tagContact(contact, "Trial");
      await inbox.moveToTeam(conversation, "enterprise sales");
    }
    const snapshot = await inbox.read(conversation);
    expect(snapshot).toMatchObject({
      messages: [{ role: "customer", text: "We need SSO & <b>SCIM</b>" }],
      truncated: false,
      contact: { email: "ana@acme.example", tags: ["trial"] },
      company: { name: "Acme", domain: "acme.example", employees: 250, plan: "pro" },
      tags: ["Enterprise Signal"],
      team: "Enterprise Sales",
      state: "open",
    });
    const committed = world.intercom.ledger.entries().filter((entry) => entry.committed);
    expect(committed.map(({ path }) => path.replace(/\d{3,}|[0-9a-f]{20,}/g, "ID"))).toHaveLength(4);
  });

  test("what is gone is null", async () => {
    expect(await inbox.read("215470000000000")).toBeNull();
  });

  test.for(FAULTS)("%s while tagging", async ([, then, outcome, isCommitted]) => {
    const { conversation } = seed();
    fault("intercom", "/conversations/*/tags", then);
    const failure = await failureOf(inbox.tagConversation(conversation, "trial"));
    expect(failure).toMatchObject({ name: "RetryableFailure", outcome });
    const posts = world.intercom.ledger
      .entries()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/tags"));
    expect(posts.map(({ committed }) => committed)).toEqual([isCommitted]);
  });

  test("a workspace that is ready has nothing missing", async () => {
    const findings = await checkWorkspace(inbox);
    expect(findings.filter(({ level }) => level === "missing")).toEqual([]);
  });

  test("a wrong token says what to check", async () => {
    const { workspaceId: workspace } = emulatedAccounts.intercom;
    const other = connectIntercom(
      {
        ...INTERCOM_DEFAULTS,
        apiUrl: world.intercom.url,
        token: "wrong",
        workspace,
        allowPrivateAddresses: true,
      },
      deps,
    );
    const failure = await failureOf(checkWorkspace(other));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "unauthorized", status: 401 } });
    other.close();
  });
});

describe("Slack", () => {
  test("an alert reaches a channel and a person, and is found by its key", async () => {
    const lee = { kind: "slack-user", email: "lee@ourcompany.example" } as const;
    for (const recipient of [CHURN, lee]) {
      expect(await slack.find(recipient, ALERT.key)).toEqual({ kind: "absent" });
      const { id } = await slack.send(recipient, ALERT);
      expect(await slack.find(recipient, ALERT.key)).toEqual({ kind: "delivered", id });
    }
  });

  test.for(FAULTS)("%s while posting", async ([, then, outcome, isCommitted]) => {
    fault("slack", "/api/chat.postMessage", then);
    expect(await failureOf(slack.send(CHURN, ALERT))).toMatchObject({ name: "RetryableFailure", outcome });
    if (then.kind === "status" && then.status === 429)
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await slack.find(CHURN, ALERT.key)).kind).toBe(isCommitted ? "delivered" : "absent");
  });

  test("a text that is too long for Slack arrives, cut", async () => {
    const long = "<words> & more ".repeat(2_000);
    const facts = Array.from({ length: 60 }, (_, i) => ({ label: `Fact ${i}`, value: long }));
    await expect(
      slack.send(CHURN, { ...ALERT, title: long, headline: long, facts, summary: [long] }),
    ).resolves.toBeDefined();
  });
});

describe("e-mail", () => {
  test("an alert arrives once, under the id of its key", async () => {
    const { id } = await email.send(ANA, ALERT);
    expect(world.smtp.mails()).toMatchObject([{ messageId: id, to: ["ana@ourcompany.example"] }]);
  });

  test.for([
    ["451", { kind: "status", status: 451 }, "not-executed", 0],
    ["a drop before the message is in", { kind: "drop" }, "unknown", 0],
    ["a drop after the message", { kind: "commit-then-drop" }, "unknown", 1],
  ] as const)("%s", async ([, then, outcome, stored]) => {
    fault("smtp", "*", then);
    expect(await failureOf(email.send(ANA, ALERT))).toMatchObject({ name: "RetryableFailure", outcome });
    expect(world.smtp.mails()).toHaveLength(stored);
  });
});

describe("enrichment", () => {
  test.for(["clearbit", "http"] as const)("%s knows who is in its table, and nobody else", async (kind) => {
    const { apiKey } = emulatedAccounts.enrichment;
    await fetch(`${world.enrichment.url}/__emulator/seed`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        companies: [{ domain: "acme.example", name: "Acme", employees: 4_200, country: "US", state: "CA" }],
      }),
    });
    const settings =
      kind === "clearbit"
        ? { kind, apiUrl: world.enrichment.url, allowPrivateAddresses: true }
        : {
            kind,
            url: `${world.enrichment.url}/enrich?domain={domain}`,
            paths: { employees: "employees", country: "country", state: "state" },
            allowPrivateAddresses: true,
          };
    const enricher = connectEnrichment(settings, { apiKey }, deps);
    const known = await enricher.enrich({
      email: kind === "clearbit" ? "ana@acme.example" : null,
      domain: "acme.example",
    });
    expect(known?.company).toMatchObject({ employees: 4_200, country: "US", state: "CA" });
    expect(await enricher.enrich({ email: "x@nobody.example", domain: "nobody.example" })).toBeNull();
  });
});
