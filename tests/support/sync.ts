/** Sync alone: a house whose engine rests, so that nothing carries changes but what a test calls. */
import { syncPlaceOf } from "../../src/syncing.ts";
import type { SyncPlace } from "../../src/sync/place.ts";
import { openTestHouse, type TestHouse } from "./house.ts";
import { withMapping } from "./mapping.ts";

export async function openResting(
  mapping: Parameters<typeof withMapping>[0],
): Promise<{ readonly house: TestHouse; readonly place: SyncPlace }> {
  const house = await openTestHouse({ policy: withMapping(mapping) });
  house.emulators.intercom.setWebhooks(undefined);
  const place = syncPlaceOf(await house.service.house.place("production"));
  if (place === null) throw new Error("production is not connected");
  // The looks that repeat would carry some of it, too.
  await house.service.house.engine.stop(2_000);
  return { house, place };
}
