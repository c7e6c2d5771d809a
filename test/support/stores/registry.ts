// A registry of devices over a store, which admits whoever sends.

import { DeviceView } from "../../../src/hub/devices/device-view.ts";
import { DeviceDirectory } from "../../../src/hub/devices/directory.ts";
import { Registry } from "../../../src/hub/devices/registry.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import { MendList } from "../../../src/hub/mend/mend-list.ts";
import type { ReadingStore } from "../../../src/hub/store/readings.ts";
import type { TestStore } from "./store.ts";

export async function startRegistry(open: TestStore, readings: ReadingStore = open.store.readings): Promise<Registry> {
  const fail = (error: unknown) => {
    throw error;
  };
  const directory = new DeviceDirectory();
  const mends = new MendList(open.store.records, open.clock);
  const registry = new Registry({
    directory,
    view: new DeviceView({
      directory,
      commands: { desired: () => new Map() },
      simulated: { pastMsOf: () => null },
      keys: { get: () => undefined, offerOf: () => undefined },
      mends,
    }),
    readings,
    records: open.store.records,
    mends,
    clock: open.clock,
    joining: "open",
    isInvited: () => false,
    events: new HubEvents(),
    onSaveFailed: fail,
  });
  await registry.start();
  return registry;
}
