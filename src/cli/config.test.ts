import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configCommand, describeFault, readConfig, type Env } from "./config.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");

describe("the configuration", () => {
  test("of an empty environment is the embedded database on this machine alone", () => {
    expect(readConfig({})).toEqual({
      kind: "ok",
      config: {
        database: { kind: "embedded" },
        dataDirectory: "./.baton",
        port: 8080,
        host: "127.0.0.1",
        secretKey: { kind: "made", path: join(".baton", "secret.key") },
        baseUrl: null,
        log: "info",
        concurrency: 24,
        settleMs: 15_000,
        sweepMs: 120_000,
        beatMs: 5_000,
        allowUnsafeDatabase: false,
        meaning: false,
        oidc: null,
      },
    });
  });

  test("takes what is set", () => {
    const result = readConfig({
      DATABASE_URL: "postgresql://baton:pass@db.example.com:5433/baton?sslmode=require",
      BATON_DATA_DIR: "/srv/baton data",
      BATON_PORT: "0",
      BATON_HOST: "0.0.0.0",
      BATON_SECRET_KEY: KEY,
      BATON_BASE_URL: "https://baton.example.com/",
      BATON_LOG: "debug",
      BATON_ALLOW_UNSAFE_DATABASE: "true",
      BATON_MEANING: "on",
    });
    expect(result).toEqual({
      kind: "ok",
      config: {
        database: { kind: "url", url: "postgresql://baton:pass@db.example.com:5433/baton?sslmode=require" },
        dataDirectory: "/srv/baton data",
        port: 0,
        host: "0.0.0.0",
        secretKey: { kind: "text", text: KEY },
        baseUrl: "https://baton.example.com",
        log: "debug",
        concurrency: 24,
        settleMs: 15_000,
        sweepMs: 120_000,
        beatMs: 5_000,
        allowUnsafeDatabase: true,
        meaning: true,
        oidc: null,
      },
    });
  });

  test("takes an empty variable for one that is not set", () => {
    expect(readConfig({ DATABASE_URL: "", BATON_PORT: " ", BATON_SECRET_KEY: "" })).toEqual(readConfig({}));
  });

  test("may name a file for the key", () => {
    expect(readConfig({ BATON_SECRET_KEY_FILE: "/run/secrets/baton" })).toMatchObject({
      config: { secretKey: { kind: "file", path: "/run/secrets/baton" } },
    });
  });

  test.for([
    ["BATON_PORT", "80a", 'BATON_PORT is "80a": expected a whole number from 0 to 65535'],
    ["BATON_PORT", "65536", 'BATON_PORT is "65536": expected'],
    ["BATON_PORT", "-1", 'BATON_PORT is "-1": expected'],
    ["BATON_HOST", "http://here", 'BATON_HOST is "http://here": expected an IP address'],
    ["BATON_BASE_URL", "baton.example.com", 'BATON_BASE_URL is "baton.example.com": expected the address'],
    ["BATON_BASE_URL", "https://a.example/?x=1", "BATON_BASE_URL is"],
    ["BATON_LOG", "loud", 'BATON_LOG is "loud": expected debug, info, warn, error or silent'],
    [
      "BATON_ALLOW_UNSAFE_DATABASE",
      "maybe",
      'BATON_ALLOW_UNSAFE_DATABASE is "maybe": expected true or false',
    ],
    ["BATON_MEANING", "yes", 'BATON_MEANING is "yes": expected on or off'],
    ["DATABASE_URL", "mysql://root:hunter2@db/x", "DATABASE_URL has another shape: expected postgres://user"],
    ["DATABASE_URL", "postgres://", "DATABASE_URL has another shape"],
    ["BATON_SECRET_KEY", "hunter2hunter2", "BATON_SECRET_KEY key 1 has 10 bytes: expected 32 random bytes"],
    ["BATON_SECRET_KEY", ",", "BATON_SECRET_KEY is empty: expected 32 random bytes"],
  ] as const)("refuses %s=%s in one line without a secret", ([variable, value, line]) => {
    const lines = faultsOf({ [variable]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(line);
    expect(lines[0]).not.toContain("hunter2");
  });

  describe("of an OpenID provider", () => {
    const whole = {
      BATON_OIDC_ISSUER: "https://login.example.com/realms/acme",
      BATON_OIDC_CLIENT_ID: "baton",
      BATON_OIDC_CLIENT_SECRET: "hunter2",
    };

    test("is named by its host unless it has a name, and leaves passwords alone", () => {
      const { BATON_OIDC_ISSUER: issuer } = whole;
      const oidc = {
        issuer,
        clientId: "baton",
        clientSecret: "hunter2",
        name: "login.example.com",
        isOnly: false,
      };
      expect(readConfig(whole)).toMatchObject({ config: { oidc } });
      expect(readConfig({ ...whole, BATON_OIDC_NAME: "Acme", BATON_OIDC_ONLY: "true" })).toMatchObject({
        config: { oidc: { ...oidc, name: "Acme", isOnly: true } },
      });
    });

    test.for([
      [{ BATON_OIDC_CLIENT_SECRET: "" }, "BATON_OIDC_CLIENT_SECRET is missing beside BATON_OIDC_ISSUER"],
      [{ BATON_OIDC_CLIENT_ID: "" }, "BATON_OIDC_CLIENT_ID is missing beside BATON_OIDC_ISSUER"],
      [{ BATON_OIDC_ISSUER: "http://login.example.com" }, 'BATON_OIDC_ISSUER is "http://login.example.com"'],
      [{ BATON_OIDC_ISSUER: "login.example.com" }, 'BATON_OIDC_ISSUER is "login.example.com"'],
      [{ BATON_OIDC_ONLY: "yes" }, 'BATON_OIDC_ONLY is "yes": expected true or false'],
      [{ BATON_OIDC_NAME: "n".repeat(41) }, "BATON_OIDC_NAME is"],
    ] as const)("is refused with %o in one line", ([change, line]) => {
      const lines = faultsOf({ ...whole, ...change });
      expect(lines).toEqual([expect.stringContaining(line)]);
      expect(lines[0]).not.toContain("hunter2");
    });

    test("is none without an issuer, whatever else is set", () => {
      const { BATON_OIDC_ISSUER: _, ...rest } = whole;
      expect(faultsOf({ ...rest, BATON_OIDC_ONLY: "true", BATON_OIDC_NAME: "Acme" })).toEqual([
        expect.stringContaining("BATON_OIDC_CLIENT_ID is set without BATON_OIDC_ISSUER"),
        expect.stringContaining("BATON_OIDC_CLIENT_SECRET is set without BATON_OIDC_ISSUER"),
        expect.stringContaining("BATON_OIDC_ONLY is true without BATON_OIDC_ISSUER: nobody could sign in"),
        expect.stringContaining("BATON_OIDC_NAME is set without BATON_OIDC_ISSUER"),
      ]);
    });

    test("may be asked without encryption on this machine alone", () => {
      expect(readConfig({ ...whole, BATON_OIDC_ISSUER: "http://127.0.0.1:8081" })).toMatchObject({
        kind: "ok",
      });
    });
  });

  test("reports all faults at once", () => {
    expect(faultsOf({ BATON_PORT: "x", BATON_LOG: "y", DATABASE_URL: "z" })).toHaveLength(3);
  });

  test("refuses a key in two places", () => {
    expect(faultsOf({ BATON_SECRET_KEY: KEY, BATON_SECRET_KEY_FILE: "/key" })).toEqual([
      expect.stringContaining("BATON_SECRET_KEY_FILE is set beside BATON_SECRET_KEY"),
    ]);
  });
});

describe("baton config check", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("lists every variable with its meaning and where its value comes from, and shows no secret", async () => {
    const { out, err, code } = await check({
      DATABASE_URL: "postgres://baton:hunter2@db/baton",
      BATON_SECRET_KEY: KEY,
      BATON_PORT: "9000",
    });
    const printed = out.join("\n");
    expect(printed).toContain("BATON_PORT = 9000 (environment)\n  port. Port of the admin");
    expect(printed).toContain("BATON_HOST = 127.0.0.1 (default)");
    expect(printed).toContain("DATABASE_URL = set, not shown (environment)");
    expect(printed).not.toContain("hunter2");
    expect(printed).not.toContain(KEY);
    expect(out.at(-1)).toBe("The configuration is fine.");
    expect([err, code]).toEqual([[], 0]);
  });

  test("exits 1 with one line for each fault", async () => {
    const { err, code } = await check({ BATON_PORT: "x", BATON_LOG: "y" });
    expect(err).toHaveLength(2);
    expect(code).toBe(1);
  });

  test("names a variable that is probably misspelt", async () => {
    const { err, code } = await check({ BATON_PROT: "9000" });
    expect(err).toEqual(["BATON_PROT is unknown to Baton and has no effect: is it misspelt?"]);
    expect(code).toBe(0);
  });

  test("looks into the key file", async () => {
    const path = join(folder, "key");
    await writeFile(path, "abcdef");
    const short = await check({ BATON_SECRET_KEY_FILE: path });
    expect(short.err[0]).toContain(`BATON_SECRET_KEY_FILE names ${path}, key 1 has 4 bytes: expected`);
    await writeFile(path, `${KEY}\n`);
    expect((await check({ BATON_SECRET_KEY_FILE: path })).code).toBe(0);
    const none = await check({ BATON_SECRET_KEY_FILE: join(folder, "none") });
    expect(none.err[0]).toContain("ENOENT");
    expect(none.code).toBe(1);
  });

  test("asks the OpenID provider, and says what it does not find there", async () => {
    const { err, code } = await check({
      BATON_OIDC_ISSUER: "http://127.0.0.1:1",
      BATON_OIDC_CLIENT_ID: "baton",
      BATON_OIDC_CLIENT_SECRET: "hunter2",
    });
    expect(err).toEqual([
      expect.stringMatching(/^BATON_OIDC_ISSUER leads nowhere: .*openid-configuration does not answer \(/),
    ]);
    expect(code).toBe(1);
  });

  test("prints the same as JSON", async () => {
    const { out, err, code } = await check(
      { BATON_PORT: "x", DATABASE_URL: "postgres://a:hunter2@b/c" },
      "--json",
    );
    const report = JSON.parse(out.join("\n")) as { ok: boolean; variables: object[]; faults: object[] };
    expect(report.ok).toBe(false);
    expect(report.faults).toEqual([
      { variable: "BATON_PORT", fault: 'is "x"', expected: expect.stringContaining("a whole number") },
    ]);
    expect(report.variables).toContainEqual(
      expect.objectContaining({ name: "DATABASE_URL", source: "environment", value: null }),
    );
    expect([err, code]).toEqual([[], 1]);
  });
});

function faultsOf(env: Env): readonly string[] {
  const result = readConfig(env);
  return result.kind === "ok" ? [] : result.faults.map(describeFault);
}

async function check(env: Env, ...options: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  let code = 0;
  const command = configCommand({
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([]),
    interactive: false,
    clock: () => 0,
    env,
    exit: (given) => (code = given),
  });
  await command.parseAsync(["check", ...options], { from: "user" });
  return { out, err, code };
}
