/**
 * `npm run quality [-- folder]`: Baton measured on text that nobody of this project wrote. The text is not part of the
 * repository; the folder holds it (../shared/data when absent). Exits 0 only when every section reaches its figures.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { alarmsReport, intentReport } from "./intent-report.ts";
import { summaryReport } from "./summaries.ts";

interface Section {
  readonly file: string;
  readonly report: (file: string) => { readonly lines: readonly string[]; readonly reached: boolean };
}

const SECTIONS: readonly Section[] = [
  { file: "intent-open.jsonl", report: intentReport },
  { file: "sumo-questions-open.jsonl", report: alarmsReport },
  { file: "summaries-open.jsonl", report: summaryReport },
];

const folder = process.argv[2] ?? join(import.meta.dirname, "../../shared/data");
for (const { file, report } of SECTIONS) {
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.error(`${path} is not there: nothing measured; give the folder that holds ${file}`);
    process.exitCode = 1;
    continue;
  }
  const { lines, reached } = report(path);
  console.log(lines.join("\n"));
  if (!reached) process.exitCode = 1;
}
