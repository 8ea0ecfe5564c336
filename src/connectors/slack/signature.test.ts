import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isSigned } from "./signature.ts";

// The worked example of docs.slack.dev/authentication/verifying-requests-from-slack.
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const TIMESTAMP = "1531420618";
const SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const NOW = 1_531_420_618_000;

const check = (
  over: {
    body?: string;
    signature?: string | undefined;
    timestamp?: string | undefined;
    secret?: string;
  } = {},
  now = NOW,
): boolean => {
  const given = { body: BODY, signature: SIGNATURE, timestamp: TIMESTAMP, secret: SECRET, ...over };
  return isSigned(Buffer.from(given.body), given, given.secret, now);
};

describe("Slack's signature", () => {
  test("fits Slack's own example", () => {
    expect(check()).toBe(true);
  });

  test.for([
    ["another body", { body: `${BODY}&a=1` }],
    ["another time stamp", { timestamp: "1531420619" }],
    ["another secret", { secret: "other" }],
    ["another digest", { signature: `v0=${"0".repeat(64)}` }],
    ["another version", { signature: SIGNATURE.replace("v0", "v1") }],
    ["a digest of another length", { signature: SIGNATURE.slice(0, -2) }],
    ["a digest in capitals", { signature: SIGNATURE.toUpperCase() }],
    ["no signature", { signature: undefined }],
    ["no time stamp", { timestamp: undefined }],
    ["a time stamp that is no number", { timestamp: "soon" }],
  ] as const)("does not fit %s", ([, over]) => {
    expect(check(over)).toBe(false);
  });

  test("is worth nothing without a secret", () => {
    const digest = createHmac("sha256", "").update(`v0:${TIMESTAMP}:${BODY}`).digest("hex");
    expect(check({ secret: "", signature: `v0=${digest}` })).toBe(false);
  });

  test.for([
    [299_999, true],
    [300_000, false],
    [-299_999, true],
    [-300_000, false],
  ] as const)("%i ms away from its time stamp: %s", ([ms, good]) => {
    expect(check({}, NOW + ms)).toBe(good);
  });
});
