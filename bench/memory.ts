/** Resident memory of one Baton process that serves and works: with nothing to do, and with all it can get. */
import { connectEmulators, DEMO_ENVIRONMENT } from "../src/cli/emulated.ts";
import { startEmulators } from "../emulators/all.ts";
import { type Baton, type Bench, memoryOf, pause, startBaton } from "./ground.ts";
import { atMost, informs, type Row } from "./row.ts";
import { qualifying } from "./story.ts";
import { flood, series, signedRequest } from "./traffic.ts";

const IDLE_AFTER_MS = 10_000;

export const memory: Bench = async (ground) => {
  const emulators = await startEmulators({ now: ground.clock });
  try {
    const database = await ground.newDatabase();
    const { vault } = ground;
    const environment = DEMO_ENVIRONMENT;
    const path = await connectEmulators({ db: database.db, vault, emulators, environment, mode: "live" });
    const { told } = await qualifying(ground, emulators, ground.quick ? 40 : 200);
    const folder = await ground.newFolder();
    const baton = await startBaton(ground, { command: ["start"], databaseUrl: database.url, folder });
    try {
      await pause(IDLE_AFTER_MS);
      const idle = await measure(baton);
      const url = `${baton.url}${path}`;
      const handoffs = told.flatMap((story) => story.bodies.map((body) => signedRequest(url, body)));
      const chatter = series(url, "load", ground.quick ? 2_000 : 20_000, ground.clock());
      const loadMs = ground.quick ? 5_000 : 30_000;
      await Promise.all([flood(url, handoffs, 8, loadMs), flood(url, chatter, 64, loadMs)]);
      await pause(ground.quick ? 1_000 : 15_000);
      const loaded = await measure(baton);
      return rowsOf(idle, loaded);
    } finally {
      await baton.stop();
    }
  } finally {
    await emulators.stop();
  }
};

interface Memory {
  readonly now: number;
  readonly peak: number;
}

async function measure(baton: Baton): Promise<Memory> {
  const memory = await memoryOf(baton.pid);
  if (memory === null) throw new Error("this system does not tell the memory of a process under /proc");
  return memory;
}

function rowsOf(idle: Memory, loaded: Memory): readonly Row[] {
  return [
    atMost({ name: "resident, idle for 10 s", value: idle.now, unit: "MB" }, 180),
    informs({ name: "resident, peak until then (start-up)", value: idle.peak, unit: "MB" }),
    atMost({ name: "resident, peak under load", value: loaded.peak, unit: "MB" }, 350),
    informs({ name: "resident, 15 s after the load", value: loaded.now, unit: "MB" }),
  ];
}
