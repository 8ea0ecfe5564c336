import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { UserError } from "../kernel/failure.ts";
import { emulatorsCommand } from "./emulators.ts";
import type { Terminal } from "./terminal.ts";

function recordingTerminal(): Terminal & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    out: (text) => void lines.push(text),
    err: () => {},
    stdin: Readable.from([]),
    interactive: false,
    clock: () => Date.UTC(2026, 0, 2),
    env: {},
    exit: () => {},
  };
}

test("--json prints every address with its credentials, and the emulators end when told to", async () => {
  const terminal = recordingTerminal();
  let seen: number[] = [];
  let printed: Record<string, { url: string; controlUrl?: string }> = {};
  const command = emulatorsCommand(terminal, async () => {
    printed = JSON.parse(terminal.lines.join("")) as typeof printed;
    const urls = Object.values(printed).map(({ url, controlUrl }) => new URL(controlUrl ?? url).origin);
    seen = await Promise.all(urls.map(async (url) => (await fetch(`${url}/__emulator/state`)).status));
  });
  await command.parseAsync(["--json"], { from: "user" });
  expect(Object.keys(printed)).toEqual(["intercom", "salesforce", "slack", "smtp", "enrichment"]);
  expect(seen).toEqual([200, 200, 200, 200, 200]);
  await expect(fetch(`${printed["slack"]?.url}/api/auth.test`)).rejects.toThrow("fetch failed");
});

test("without --json there is one line for each emulator", async () => {
  const terminal = recordingTerminal();
  await emulatorsCommand(terminal, async () => {}).parseAsync([], { from: "user" });
  const lines = terminal.lines.join("\n").split("\n");
  expect(lines).toHaveLength(5);
  expect(lines.find((line) => line.startsWith("smtp"))).toMatch(
    /smtp:\/\/127\.0\.0\.1:\d+ .*controlUrl=http/,
  );
});

test("a port that is taken is one readable line", async () => {
  const terminal = recordingTerminal();
  const second = async (): Promise<void> => {
    const { slack } = JSON.parse(terminal.lines.join("")) as { slack: { url: string } };
    const port = new URL(slack.url).port;
    const command = emulatorsCommand(recordingTerminal(), async () => {});
    await expect(command.parseAsync(["--slack-port", port], { from: "user" })).rejects.toThrow(
      new UserError(`emulators: port ${port} is taken; name another with --<emulator>-port, or 0.`),
    );
  };
  await emulatorsCommand(terminal, second).parseAsync(["--json"], { from: "user" });
});

test("a port that is no port is refused with its option", async () => {
  const command = emulatorsCommand(recordingTerminal(), async () => {})
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  await expect(command.parseAsync(["--slack-port", "99999"], { from: "user" })).rejects.toThrow(
    /--slack-port .*65535/,
  );
});

test("a host that is none is one readable line", async () => {
  const command = emulatorsCommand(recordingTerminal(), async () => {});
  await expect(command.parseAsync(["--host", "256.256.256.256"], { from: "user" })).rejects.toThrow(
    /^emulators: cannot listen on 256\.256\.256\.256 \(E\w+\); name another --host or port\.$/,
  );
});
