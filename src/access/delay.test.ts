import { expect, test } from "vitest";
import { ACCOUNT, ADDRESS, delayAfter } from "./delay.ts";

test.for([
  ["an account", ACCOUNT, 4, 0],
  ["an account", ACCOUNT, 5, 1_000],
  ["an account", ACCOUNT, 8, 8_000],
  ["an account", ACCOUNT, 100_000, 900_000],
  ["an address", ADDRESS, 30, 0],
  ["an address", ADDRESS, 33, 4_000],
  ["an address", ADDRESS, 60, 60_000],
] as const)("%s waits after failures in a row", ([, patience, failures, ms]) => {
  expect(delayAfter(failures, patience)).toBe(ms);
});
