import { describe, expect, test } from "vitest";
import { describeConnectError, judge } from "./durability.ts";

const SOUND = {
  server_version_num: "180004",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  replica: "false",
  read_only: "off",
};
const URL_WITH_SECRET = "postgres://baton:hunter2@db.example.com:5432/baton";
const judged = (change: object, allowUnsafe = false) =>
  judge(new Map(Object.entries({ ...SOUND, ...change })), "DATABASE_URL", URL_WITH_SECRET, {
    allowUnsafe,
    log: () => {},
  });

describe("a server", () => {
  test.for([
    [
      { server_version_num: "140011" },
      "DATABASE_URL (db.example.com:5432/baton) is PostgreSQL 14; Baton needs 15 or newer",
    ],
    [{ replica: "true" }, "is a read-only replica"],
    [{ read_only: "on" }, "is a read-only replica"],
    [{ fsync: "off" }, "runs with fsync=off and may lose"],
    [
      { full_page_writes: "off", synchronous_commit: "off" },
      "runs with full_page_writes=off, synchronous_commit=off",
    ],
  ] as const)("with %j is refused", ([change, message]) => {
    expect(() => judged(change)).toThrow(message);
  });

  test("that is sound is accepted, and one that is not where that is allowed", () => {
    expect(judged({})).toEqual({ versionNumber: 180_004, unsafe: [] });
    expect(judged({ fsync: "off" }, true).unsafe).toEqual(["fsync=off"]);
  });
});

describe("a failed connection", () => {
  test.for([
    ["53300", "has no connection left"],
    ["57P03", "is still starting up or recovering"],
    ["42501", 'gives user "baton" too few rights'],
    ["EHOSTUNREACH", "does not answer: check host, port and firewall"],
    ["XX000", "can't be used: something else"],
  ] as const)("with code %s is one line without the password", ([code, message]) => {
    const line = describeConnectError(
      Object.assign(new Error("something else\nand more"), { code }),
      "DATABASE_URL",
      URL_WITH_SECRET,
    );
    expect(line).toContain(message);
    expect(line).not.toMatch(/hunter2|\n/);
  });
});
