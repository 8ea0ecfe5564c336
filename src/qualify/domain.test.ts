import { describe, expect, test } from "vitest";
import { company, person, snapshot } from "../../tests/support/cases.ts";
import { companyDomain, registrable } from "./domain.ts";

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

describe("the company behind a person", () => {
  test.for([
    ["what Intercom knows wins", { company: company({ domain: "www.acme.example" }) }, "acme.example"],
    [
      "else the work address",
      { company: null, contact: person({ email: "ana@mail.globex.example" }) },
      "globex.example",
    ],
    ["free mail says nothing", { company: null, contact: person({ email: "ana@gmail.com" }) }, null],
    ["nobody without an address", { company: null, contact: person({ email: null }) }, null],
    ["nobody at all", { company: null, contact: null }, null],
  ] as const)("%s", ([, over, domain]) => {
    expect(companyDomain(snapshot(over))).toBe(domain);
  });
});
