// What a copy writes at once, and that what was read ahead is never older than what the other store has.
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CopyPlace, devicesOf } from "../../../src/hub/move/copying/months.ts";
import { Pacing } from "../../../src/hub/move/copying/pacing.ts";
import { type MonthLeft, type Piece, PieceReader } from "../../../src/hub/move/copying/pieces.ts";
import { ALL_READINGS } from "../../../src/hub/move/copying/selections.ts";
import { DualWrite } from "../../../src/hub/move/dual-write.ts";
import { DurableFile } from "../../../src/hub/move/durable-file.ts";
import { Mirror } from "../../../src/hub/move/mirror.ts";
import { WriteIntents, WriteIntentsFile } from "../../../src/hub/move/write-intents.ts";
import type { Store } from "../../../src/hub/store/store.ts";
import type { IncomingReading } from "../../../src/shared/reading.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { deviceId, makeReading, TestStore } from "../../support/stores/store.ts";

const MINUTE_MS = 60_000;
const END_MS = Date.UTC(2026, 5, 1);
const FROM_MS = Date.UTC(2026, 4, 1);
const START: CopyPlace = { fromMs: FROM_MS, device: "", toMs: END_MS };

/** A store with a reader of its pieces; what is written through `dual` would go to another store, too. */
class Copying implements AsyncDisposable {
  readonly #folder = makeTemporaryFolder();
  readonly #test = new TestStore(new FakeClock(END_MS));
  readonly dual: DualWrite;
  readonly reader: PieceReader;

  constructor() {
    const onFailure = (error: unknown) => {
      throw error;
    };
    this.dual = new DualWrite({
      source: this.store,
      mirror: new Mirror(() => undefined),
      writeIntents: new WriteIntents(new DurableFile(join(this.#folder.path, "move-debts.json"), WriteIntentsFile)),
      pacing: new Pacing(),
      clock: new FakeClock(END_MS),
      onFailure,
    });
    this.reader = new PieceReader(this.store, this.dual);
  }

  get store(): Store {
    return this.#test.store;
  }

  /** Starts it with so many readings of each device, a minute after the other, the last one before the month ends. */
  async begin(counts: Readonly<Record<string, number>>): Promise<MonthLeft> {
    await this.store.start();
    for (const [device, count] of Object.entries(counts))
      await this.append(Array.from({ length: count }, (_, index) => reading(device, index + 1)));
    return { place: START, endMs: END_MS, devices: await devicesOf([this.store]) };
  }

  async append(readings: readonly IncomingReading[]): Promise<void> {
    await this.dual.append({ readings, attributes: [], receivedAtMs: END_MS });
  }

  /** Resolves when what was asked of the store before is answered. */
  async settled(): Promise<void> {
    await this.store.readings.page({ ...ALL_READINGS, order: "oldest-first", after: null, limit: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#test[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

function reading(device: string, minutesAgo: number, value = minutesAgo): IncomingReading {
  return makeReading(device, "t", END_MS - minutesAgo * MINUTE_MS, value);
}

/** `a 3`: three readings of device a. */
function partsOf({ series }: Piece): string[] {
  return series.map(({ device, columns }) => `${device} ${columns.tsMs.length}`);
}

function valuesOf({ series }: Piece): number[] {
  return series.flatMap(({ columns }) => [...columns.values]);
}

test("small devices are one piece, and a large one is several", async () => {
  await using copying = new Copying();
  const left = await copying.begin({ a: 10, b: 20, c: 40_000, d: 17_000, e: 5 });
  const pieces: string[][] = [];
  let { place } = left;
  for (let readings = 0; readings < 57_035; ) {
    const piece = await copying.reader.next({ ...left, place });
    pieces.push(partsOf(piece));
    readings += piece.readings;
    place = piece.after;
  }
  expect(pieces).toEqual([["a 10", "b 20"], ["c 32767"], ["c 7233"], ["d 17000"], ["e 5"]]);
});

test("a piece is the whole range between its ends", async () => {
  await using copying = new Copying();
  const left = await copying.begin({ a: 40_000, b: 1 });
  const newest = await copying.reader.next(left);
  expect(newest).toMatchObject({ toMs: END_MS, fromMs: newest.after.toMs, after: { device: "a" } });
  const oldest = await copying.reader.next({ ...left, place: newest.after });
  expect(oldest).toMatchObject({ toMs: newest.fromMs, fromMs: FROM_MS, after: { device: "a", toMs: FROM_MS } });
  expect(partsOf(newest).concat(partsOf(oldest))).toEqual(["a 32767", "a 7233"]);
});

test("what was read ahead is read again where a late reading came for it", async () => {
  await using copying = new Copying();
  const left = await copying.begin({ a: 17_000, b: 3, c: 17_000 });
  const first = await copying.reader.next(left);
  await copying.settled();
  await copying.append([reading("b", 2, 99)]);
  const second = await copying.reader.next({ ...left, place: first.after });
  expect(partsOf(second)).toEqual(["b 3", "c 17000"]);
  expect(valuesOf(second).slice(0, 3)).toEqual([3, 99, 1]);
});

test("what was read ahead is read again where something was removed", async () => {
  await using copying = new Copying();
  const left = await copying.begin({ a: 17_000, b: 3 });
  const first = await copying.reader.next(left);
  await copying.settled();
  const removed = { ...ALL_READINGS, devices: [deviceId("b")] };
  await copying.dual.change(removed, removed, (store) => store.readings.remove(removed));
  expect(partsOf(await copying.reader.next({ ...left, place: first.after }))).toEqual([]);
});

test("after a step that failed the same piece comes again", async () => {
  await using copying = new Copying();
  const left = await copying.begin({ a: 17_000, b: 3 });
  await copying.reader.next(left);
  expect(partsOf(await copying.reader.next(left))).toEqual(["a 17000"]);
});
