/**
 * `npm run graph`: draws which room imports which into ARCHITECTURE.md, between its two marks. An arrow that a longer
 * way already tells (a -> b -> c) is left out, so that the picture can be read.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";

const HOME = join(import.meta.dirname, "..", "..");
const PAGE = join(HOME, "ARCHITECTURE.md");
const BEGIN = "<!-- rooms: written by `npm run graph` -->";
const END = "<!-- /rooms -->";

type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

/** The room of a product file: a folder of src, or "composition" for what stands above the rooms. */
function roomOf(path: string): string | null {
  if (path.endsWith(".test.ts")) return null;
  if (/^src\/[^/]+\.ts$/.test(path)) return "composition";
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? (path.startsWith("emulators/") ? "emulators" : null);
}

async function arrowsOf(): Promise<Arrows> {
  const { output } = await cruise(["src"], {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  });
  if (typeof output === "string") throw new Error(`dependency-cruiser gave a text: ${output}`);
  const arrows = new Map<string, Set<string>>();
  for (const { source, dependencies } of output.modules) {
    const from = roomOf(source);
    if (from === null || from === "emulators") continue;
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      // main.ts lists the commands; a circle of composition and cli would hide every other arrow.
      if (to === null || to === from || (from === "cli" && to === "composition")) continue;
      arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    }
  }
  return arrows;
}

function reaches(arrows: Arrows, from: string, to: string): boolean {
  return [...(arrows.get(from) ?? [])].some((next) => next === to || reaches(arrows, next, to));
}

/** The arrows that no longer way tells. */
function essential(arrows: Arrows): readonly string[] {
  return [...arrows].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((via) => via !== to && reaches(arrows, via, to)))
      .map((to) => `  ${from} --> ${to}`),
  );
}

const lines = essential(await arrowsOf());
const picture = ["```mermaid", "flowchart LR", ...[...lines].sort(), "```"].join("\n");
const page = await readFile(PAGE, "utf8");
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined)
  throw new Error(`${PAGE} has lost its marks ${BEGIN} and ${END}`);
await writeFile(PAGE, `${before}${BEGIN}\n\n${picture}\n\n${END}${after}`);
console.log(`${lines.length} arrows drawn into ARCHITECTURE.md`);
