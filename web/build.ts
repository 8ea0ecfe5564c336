/**
 * Builds the admin into a folder and weighs it: the shell is what every page loads, a route is the shell and what it
 * adds. Prints each size, and exits 1 when one is over its budget.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { z } from "zod";

const HOME = import.meta.dirname;
const SHELL_KB = 170;
const ROUTE_KB = 250;

const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    isEntry: z.boolean().default(false),
    isDynamicEntry: z.boolean().default(false),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

/** A chunk with all that it needs at once. */
function closure(manifest: Manifest, name: string, seen = new Set<string>()): ReadonlySet<string> {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const next of chunk.imports) closure(manifest, next, seen);
  return seen;
}

async function kilobytes(folder: string, manifest: Manifest, names: ReadonlySet<string>): Promise<number> {
  let bytes = 0;
  for (const name of names) {
    const file = manifest[name]?.file ?? "";
    if (file.endsWith(".js")) bytes += gzipSync(await readFile(join(folder, file))).length;
  }
  return bytes / 1_024;
}

const folder = process.argv[2] ?? join(HOME, "dist");
// Whatever the shell says: React's build for development is a third larger.
process.env["NODE_ENV"] = "production";
await build({
  configFile: join(HOME, "vite.config.ts"),
  build: { outDir: folder, emptyOutDir: true, manifest: "manifest.json" },
});
const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? "";
const shell = closure(manifest, entry);
let isOver = false;
const weigh = async (label: string, names: ReadonlySet<string>, most: number): Promise<void> => {
  const size = await kilobytes(folder, manifest, names);
  isOver ||= size > most;
  const verdict = size > most ? "OVER " : "";
  console.log(`${label.padEnd(44)} ${size.toFixed(0).padStart(4)} KB gzip, ${verdict}budget ${most}`);
};
await weigh("shell", shell, SHELL_KB);
for (const [name, { isDynamicEntry }] of Object.entries(manifest))
  if (isDynamicEntry) await weigh(name, new Set([...shell, ...closure(manifest, name)]), ROUTE_KB);
process.exitCode = isOver ? 1 : 0;
