import { createServer } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDurability } from "../../src/store/durability.ts";
import { freePort } from "../../src/store/embedded-server.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase({ migrate: false });
});
afterAll(() => database.drop());

const check = (url: string, allowUnsafe = false, logged: string[] = []) =>
  checkDurability(url, { allowUnsafe, log: (_level, message) => logged.push(message) });

/** The tests' address with one part replaced. */
function withPart(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

async function alter(setting: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`alter database ${new URL(database.url).pathname.slice(1)} ${setting}`);
  await client.end();
}

describe("a database of one's own", () => {
  test("that syncs is accepted", async () => {
    expect(await check(database.url)).toEqual({ versionNumber: 180_004, unsafe: [] });
  });

  test("with a wrong password is refused without printing it", async () => {
    const url = withPart((parts) => (parts.password = "not-the-password"));
    const refused = await check(url).catch(String);
    expect(refused).toContain('refused user "postgres": check the user name and the password');
    expect(refused).toContain("DATABASE_URL (127.0.0.1:");
    expect(refused).not.toContain("not-the-password");
  });

  test.for([
    ["no such database", { pathname: "/nowhere" }, 'has no database "nowhere"'],
    ["no such host", { hostname: "db.invalid" }, "names a host that can't be found"],
  ] as const)("%s", async ([, part, message]) => {
    await expect(check(withPart((url) => Object.assign(url, part)))).rejects.toThrow(message);
  });

  test("where nothing listens is named", async () => {
    const port = await freePort();
    const refused = check(`postgres://baton:secret@127.0.0.1:${port}/baton`);
    await expect(refused).rejects.toThrow(`DATABASE_URL (127.0.0.1:${port}/baton) does not answer`);
  });

  test.for([["mysql://a:secret@b/c"], ["localhost:5432"], ["postgres://"], [""]])(
    "%j is no address",
    async ([url = ""]) => {
      const refused = await check(url).catch(String);
      expect(refused).toContain("DATABASE_URL");
      expect(refused).not.toContain("secret");
    },
  );

  test("that speaks another language is refused in one line", async () => {
    const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const refused = await check(`postgres://baton:secret@127.0.0.1:${port}/baton`).catch(String);
    expect(refused).toMatch(/^UserError: DATABASE_URL .* can't be used: [^\n]+$/);
    server.close();
  });

  test("that loses commits is refused, and allowed only by an explicit word, which is logged", async () => {
    await alter("set synchronous_commit = off");
    await expect(check(database.url)).rejects.toThrow(
      "runs with synchronous_commit=off and may lose what Baton has acknowledged",
    );
    const logged: string[] = [];
    expect((await check(database.url, true, logged)).unsafe).toEqual(["synchronous_commit=off"]);
    expect(logged.join()).toContain("going on because BATON_ALLOW_UNSAFE_DATABASE is set");
    await alter("reset synchronous_commit");
  });

  test.for([["local"], ["remote_write"], ["remote_apply"]])(
    "synchronous_commit=%s flushes locally and is fine",
    async ([value]) => {
      await alter(`set synchronous_commit = ${value}`);
      expect((await check(database.url)).unsafe).toEqual([]);
      await alter("reset synchronous_commit");
    },
  );

  test("that can't be written to is refused", async () => {
    await alter("set default_transaction_read_only = on");
    await expect(check(database.url)).rejects.toThrow(
      "is a read-only replica: point DATABASE_URL at the primary",
    );
  });
});
