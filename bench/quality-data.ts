/** The real messages that quality is measured on; they lie beside the repository and are no part of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DATA = join(import.meta.dirname, "..", "..", "shared", "data");

/** The sets by name, or null where `../shared/data` does not hold it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the fields of its set
export function readSet<T>(name: string, folder: string = DATA): readonly T[] | null {
  const file = join(folder, `${name}.jsonl`);
  if (!existsSync(file)) return null;
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}
