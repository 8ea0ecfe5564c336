import { describe, expect, test } from "vitest";
import { callsOf, connect, CONTACT, failureOf, refusal, workspace } from "./little-workspace.ts";

describe("reading a conversation", () => {
  test("brings messages, person, company, tags and team by name", async () => {
    await using server = await workspace();
    const snapshot = await connect(server).read("c1");
    expect(snapshot).toEqual({
      workspace: "ws1",
      conversation: "c1",
      messages: [
        {
          id: "s1",
          role: "customer",
          author: "Ana",
          authorId: "p1",
          text: "We want SSO",
          at: 1_768_031_789_000,
          redacted: false,
          attachments: [],
        },
        {
          id: "3",
          role: "teammate",
          author: "Kim",
          authorId: "a1",
          text: "Hi Ana",
          at: 1_768_031_791_000,
          redacted: false,
          attachments: [],
        },
      ],
      truncated: true,
      contact: {
        id: "p1",
        externalId: "u-1",
        role: "user",
        email: "ana@acme.example",
        name: "Ana",
        phone: null,
        plan: "business",
        tags: ["trial"],
        lastSeenAt: 1_768_031_000_000,
        signedUpAt: null,
        score: 80,
        attributes: { tier: "business", score: "80" },
      },
      otherContacts: ["p2"],
      company: {
        id: "co1",
        name: "Acme",
        domain: "acme.example",
        employees: 250,
        plan: "pro",
        industry: null,
        country: "DE",
        state: null,
        annualRevenue: null,
        annualValue: 6_000,
        customerSince: 1_600_000_000_000,
        technology: ["AWS", "Okta"],
        attributes: { country: "DE", technology: "AWS, Okta" },
      },
      usage: [],
      tags: ["pricing"],
      team: "Billing",
      assigneeId: null,
      state: "open",
      deleted: false,
      url: "https://app.intercom.com/a/inbox/ws1/inbox/conversation/c1",
      createdAt: 1_768_031_789_000,
      updatedAt: 1_768_031_793_000,
    });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: "Bearer tok",
      "intercom-version": "2.14",
    });
  });

  test("asks for tags, teams and the company once, and for the person each time", async () => {
    await using server = await workspace();
    const inbox = connect(server);
    await inbox.read("c1");
    await inbox.read("c1");
    const calls = callsOf(server);
    const count = (call: string): number => calls.filter((one) => one === call).length;
    expect(
      ["GET /tags", "GET /teams", "GET /companies/co1", "GET /contacts/p1", "GET /conversations/c1"].map(
        count,
      ),
    ).toEqual([1, 1, 1, 2, 2]);
  });

  test("that is gone gives null", async () => {
    await using server = await workspace();
    expect(await connect(server).read("c404")).toBeNull();
  });

  test("whose person was merged away gives no person", async () => {
    await using server = await workspace(({ path }) =>
      path === "/contacts/p1" ? refusal(404, "not_found") : null,
    );
    expect(await connect(server).read("c1")).toMatchObject({ contact: null, company: null });
  });

  test("reads the rest of a person's tags from their own list", async () => {
    await using server = await workspace(({ path, method }) => {
      if (path === "/contacts/p1")
        return { json: { ...CONTACT, tags: { data: [{ id: "t2" }], has_more: true } } };
      return path === "/contacts/p1/tags" && method === "GET"
        ? { json: { type: "list", data: [{ id: "t5", name: "VIP" }] } }
        : null;
    });
    expect((await connect(server).read("c1"))?.contact?.tags).toEqual(["VIP"]);
  });

  test("keeps the id of a team that is not in the list", async () => {
    await using server = await workspace(({ path }) => (path === "/teams" ? { json: { teams: [] } } : null));
    expect((await connect(server).read("c1"))?.team).toBe("77");
  });
});

describe("tagging", () => {
  test("uses the id of the tag, as the owner of the token", async () => {
    await using server = await workspace();
    await connect(server).tagConversation("c1", "Pricing");
    const call = server.seen.find(({ path }) => path === "/conversations/c1/tags");
    expect(JSON.parse(call?.body ?? "")).toEqual({ id: "t1", admin_id: "900" });
  });

  test("acts as the teammate of the connection without asking who that is", async () => {
    await using server = await workspace();
    await connect(server, { adminId: "42" }).tagConversation("c1", "pricing");
    expect(callsOf(server)).not.toContain("GET /me");
  });

  test("makes a tag that is absent, once for all who want it", async () => {
    await using server = await workspace();
    const inbox = connect(server);
    await Promise.all([
      inbox.tagContact("p1", "New"),
      inbox.tagContact("p1", "New"),
      inbox.tagContact("p1", "New"),
    ]);
    await inbox.tagContact("p1", "New");
    expect(callsOf(server).filter((call) => call === "POST /tags")).toHaveLength(1);
    expect(callsOf(server).filter((call) => call === "POST /contacts/p1/tags")).toHaveLength(4);
  });

  test("looks the tag up again when it was deleted meanwhile", async () => {
    let lists = 0;
    await using server = await workspace(({ method, path, body }) => {
      if (`${method} ${path}` === "GET /tags")
        return { json: { data: [{ id: (lists += 1) === 1 ? "old" : "fresh", name: "trial" }] } };
      return path.endsWith("/tags") && body.includes("old") ? refusal(404, "tag_not_found") : null;
    });
    await connect(server).tagContact("p1", "trial");
    expect(server.seen.at(-1)?.body).toBe('{"id":"fresh"}');
  });

  test("of a person who is gone is refused for good", async () => {
    await using server = await workspace();
    expect(await failureOf(connect(server).tagContact("p404", "trial"))).toMatchObject({
      name: "PermanentFailure",
      facts: { status: 404 },
    });
  });
});

describe("moving to a team", () => {
  test("assigns as a teammate", async () => {
    await using server = await workspace();
    await connect(server).moveToTeam("c1", "Enterprise Sales");
    const call = server.seen.find(({ path }) => path === "/conversations/c1/parts");
    expect(JSON.parse(call?.body ?? "")).toEqual({
      message_type: "assignment",
      type: "team",
      admin_id: "900",
      assignee_id: "78",
    });
  });

  test("does nothing when it is there already", async () => {
    await using server = await workspace();
    await connect(server).moveToTeam("c1", "Billing");
    expect(callsOf(server).some((call) => call.startsWith("POST"))).toBe(false);
  });

  test("that does not exist says which", async () => {
    await using server = await workspace();
    const failure = await failureOf(connect(server).moveToTeam("c1", "Nobody"));
    expect(failure).toMatchObject({ name: "PermanentFailure", facts: { code: "team_not_found" } });
    expect(failure.message).toContain('"Nobody"');
  });
});

test("whose token it is comes with the workspace's id", async () => {
  await using server = await workspace();
  expect(await connect(server).me()).toMatchObject({ id: "900", app: { id_code: "ws1", region: "US" } });
});
