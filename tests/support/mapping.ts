/** The default policy, at work round the clock, with another mapping. */
import { parseDocument } from "yaml";
import { roundTheClock } from "../../src/cli/emulated.ts";
import { saasDefault } from "../../src/policy/templates/saas-default.ts";

export function withMapping(mapping: Readonly<Record<string, readonly object[]>>): string {
  const document = parseDocument(roundTheClock(saasDefault));
  document.set("mapping", document.createNode(mapping));
  return String(document);
}
