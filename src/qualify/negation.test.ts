import { describe, expect, test } from "vitest";
import { evidenceOfRow, rowSchema } from "../conversation/row.ts";
import { policySchema } from "../policy/schema.ts";
import { compile } from "./compile.ts";
import { findSignals } from "./find.ts";

const phrases = [
  "enterprise",
  "SSO",
  "SAML",
  "SCIM",
  "contract",
  "quote",
  "upgrade",
  "talk to sales",
  "cancel",
  "refund",
  "complaint",
  "pricing",
];
const policy = compile(
  policySchema.parse({ format: "baton/policy@1", name: "t", signals: { wish: { phrases } }, scores: {} }),
);

/** The words that count as wished for. */
function wishes(text: string): readonly string[] {
  const evidence = evidenceOfRow(rowSchema.parse({ id: 1, text }), 0);
  return findSignals(evidence, policy, 0).map(({ found }) => found.text);
}

describe("what is declined is no signal", () => {
  test.for([
    "we don't need SSO",
    "We don’t need SSO.",
    "we dont really need any SSO",
    "We do not require SAML or SCIM at the moment",
    "no SSO required",
    "no SSO or SAML required",
    "No need for SSO",
    "we have no real need for an enterprise contract",
    "We have no plans to upgrade",
    "no interest in enterprise",
    "not interested in enterprise",
    "I'm not really interested in SSO",
    "not at all interested in talking about SSO",
    "without SAML",
    "we are fine without SSO",
    "we are fine without SSO. We cannot wait to start",
    "is there a plan without a contract",
    "SSO is not needed",
    "SSO isn't necessary for us",
    "SSO and SAML are not required",
    "SSO won't be needed",
    "SSO is no longer needed",
    "SSO is unnecessary",
    "don't want to upgrade",
    "we won't be needing SSO",
    "We will not upgrade",
    "Please don't cancel",
    "do not upgrade",
    "we have decided not to upgrade",
    "I never asked for a quote",
    "never requested an upgrade",
    "nobody here needs SSO",
    "no one needs SSO",
    "none of us need SSO",
    "neither SSO nor SAML",
    "we don't need SSO, SAML or SCIM",
    "we don't need SSO\nor SAML",
    "I don't think we need SSO",
    "I don't think that we will need SSO",
    "we no longer want to upgrade",
    "this is not a complaint",
    "it's not a complaint",
    "this isn't about pricing",
    "not about pricing",
    "I am not trying to cancel",
    "I didn't mean to cancel",
    "keep the old plan rather than upgrading",
    "instead of upgrading",
    "how do I avoid cancelling",
    "we decided against SSO",
    "I'd rather not upgrade",
    "not yet ready to upgrade",
    "Our team won't upgrade",
    "we have not cancelled",
    "I don't want to talk to sales",
    "there is no SSO required",
  ])("%s", (text) => {
    expect(wishes(text)).toEqual([]);
  });
});

describe("what is asked, missed or turned round is a signal", () => {
  test.for([
    ["why can't I upgrade", ["upgrade"]],
    ["I can't cancel", ["cancel"]],
    ["I cannot cancel", ["cancel"]],
    ["I can not cancel", ["cancel"]],
    ["could not upgrade", ["upgrade"]],
    ["unable to cancel", ["cancel"]],
    ["not only SSO but SAML", ["SSO", "SAML"]],
    ["not just SSO", ["SSO"]],
    ["don't you support SSO?", ["SSO"]],
    ["do you not have SAML", ["SAML"]],
    ["no problem, we want SSO", ["SSO"]],
    ["No, we want SSO", ["SSO"]],
    ["isn't there an enterprise plan", ["enterprise"]],
    ["I don't know if you support SSO", ["SSO"]],
    ["not sure whether SSO is included", ["SSO"]],
    ["I don't see SSO in my plan", ["SSO"]],
    ["I don't think you support SSO", ["SSO"]],
    ["SSO is not working", ["SSO"]],
    ["there is no SSO on my plan", ["SSO"]],
    ["still no refund", ["refund"]],
    ["I have not received my refund", ["refund"]],
    ["you did not cancel my subscription", ["cancel"]],
    ["the app won't upgrade", ["upgrade"]],
    ["my subscription is not cancelled", ["cancelled"]],
    ["we don't need SSO, but we want SAML", ["SAML"]],
    ["we don't need SSO but SAML", ["SAML"]],
    ["we don't need SSO. SAML is what we want", ["SAML"]],
    ["we don't need SSO, we want SAML", ["SAML"]],
    ["we don't need SSO and we want SAML", ["SAML"]],
    ["we don't need SSO - can you quote SAML?", ["quote", "SAML"]],
    ["we don't need it\nwe want SSO", ["SSO"]],
    ["we want SSO and do not need SAML", ["SSO"]],
    ["I don't want that, upgrade me", ["upgrade"]],
    ["we can't buy without SAML", ["SAML"]],
    ["without SSO we cannot go live", ["SSO"]],
    ["it is useless without SSO", ["SSO"]],
    ["we can't use it. is there a way without SSO", []],
    ["don't forget SSO", ["SSO"]],
    ["why don't we upgrade", ["upgrade"]],
    ["I don't want to lose my data when I upgrade", ["upgrade"]],
    ["whether or not to upgrade", ["upgrade"]],
    ["we do not have a budget problem so send a quote", ["quote"]],
    ["no way to cancel", ["cancel"]],
    ["no idea how to upgrade", ["upgrade"]],
    ["SSO, not the rest, is needed", ["SSO"]],
    ["we like SSO however it is not needed", ["SSO"]],
    ["we do not use the mobile app much at work these days mostly, SSO matters", ["SSO"]],
    ["the rest of the enterprise", ["enterprise"]],
    ["more than enterprise", ["enterprise"]],
    ["no longer able to cancel", ["cancel"]],
    ["I have no idea who can give me the quote or refund", ["quote", "refund"]],
  ] as const)("%s", ([text, expected]) => {
    expect(wishes(text)).toEqual(expected);
  });
});
