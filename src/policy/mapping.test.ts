import { describe, expect, test } from "vitest";
import { isWritableInIntercom } from "./mapping.ts";
import { readPolicy } from "./read.ts";

describe("what a line of the mapping may write in Intercom", () => {
  test.each([
    ["contact.phone", true],
    ["contact.attributes.rep", true],
    ["company.attributes.manager", true],
    ["contact.lastSeenAt", false],
    ["score.buying", false],
  ])("%s: %s", (from, isWritable) => {
    expect(isWritableInIntercom({ from })).toBe(isWritable);
  });

  test("a part of a name is no field", () => {
    expect(isWritableInIntercom({ from: "contact.name", with: "last-name" })).toBe(false);
  });
});

describe("the owner of a record", () => {
  const complaints = (to: string, direction: string): readonly string[] => {
    const row = `{ from: contact.attributes.rep, to: ${to}, direction: ${direction} }`;
    const reading = readPolicy(
      `format: baton/policy@1\nname: T\nsignals: {}\nscores: {}\nmapping:\n  lead:\n    - ${row}\n`,
    );
    return reading.kind === "ok" ? [] : reading.faults.map(({ line, message }) => `${line} ${message}`);
  };

  test.each(["Owner.Name", "Owner.Email"])("comes back to Intercom as %s", (to) => {
    expect(complaints(to, "to-intercom")).toEqual([]);
  });

  test.each(["both", "to-salesforce"])("is nobody's to write: %s", (direction) => {
    expect(complaints("Owner.Name", direction)).toEqual([
      "7 Owner.Name is the owner's, whom routing decides: write `direction: to-intercom`",
    ]);
  });

  test("no other field is reached through it", () => {
    expect(complaints("Owner.Id", "to-intercom")).toEqual([
      '7 "Owner.Id" must be a Salesforce field\'s API name, or Owner.Name or Owner.Email',
    ]);
  });
});
