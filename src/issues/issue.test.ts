import { describe, expect, test } from "vitest";
import {
  CENSUS_OFF,
  doneWords,
  type IssueStatus,
  nextStep,
  OWNER_CHANGED,
  PARKED_EVENT,
  STAGE_CHANGED,
  UNKNOWN_OUTCOME,
} from "./issue.ts";

describe("the next step of", () => {
  const open = { id: "abc", destination: "salesforce", status: "open" } as const;
  test.for([
    ["a failure", "STRING_TOO_LONG", "Correct the cause in Salesforce or in the policy"],
    ["what may have arrived", UNKNOWN_OUTCOME, "baton issues answer abc --effect KEY --arrived"],
    ["a parked event", PARKED_EVENT, "Update Baton or report the event"],
    ["a queue without members", "queue_without_members", "Add members to the queue in Salesforce"],
    ["webhooks that do not come", "webhooks_silent", "Turn the app's webhooks on"],
    ["a census that does not add up", CENSUS_OFF, "Run `baton census`"],
    ["a stage that somebody changed", STAGE_CHANGED, "whoever runs that automation"],
    ["an owner that somebody changed", OWNER_CHANGED, "who is to own such records"],
  ] as const)("%s", ([, code, words]) => {
    expect(nextStep({ ...open, code })).toContain(words);
  });

  test.for<readonly [IssueStatus, string]>([
    ["retrying", "it is tried again"],
    ["resolved", "opens again when it is seen again"],
    ["skipped", "opens again when it is seen again"],
  ])("an issue that is %s is nothing", ([status, words]) => {
    expect(nextStep({ ...open, code: "x", status })).toMatch(new RegExp(`^Nothing.*${words}`));
  });
});

test.for([
  [["crm-write"], ["notify", "notify"], "done: the records in Salesforce; not done: the message to a person"],
  [["tag-contact"], [], "done: the tag on the person"],
  [[], ["reply"], "not done: the answer to the customer"],
  [[], [], ""],
] as const)("of %j and %j a person reads", ([done, notDone, words]) => {
  expect(doneWords({ done, notDone })).toBe(words);
});
