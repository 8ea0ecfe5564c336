import { describe, expect, test } from "vitest";
import { registrable } from "./domain.ts";

describe("the registrable domain of a company", () => {
  test.for([
    ["www.Acme.co.uk", "acme.co.uk"],
    ["https://app.acme.com/login?x=1", "acme.com"],
    ["acme.example", "acme.example"],
    ["gmail.com", null],
    ["outlook.de", null],
    ["localhost", null],
    ["not a domain", null],
    [null, null],
  ] as const)("%s is %s", ([host, domain]) => {
    expect(registrable(host)).toBe(domain);
  });
});
