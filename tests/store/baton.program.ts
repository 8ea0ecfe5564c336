/**
 * A Baton reduced to its database, as a process that tests can kill: owns the embedded server of a directory, tells
 * one JSON line per event, and stops it when standard input ends. Ctrl-C alone does not end it, as if it were draining.
 * Arguments: directory, fallback folder, native folder (optional).
 */
import { startEmbeddedPostgres } from "../../src/store/embedded.ts";

const [directory = "", fallback = "", native] = process.argv.slice(2);
const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
process.on("SIGINT", () => tell({ kind: "interrupted" }));

try {
  const server = await startEmbeddedPostgres({
    directory,
    fallback,
    log: (level, message) => tell({ kind: "log", level, message }),
    ...(native === undefined ? {} : { native }),
  });
  tell({ kind: "ready", url: server.url, adopted: server.adopted, pid: server.pid });
  process.stdin.resume();
  process.stdin.on("end", () => {
    void server.stop().then(() => tell({ kind: "stopped" }));
  });
} catch (error) {
  tell({ kind: "failed", name: error instanceof Error ? error.name : "", message: String(error) });
  process.exitCode = 1;
}
