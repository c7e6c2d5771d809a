// The contract of order: when a record, a removal or an audit entry is on disk, so is all that was handed in before, of floods too.
import { Type } from "typebox";
import { expect, test } from "vitest";
import type { RecordKind } from "../../src/hub/store/records.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import type { OpenStore } from "./open-store.ts";

/** More than an adapter may take into one commit. */
const MESSAGES = 3_500;
const PI = deviceId("pi");
const T = metricName("t");

const Note = Type.Object({ id: Type.String(), device: Type.String() });
const notes: RecordKind<typeof Note> = {
  name: "note",
  schema: Note,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};

export function orderingContract(open: () => Promise<OpenStore>): void {
  test("messages enqueued together keep their order", async () => {
    await using at = await open();
    const times = await Promise.all(Array.from({ length: MESSAGES }, (_, index) => appendOne(at, index, 1_000, null)));
    expect(times).toEqual(times.map((_, index) => 1_000 + index));
  });

  const barriers: readonly [name: string, write: (at: OpenStore) => Promise<void>][] = [
    ["a record", ({ store }) => store.records.collection(notes).save([{ id: "1", device: "pi" }])],
    ["the removal of a device", ({ store }) => store.records.removeDevice(deviceId("other"))],
    ["an audit entry", ({ store }) => store.audit.append({ atMs: 1, actor: "", action: "", subject: "", details: {} })],
    ["a copy", ({ store }) => store.readings.copy(deviceId("a"), [T], deviceId("b"))],
  ];
  for (const [name, write] of barriers) {
    for (const flood of ["no flood", "a flood behind", "a flood before"] as const) {
      test(`${name} comes behind everything that was handed in before, with ${flood}`, async () => {
        await using at = await open();
        let stored = 0;
        let handedIn = 0;
        const send = (isOfFlood: boolean, count: number) => {
          for (let sent = 0; sent < count; sent++)
            void appendOne(at, handedIn, handedIn++, isOfFlood).then(() => stored++);
        };
        if (flood === "a flood before") send(true, MESSAGES);
        send(false, MESSAGES);
        if (flood === "a flood behind") send(true, 1);
        const expected = handedIn;
        const written = write(at).then(() => stored);
        // What is handed in later does not matter.
        send(false, 10);
        expect(await written).toBeGreaterThanOrEqual(expected);
      });
    }
  }

  test("an attribute enqueued before its device's removal does not reappear", async () => {
    await using at = await open();
    const attributes = [{ device: PI, name: metricName("os"), text: "x" }];
    for (const isOfFlood of [true, false]) {
      const appended = at.store.readings.append({ readings: [], attributes, receivedAtMs: 1, isOfFlood });
      await at.store.records.removeDevice(PI);
      await appended;
      expect(await at.store.records.attributes()).toEqual([]);
    }
  });

  test("records are written in the order in which they were enqueued", async () => {
    await using at = await open();
    const collection = at.store.records.collection(notes);
    const writes: Promise<unknown>[] = [];
    for (let index = 0; index < 200; index++) {
      writes.push(appendOne(at, index, index, index % 3 === 0));
      writes.push(collection.save([{ id: "1", device: `pi-${index}` }]));
    }
    await Promise.all(writes);
    expect(await collection.list()).toEqual([{ id: "1", device: "pi-199" }]);
  });

  test("everything enqueued before the stop is stored", async () => {
    await using at = await open();
    const appended = appendOne(at, 7, 1, false);
    const saved = at.store.records.collection(notes).save([{ id: "1", device: "pi" }]);
    await at.reopen();
    expect(await appended).toBe(1);
    await saved;
    expect(await at.store.readings.latest()).toEqual([{ device: PI, metric: T, tsMs: 1, value: 7 }]);
    expect(await at.store.records.collection(notes).list()).toHaveLength(1);
    await at.store.stop();
    await expect(appendOne(at, 8, 2, false)).rejects.toMatchObject({ code: "store-failed" });
  });
}

/** One reading in a message of its own; without a time where `isOfFlood` is null. Resolves with its time. */
async function appendOne(
  { store }: OpenStore,
  value: number,
  atMs: number,
  isOfFlood: boolean | null,
): Promise<number | undefined> {
  const readings = [{ device: PI, metric: T, tsMs: isOfFlood === null ? null : atMs, value }];
  const times = await store.readings.append({
    readings,
    attributes: [],
    receivedAtMs: atMs,
    isOfFlood: isOfFlood === true,
  });
  return times[0];
}
