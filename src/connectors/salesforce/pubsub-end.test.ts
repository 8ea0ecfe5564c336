import { describe, expect, test } from "vitest";
import { busErrorOf, endOf } from "./pubsub-end.ts";

const end = (code: number, details = "", errorCode = "") => endOf({ code, details, errorCode });

describe("how a stream ended", () => {
  test("a token that is not taken asks for a new one", () => {
    expect(end(16).kind).toBe("signed-out");
  });

  test.each([
    ["by the code", "no", "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted"],
    ["by the words", "The replay ID is invalid", ""],
  ])("a place that Salesforce has forgotten is told %s", (_, details, code) => {
    expect(end(3, details, code).kind).toBe("expired");
  });

  test.each([
    [3, "numRequested is negative", "refuses the subscription. Salesforce says: numRequested is negative"],
    [5, "", "no change events of Opportunity"],
    [12, "", "no change events of Opportunity"],
    [7, "insufficient access", "View All on Opportunity"],
    [8, "", "allowance of events is used up"],
  ])("status %i is something that a person changes", (code, details, words) => {
    expect(end(code, details)).toMatchObject({ kind: "refused", why: expect.stringContaining(words) });
  });

  test("everything else is a connection that broke", () => {
    expect(end(14)).toEqual({ kind: "dropped", why: "the connection to the event bus broke (status 14)" });
    expect(end(13, "RST_STREAM")).toMatchObject({ why: expect.stringContaining("(RST_STREAM)") });
  });
});

describe("an error of gRPC", () => {
  test("has a status, words, and Salesforce's code beside them", () => {
    const metadata = { get: (name: string) => (name === "error-code" ? ["over.limit"] : []) };
    expect(busErrorOf({ code: 8, details: "too many", metadata })).toEqual({
      code: 8,
      details: "too many",
      errorCode: "over.limit",
    });
  });

  test("may lack the words and the code", () => {
    expect(busErrorOf({ code: 14 })).toEqual({ code: 14, details: "", errorCode: "" });
  });

  test.each([[null], ["broken"], [{}], [{ code: "ECONNRESET" }]])("%j is none", (error) => {
    expect(busErrorOf(error)).toBeNull();
  });
});
