import { describe, expect, test } from "vitest";
import { assertPublicHost, isPrivateAddress, publicLookup } from "./addresses.ts";

describe("an address outside the public internet is private", () => {
  test.for([
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "[::1]",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "no address",
  ])("%s", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  test.for(["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])("%s is public", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

test("a host written as a private address is refused before anything is resolved", () => {
  expect(() => assertPublicHost("[::1]")).toThrow("private network");
  expect(() => assertPublicHost("169.254.169.254")).toThrow("private network");
  expect(() => assertPublicHost("api.example")).not.toThrow();
});

test.for([true, false])("a name that resolves to the machine itself is refused (all: %s)", async (all) => {
  const refused = await new Promise<Error | null>((resolve) =>
    publicLookup("localhost", { all }, (error) => resolve(error)),
  );
  expect(refused?.message).toContain("private network");
});
