/**
 * Conversations that end in a handoff, with the webhooks Intercom sends for them: replayed in the emulated accounts
 * beforehand, their notifications kept instead of delivered, so that a bench hands them over when it wants to.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { prepareWorld, replay } from "../src/cli/emulated.ts";
import { policyOf } from "../src/policy/read.ts";
import { saasDefault } from "../src/policy/templates/saas-default.ts";
import { readArrival } from "../src/intake/storable.ts";
import type { Emulators } from "../emulators/all.ts";
import { type DemoConversation, demoConversations } from "../demo/conversations.ts";
import type { Ground } from "./ground.ts";

export interface Story {
  readonly conversation: string;
  /** Bodies of the notifications about the conversation, in the order in which Intercom sent them. */
  readonly bodies: readonly string[];
}

export interface Stories {
  readonly told: readonly Story[];
  /** Bodies about people alone: they appeared, they used the product. */
  readonly people: readonly string[];
}

/** `count` conversations of the demo's kind that the default policy hands off. */
export async function qualifying(
  ground: Ground,
  emulators: Emulators,
  count: number,
  wanted: (conversation: DemoConversation) => boolean = () => true,
): Promise<Stories> {
  const now = ground.clock();
  const chosen = demoConversations({ count: 200 + count * 24, seed: 7, now })
    .filter((one) => one.expect.qualified && one.expect.recipe !== null && wanted(one))
    .slice(0, count);
  if (chosen.length < count)
    throw new Error(`only ${chosen.length} of ${count} such conversations in the demo`);
  await prepareWorld(emulators, chosen, policyOf(saasDefault, "the default policy"));
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks).toString("utf8"));
      response.end();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  emulators.intercom.setWebhooks(`http://127.0.0.1:${port}/`);
  const ids: string[] = [];
  for (const one of chosen) ids.push((await replay(emulators, one)).conversation);
  await emulators.intercom.flush();
  emulators.intercom.setWebhooks(undefined);
  await new Promise((resolve) => {
    collector.close(resolve);
    collector.closeAllConnections();
  });
  return sorted(bodies, ids, now);
}

function sorted(bodies: readonly string[], ids: readonly string[], now: number): Stories {
  const of = new Map<string, string[]>(ids.map((id) => [id, []]));
  const people: string[] = [];
  for (const body of bodies) {
    const arrived = readArrival(Buffer.from(body), null, now);
    if (arrived.kind !== "event") continue;
    const { conversation } = arrived.row;
    if (conversation === null) people.push(body);
    else of.get(conversation)?.push(body);
  }
  return { told: [...of].map(([conversation, own]) => ({ conversation, bodies: own })), people };
}
