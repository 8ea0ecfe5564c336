/* oxlint-disable unicorn/no-thenable -- the published JSON of a fault plan calls it "then" */
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { SeedError } from "./control.ts";
import { createFaults } from "./faults.ts";
import { createLedger } from "./ledger.ts";
import { route } from "./routes.ts";
import { type RunningEmulator, startServer } from "./server.ts";

const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);
const running: RunningEmulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
});

/** A vendor with one thing to do: POST /notes adds a note, unless its token has expired. */
async function tinyVendor() {
  const notes: string[] = [];
  let isExpired = false;
  const emulator = await startServer({
    vendor: "intercom",
    port: 0,
    now,
    ledger: createLedger(),
    faults: createFaults("intercom"),
    routes: [
      route("POST", "/notes", (request) => {
        if (isExpired) return { status: 401, body: { error: "token expired" } };
        const { text } = request.body as { text: string };
        notes.push(text);
        return { status: 200, body: { saved: text }, committed: true };
      }),
      route("GET", "/notes/:text", (request) => ({ status: 200, body: { found: request.params["text"] } })),
      route("POST", "/broken", () => {
        throw new Error("a mistake in the emulator");
      }),
    ],
    notFound: () => ({ status: 404, body: { error: "no such path" } }),
    errorBody: (status, message) => ({ vendorError: message ?? status }),
    keysOf: (request) => {
      const { key } = (request.body ?? {}) as { key?: string };
      return key === undefined ? [] : [key];
    },
    expireToken: () => {
      isExpired = true;
    },
    control: {
      state: () => ({ notes }),
      reset: () => void notes.splice(0),
      seed: (body) => {
        const seeded = (body as { notes?: unknown } | null)?.notes;
        if (!Array.isArray(seeded)) throw new SeedError("seed: notes: expected a list");
        notes.push(...(seeded as string[]));
        return { notes: seeded.length };
      },
    },
  });
  running.push(emulator);
  return { ...emulator, notes };
}

interface Seen {
  readonly kind: "answered" | "cut" | "silence";
  readonly text: string;
}

