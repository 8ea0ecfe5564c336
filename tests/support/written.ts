/** What the emulated vendors were really asked to write. */
import type { TestHouse } from "./house.ts";

/** Every change that any emulator but Intercom's own people made: method and path of committed requests. */
export function writesOutside({ emulators }: TestHouse): readonly string[] {
  const { intercom, salesforce, slack, smtp } = emulators;
  return [intercom, salesforce, slack, smtp].flatMap(({ ledger }) =>
    ledger.entries().flatMap((entry) => (entry.committed ? [`${entry.method} ${entry.path}`] : [])),
  );
}
