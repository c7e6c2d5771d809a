// What devices have the hub remember is saved a little at a time: a save blocks the event loop for as long as it serialises.
import { type Static, Type } from "typebox";
import { expect, test } from "vitest";
import { type DeviceState, inSaveBatches, newState, toRecord } from "../../../src/hub/devices/state/device-state.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import type { RecordKind } from "../../../src/hub/store/records.ts";
import { DeviceHistories } from "../../../src/hub/timeline/device-histories.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { deviceId, openTestStore } from "../../support/stores/store.ts";

const DEVICES = 100;
const MAX_CHARACTERS_AT_ONCE = 200_000;
const MINUTE_MS = 60_000;

const devices = (change: (state: DeviceState) => void): DeviceState[] =>
  Array.from({ length: DEVICES }, (_, number) => {
    const record = { id: deviceId(`pi-${number}`), firstSeenMs: 0, lastSeenMs: 0, address: null, about: {} };
    const state = newState(record, { online: true, sinceMs: 0 });
    change(state);
    return state;
  });

const names = (count: number) => Array.from({ length: count }, (_, number) => `name-${number}`);

test.each<[string, (state: DeviceState) => void, number]>([
  [
    "descriptions of 50 kB",
    (state) => {
      const label = "l".repeat(64);
      state.about = { metrics: Object.fromEntries(names(500).map((name) => [name, { label, unit: "u".repeat(32) }])) };
    },
    50,
  ],
  [
    "reported texts",
    (state) => {
      for (const name of names(100)) state.reported.set(name, { value: "x".repeat(1_000), atMs: 0 });
    },
    50,
  ],
  ["little to say", () => undefined, 1],
])("devices with %s", (_what, change, leastBatches) => {
  const states = devices(change);
  const batches = [...inSaveBatches(states)];
  expect(batches.flat()).toEqual(states);
  expect(batches.length).toBeGreaterThanOrEqual(leastBatches);
  for (const batch of batches) expect(JSON.stringify(batch.map(toRecord)).length).toBeLessThan(MAX_CHARACTERS_AT_ONCE);
});

const NoteRecord = Type.Object({ device: Type.String(), entries: Type.Array(Type.String()) });
const noteRecords: RecordKind<typeof NoteRecord> = { name: "notes", schema: NoteRecord, idOf: ({ device }) => device };

test("histories of many devices are saved in portions, and all in the end where one portion fails", async () => {
  await using open = await openTestStore();
  const clock = new FakeClock(0);
  const events = new HubEvents();
  const collection = open.store.records.collection(noteRecords);
  const portions: number[] = [];
  const failed = Promise.withResolvers<unknown>();
  const records = {
    ...collection,
    save: async (notes: readonly Static<typeof NoteRecord>[]) => {
      portions.push(notes.length);
      if (portions.length === 3) throw new Error("the disk is full");
      await collection.save(notes);
    },
  };
  const histories = new DeviceHistories<string>(
    { records: open.store.records, clock, events, onFailure: failed.resolve },
    records,
    (from, into) => [...from, ...into],
  );
  await histories.start();
  for (const { id } of devices(() => undefined)) histories.set(id, ["seen"]);
  clock.advance(MINUTE_MS);
  expect(await failed.promise).toMatchObject({ message: "the disk is full" });
  await histories.stop();
  expect(Math.max(...portions)).toBeLessThan(DEVICES / 4);
  expect(await collection.list()).toHaveLength(DEVICES);
});
