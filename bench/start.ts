/** How long it takes from the start of the process to the first ready answer: on an empty folder, and ever after. */
import { type Bench, startBaton } from "./ground.ts";
import { atMost, informs, percentile } from "./row.ts";

export const start: Bench = async (ground) => {
  const folder = await ground.newFolder();
  const times: number[] = [];
  for (let turn = 0; turn <= (ground.quick ? 2 : 5); turn += 1) {
    const baton = await startBaton(ground, { command: ["start"], folder });
    await baton.stop();
    times.push(baton.startedInMs / 1_000);
    ground.say(`start ${turn}: ready after ${baton.startedInMs.toFixed(0)} ms`);
  }
  const [first = Number.NaN, ...later] = times;
  return [
    atMost(
      { name: "start to ready, data directory exists, median", value: percentile(later, 0.5), unit: "s" },
      3,
    ),
    informs({ name: "first start to ready, the database is made", value: first, unit: "s" }),
  ];
};
