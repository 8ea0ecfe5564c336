import { describe, expect, test } from "vitest";
import { addressOf, busOf } from "./pubsub-address.ts";

describe("the event bus of a connection", () => {
  test("is Salesforce's for an org of Salesforce", () => {
    expect(busOf({ loginUrl: "https://acme.my.salesforce.com", pubsubUrl: null })).toBe(
      "https://api.pubsub.salesforce.com:7443",
    );
  });

  test.each([
    ["another host", "https://crm.acme.example", null, null],
    ["a host that only looks like it", "https://evilsalesforce.com", null, null],
    ["one that is named", "https://crm.acme.example", "https://bus.example:7443", "https://bus.example:7443"],
  ])("of %s", (_, loginUrl, pubsubUrl, bus) => {
    expect(busOf({ loginUrl, pubsubUrl })).toBe(bus);
  });
});

describe("where Baton connects to", () => {
  test("must be https", async () => {
    await expect(addressOf("http://bus.example", true)).rejects.toThrow("is no https address");
  });

  test.each(["https://127.0.0.1:7443", "https://10.1.2.3", "https://[::1]:7443", "https://localhost"])(
    "%s is private, and not called unless the connection allows it",
    async (url) => {
      await expect(addressOf(url, false)).rejects.toThrow("private");
    },
  );

  test("a private address that is allowed may have any certificate, a private name only its own", async () => {
    expect(await addressOf("https://127.0.0.1:7443", true)).toEqual({
      target: "127.0.0.1:7443",
      certifiedName: null,
    });
    expect(await addressOf("https://bus.lan", true)).toEqual({
      target: "bus.lan:443",
      certifiedName: "bus.lan",
    });
  });

  test("a public address has a certificate for itself", async () => {
    expect(await addressOf("https://93.184.215.14", false)).toEqual({
      target: "93.184.215.14:443",
      certifiedName: "93.184.215.14",
    });
  });
});