/** Sends bytes over a plain socket and says what came back, byte for byte. */
function rawPost(port: number, waitMs = 300): Promise<Seen> {
  const body = JSON.stringify({ text: "hello", key: "key-1" });
  const head =
    `POST /notes?a=1 HTTP/1.1\r\nHost: emulator\r\nAuthorization: Bearer s3cret\r\nX-Trace: t1\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(head + body));
    const silence = setTimeout(() => finish("silence"), waitMs);
    const finish = (kind: Seen["kind"]): void => {
      clearTimeout(silence);
      socket.destroy();
      resolve({ kind, text });
    };
    socket.on("data", (chunk) => {
      text += chunk.toString();
      const length = /content-length: (\d+)/i.exec(text);
      const received = text.split("\r\n\r\n")[1] ?? "";
      if (length && received.length === Number(length[1])) finish("answered");
    });
    socket.on("close", () => finish("cut"));
    socket.on("error", () => finish("cut"));
  });
}

interface Case {
  readonly name: string;
  readonly then: Record<string, unknown>;
  readonly seen: Seen["kind"];
  readonly text: RegExp;
  readonly notes: string[];
  readonly entry: { status: number; committed: boolean };
}

const cases: Case[] = [
  {
    name: "delay answers later and commits",
    then: { kind: "delay", ms: 20 },
    seen: "answered",
    text: /200 OK[^]*\{"saved":"hello"\}/,
    notes: ["hello"],
    entry: { status: 200, committed: true },
  },
  {
    name: "status answers with the given body and headers and commits nothing",
    then: { kind: "status", status: 429, body: { slow: "down" }, headers: { "X-RateLimit-Reset": "now+1" } },
    seen: "answered",
    text: new RegExp(`429 [^]*x-ratelimit-reset: ${now() / 1000 + 1}[^]*{"slow":"down"}`, "i"),
    notes: [],
    entry: { status: 429, committed: false },
  },
  {
    name: "status without a body speaks like the vendor",
    then: { kind: "status", status: 503 },
    seen: "answered",
    text: /503 [^]*\{"vendorError":503\}/,
    notes: [],
    entry: { status: 503, committed: false },
  },
  {
    name: "drop destroys the socket before anything is committed",
    then: { kind: "drop" },
    seen: "cut",
    text: /^$/,
    notes: [],
    entry: { status: 0, committed: false },
  },
  {
    name: "commit-then-drop commits and destroys the socket",
    then: { kind: "commit-then-drop" },
    seen: "cut",
    text: /^$/,
    notes: ["hello"],
    entry: { status: 200, committed: true },
  },
  {
    name: "commit-then-cut commits and sends headers with half of the body",
    then: { kind: "commit-then-cut" },
    seen: "cut",
    text: /200 OK[^]*content-length: 17[^]*\r\n\r\n\{"saved"$/,
    notes: ["hello"],
    entry: { status: 200, committed: true },
  },
  {
    name: "hang never answers and commits nothing",
    then: { kind: "hang" },
    seen: "silence",
    text: /^$/,
    notes: [],
    entry: { status: 0, committed: false },
  },
  {
    name: "expire-token makes the token invalid and answers the vendor's 401",
    then: { kind: "expire-token" },
    seen: "answered",
    text: /401 [^]*token expired/,
    notes: [],
    entry: { status: 401, committed: false },
  },
];

describe("each fault: what the client sees, what is committed, what the ledger says", () => {
  test.for(cases)("$name", async ({ then, seen, text, notes, entry }) => {
    const vendor = await tinyVendor();
    const put = await fetch(`${vendor.url}/__emulator/faults`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ rules: [{ match: { method: "POST", path: "/no*" }, then }] }),
    });
    expect(put.status).toBe(200);

    const client = await rawPost(vendor.port);

    expect(client.kind).toBe(seen);
    expect(client.text).toMatch(text);
    expect(vendor.notes).toEqual(notes);
    expect(vendor.ledger.entries()).toMatchObject([
      {
        seq: 1,
        method: "POST",
        path: "/notes",
        query: { a: "1" },
        fault: then["kind"],
        keys: ["key-1"],
        ...entry,
      },
    ]);
  });

  test("commit-late destroys the socket at once and turns committed true when the commit happens", async () => {
    const vendor = await tinyVendor();
    vendor.faults.set({ rules: [{ match: {}, then: { kind: "commit-late", ms: 80 } }] });

    const client = await rawPost(vendor.port);

    expect(client).toEqual({ kind: "cut", text: "" });
    expect(vendor.notes).toEqual([]);
    expect(vendor.ledger.entries()).toMatchObject([{ status: 0, committed: false, fault: "commit-late" }]);
    await vendor.settled();
    expect(vendor.notes).toEqual(["hello"]);
    expect(vendor.ledger.entries()).toMatchObject([{ status: 200, committed: true, fault: "commit-late" }]);
  });

  test("no fault: the entry is complete, and keeps no secret", async () => {
    const vendor = await tinyVendor();
    await rawPost(vendor.port);
    const [entry] = vendor.ledger.entries();
    expect(entry).toMatchObject({
      time: "2026-01-02T03:04:05.000Z",
      status: 200,
      committed: true,
      keys: ["key-1"],
      body: { text: "hello" },
    });
    expect(entry).not.toHaveProperty("fault");
    expect(entry?.headers).toHaveProperty("x-trace", "t1");
    expect(JSON.stringify(entry)).not.toContain("s3cret");
  });
});

describe("the control plane", () => {
  const json = { "content-type": "application/json" };

  test("serves ledger, state, seed and reset, and meets neither fault nor ledger", async () => {
    const vendor = await tinyVendor();
    vendor.faults.set({ rules: [{ match: {}, nth: [1], then: { kind: "status", status: 503 } }] });
    const post = (path: string, body: unknown) =>
      fetch(vendor.url + path, { method: "POST", headers: json, body: JSON.stringify(body) });

    expect(await (await post("/__emulator/seed", { notes: ["seeded"] })).json()).toEqual({ notes: 1 });
    expect((await post("/notes", { text: "refused" })).status).toBe(503);
    expect((await post("/notes", { text: "taken" })).status).toBe(200);
    expect(await (await fetch(`${vendor.url}/__emulator/state`)).json()).toEqual({
      notes: ["seeded", "taken"],
    });
    const since = await (await fetch(`${vendor.url}/__emulator/ledger?since=1`)).json();
    expect(since).toMatchObject([{ seq: 2, status: 200 }]);

    await post("/__emulator/reset", {});
    expect(await (await fetch(`${vendor.url}/__emulator/state`)).json()).toEqual({ notes: [] });
    expect(await (await fetch(`${vendor.url}/__emulator/ledger`)).json()).toEqual([]);
    expect(await (await fetch(`${vendor.url}/__emulator/faults`)).json()).toEqual({ rules: [] });
  });

  test.for([
    ["PUT", "/__emulator/faults", '{"rules":[{"then":{"kind":"burn"}}]}', /rules\[0\]\.then\.kind/],
    ["PUT", "/__emulator/faults", "{", /not JSON/],
    ["POST", "/__emulator/seed", "{}", /seed: notes: expected a list/],
    ["POST", "/__emulator/seed", "{", /not JSON/],
  ] as const)("%s %s with %s answers 400 and one readable line", async ([method, path, body, line]) => {
    const vendor = await tinyVendor();
    const answer = await fetch(vendor.url + path, { method, headers: json, body });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toMatch(line);
  });

  test("the control plane takes JSON whatever its content type says", async () => {
    const vendor = await tinyVendor();
    const put = await fetch(`${vendor.url}/__emulator/faults`, {
      method: "PUT",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: '{"rules":[{"then":{"kind":"drop"}}]}',
    });
    expect(await put.json()).toEqual({ rules: [{ match: {}, then: { kind: "drop" } }] });
  });

  test("a control path that does not exist is a 404", async () => {
    const vendor = await tinyVendor();
    expect((await fetch(`${vendor.url}/__emulator/nothing`)).status).toBe(404);
  });
});

describe("the server", () => {
  test("an unknown path gets the vendor's own answer and stands in the ledger", async () => {
    const vendor = await tinyVendor();
    expect((await fetch(`${vendor.url}/else`)).status).toBe(404);
    expect(vendor.ledger.entries()).toMatchObject([{ path: "/else", status: 404, committed: false }]);
  });

  test("pieces of a path are decoded", async () => {
    const vendor = await tinyVendor();
    expect(await (await fetch(`${vendor.url}/notes/a%20b`)).json()).toEqual({ found: "a b" });
  });

  test("a mistake inside an emulator is shown, not hidden", async () => {
    const vendor = await tinyVendor();
    const answer = await fetch(`${vendor.url}/broken`, { method: "POST" });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain("a mistake in the emulator");
  });

  test("a body over 20 MB is refused with 413", async () => {
    const vendor = await tinyVendor();
    const answer = await fetch(`${vendor.url}/notes`, {
      method: "POST",
      body: "x".repeat(20 * 1024 * 1024 + 1),
    });
    expect(answer.status).toBe(413);
  });

  test("a taken port is an error at the start", async () => {
    const vendor = await tinyVendor();
    const again = startServer({
      vendor: "slack",
      port: vendor.port,
      now,
      routes: [],
      ledger: createLedger(),
      faults: createFaults("slack"),
      notFound: () => ({ status: 404 }),
      errorBody: () => ({}),
      control: { state: () => ({}), reset: () => undefined, seed: () => ({}) },
    });
    await expect(again).rejects.toThrow("EADDRINUSE");
  });
});
