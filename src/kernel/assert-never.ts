/** Ends an exhaustive switch: a new kind that nobody handles fails to compile, and throws if it slips through. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
