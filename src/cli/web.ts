/**
 * The built admin. It is made from web/ at the first start and after web/ has changed, so that `npm ci` needs no step
 * of its own, with install scripts or without; `baton web build` does it ahead, as for an image that is not written.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../kernel/failure.ts";
import type { Terminal } from "./terminal.ts";

export interface WebDeps {
  /** The folder web/ of the repository. */
  readonly folder: string;
  readonly node: string;
}

const STAMP = "sources.sha256";

export function webCommand(terminal: Terminal, deps: WebDeps): Command {
  return new Command("web").description("the web admin").addCommand(
    new Command("build")
      .description("build the admin and print the size of each part; ends with an error over budget")
      .option("--json", "print one JSON object at the end")
      .action(async (options: { readonly json?: boolean }) => {
        const said = await build(deps, await digestOf(deps.folder));
        if (options.json === true) terminal.out(JSON.stringify({ built: join(deps.folder, "dist") }));
        else terminal.out(said.trimEnd());
      }),
  );
}

/** Builds when nothing is built, or something else than stands in web/ now. A failure is told, and stops nothing. */
export async function ensureWeb(terminal: Terminal, deps: WebDeps): Promise<void> {
  const digest = await digestOf(deps.folder);
  if ((await stampOf(deps.folder)) === digest) return;
  terminal.err("Building the web admin, once ...");
  try {
    await build(deps, digest);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    terminal.err(`${error.message}\nBaton goes on without its web admin.`);
  }
}

/** What the build printed. Nobody sees half a build: it is made beside the old one and takes its place. */
async function build({ folder, node }: WebDeps, digest: string): Promise<string> {
  const made = join(folder, `dist.${process.pid}`);
  try {
    const said = await run(node, [join(folder, "build.ts"), made]);
    await writeFile(join(made, STAMP), digest);
    await rm(join(folder, "dist"), { recursive: true, force: true });
    await rename(made, join(folder, "dist"));
    return said;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      `the web admin can't be written to ${folder}: let this user write there, or run \`baton web build\` as one who may`,
      { cause },
    );
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const keep = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(said) : reject(new UserError(`the web admin could not be built:\n${said.trim()}`)),
    );
  });
}

async function stampOf(folder: string): Promise<string | null> {
  return readFile(join(folder, "dist", STAMP), "utf8").catch(() => null);
}

/** Of the service what the admin takes along: how conditions are said, and which fields there are. */
const SHARED = ["condition", "fields", "sentence"].map((name) => `../src/policy/${name}.ts`);

/** Of all that a build is made from: the sources and the locked packages. */
async function digestOf(folder: string): Promise<string> {
  const entries = await readdir(join(folder, "src"), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const around = ["index.html", "vite.config.ts", "build.ts", "../package-lock.json", ...SHARED];
  const hash = createHash("sha256");
  for (const path of [...around.map((name) => join(folder, name)), ...sources])
    hash.update(path.slice(folder.length)).update(await readFile(path));
  return hash.digest("hex");
}
