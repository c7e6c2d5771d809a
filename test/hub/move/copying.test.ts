// The copy of a move between two stores: its order, where it resumes, and what it compares.
import { join } from "node:path";
import { expect, test } from "vitest";
import { ActiveMove } from "../../../src/hub/move/active-move.ts";
import { Pacing } from "../../../src/hub/move/copying/pacing.ts";
import { ALL_READINGS } from "../../../src/hub/move/copying/selections.ts";
import { differences, newestStretch } from "../../../src/hub/move/copying/stretches.ts";
import { DualWrite } from "../../../src/hub/move/dual-write.ts";
import { DurableFile } from "../../../src/hub/move/durable-file.ts";
import { Mirror } from "../../../src/hub/move/mirror.ts";
import { type MoveState, moveStateFile } from "../../../src/hub/move/move-state.ts";
import { WriteIntents, WriteIntentsFile } from "../../../src/hub/move/write-intents.ts";
import { rowsOf } from "../../../src/hub/store/readings.ts";
import type { Store } from "../../../src/hub/store/store.ts";
import type { IncomingReading, Reading } from "../../../src/shared/reading.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { randomNumbers } from "../../support/random.ts";
import { deviceId, makeReading, TestStore } from "../../support/stores/store.ts";

const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;
/** A month begins then. */
const START_MS = 680 * MONTH_MS;
const NOW_MS = START_MS + 10 * MONTH_MS;

const NEW_MOVE: MoveState = {
  address: "postgres://bramble@127.0.0.1/bramble",
  reads: "file",
  step: "copying",
  startedMs: NOW_MS,
  switchedMs: null,
  isFresh: true,
  copiedFromMs: null,
  copyPlace: null,
  copiedReadings: 0,
  compared: null,
  switchWhenEqual: false,
};

/** Two stores; `begin` moves the one into the other from a state on. */
class Stores implements AsyncDisposable {
  readonly clock = new FakeClock(NOW_MS);
  readonly #folder = makeTemporaryFolder();
  readonly #source = new TestStore(this.clock);
  readonly #target = new TestStore(this.clock);

  get source(): Store {
    return this.#source.store;
  }

  get target(): Store {
    return this.#target.store;
  }

  async start(): Promise<void> {
    await this.source.start();
    await this.target.start();
  }

  async begin(state: MoveState): Promise<ActiveMove> {
    const { source, clock } = this;
    const onFailure = (error: unknown) => {
      throw error;
    };
    const mirror = new Mirror(onFailure);
    mirror.target = this.target;
    const writeIntents = new WriteIntents(
      new DurableFile(join(this.#folder.path, "move-debts.json"), WriteIntentsFile),
    );
    await writeIntents.load();
    const pacing = new Pacing();
    return new ActiveMove({
      state,
      file: moveStateFile(this.#folder.path),
      source,
      spoolings: () => 0,
      letWorkers: async () => 0,
      dual: new DualWrite({ source, mirror, writeIntents, pacing, clock, onFailure }),
      pacing,
      clock,
      restart: () => undefined,
      signal: new AbortController().signal,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
    await this.#target[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

async function append(store: Store, readings: readonly IncomingReading[]): Promise<void> {
  await store.readings.append({ readings, attributes: [], receivedAtMs: NOW_MS });
}

async function rows({ readings }: Store): Promise<string[]> {
  const page = await readings.page({ ...ALL_READINGS, order: "oldest-first", after: null, limit: 100_000 });
  return rowsOf(page).map(nameOf);
}

/** `b 2 7`: a reading of device b in the third month, with the value 7. */
function nameOf({ device, tsMs, value }: Reading): string {
  return `${device} ${Math.floor((tsMs - START_MS) / MONTH_MS)} ${value}`;
}

function inMonth(device: string, month: number, value: number): IncomingReading {
  return makeReading(device, "t", START_MS + month * MONTH_MS + value * 60_000, value);
}

test("a copy goes from the newest month to the oldest, and in each from device to device; resumed, it goes on there", async () => {
  await using stores = new Stores();
  await stores.start();
  const { source, target } = stores;
  await append(source, [inMonth("b", 9, 1), inMonth("a", 9, 2), inMonth("b", 9, 3), inMonth("c", 9, 4)]);
  await append(source, [inMonth("b", 2, 5), inMonth("c", 0, 6), inMonth("a", 0, 7), inMonth("a", 10, 8)]);

  let move = await stores.begin(NEW_MOVE);
  const found: string[][] = [];
  let before: string[] = [];
  while (move.state.step === "copying") {
    await move.step();
    const now = await rows(target);
    const added = now.filter((row) => !before.includes(row));
    if (added.length > 0) found.push(added);
    before = now;
    // As after a crash that followed at once.
    move = await stores.begin(JSON.parse(JSON.stringify(move.state)));
  }
  expect(found).toEqual([["a 10 8"], ["a 9 2"], ["b 9 1", "b 9 3"], ["c 9 4"], ["b 2 5"], ["a 0 7"], ["c 0 6"]]);
  expect(move.state).toMatchObject({ step: "comparing", copiedReadings: 8, copyPlace: null });
  await move.step();
  expect(move.state).toMatchObject({ step: "ready", compared: { readings: 7, series: 3, repaired: 0 } });
});

test("a state of an older version, which knows no place in a month, is gone on with", async () => {
  await using stores = new Stores();
  await stores.start();
  const { source, target } = stores;
  await append(source, [inMonth("a", 3, 1), inMonth("a", 3, 2), inMonth("b", 3, 3)]);
  await append(target, [inMonth("a", 3, 2), inMonth("b", 3, 3)]);
  const { copyPlace: _, ...older } = NEW_MOVE;
  const move = await stores.begin({ ...older, copiedFromMs: START_MS + 3 * MONTH_MS + 90_000, copiedReadings: 2 });
  while (move.state.step === "copying") await move.step();
  expect(move.state).toMatchObject({ step: "comparing", copiedReadings: 3 });
  expect(await rows(target)).toEqual(await rows(source));
});

test("a device that is removed while it is copied leaves nothing out of the next one", async () => {
  await using stores = new Stores();
  await stores.start();
  const { source, target } = stores;
  await append(source, [inMonth("a", 3, 1), inMonth("c", 3, 2), inMonth("c", 3, 900)]);
  const fromMs = START_MS + 3 * MONTH_MS;
  const move = await stores.begin({ ...NEW_MOVE, copyPlace: { fromMs, device: "b", toMs: fromMs + 600_000 } });
  while (move.state.step === "copying") await move.step();
  expect(await rows(target)).toEqual(["c 3 2", "c 3 900"]);
});

test("where the other store is not empty, all of both is compared reading by reading", async () => {
  await using stores = new Stores();
  await stores.start();
  const { source, target } = stores;
  await append(source, [inMonth("a", 3, 1), inMonth("a", 3, 2), inMonth("b", 1, 3)]);
  await append(target, [inMonth("a", 3, 2), inMonth("a", 7, 4), inMonth("d", 1, 5)]);
  await append(target, [makeReading("b", "t", START_MS + MONTH_MS + 3 * 60_000, 99)]);
  const move = await stores.begin({ ...NEW_MOVE, isFresh: false });
  while (move.state.step === "copying") await move.step();
  expect(await rows(target)).toEqual(await rows(source));
  await move.step();
  expect(move.state).toMatchObject({ step: "ready", compared: { readings: 3, repaired: 0 } });
});

test("of two stretches exactly what differs is found", async () => {
  const random = randomNumbers(7);
  const pick = (count: number) => Math.floor(random() * count);
  await using stores = new Stores();
  await stores.start();
  for (let round = 0; round < 10; round++) {
    const devices = ["a", "b", "c"].map((name) => deviceId(`${name}${round}`));
    const all = Array.from({ length: 60 }, () =>
      makeReading(devices[pick(3)] ?? "", "t", NOW_MS - 1_000 * pick(30), pick(3)),
    );
    await append(stores.source, all.slice(0, 40));
    await append(stores.target, all.slice(20));
    const selection = { ...ALL_READINGS, devices };
    const here = await newestStretch(stores.source.readings, selection, 1_000);
    const there = await newestStretch(stores.target.readings, selection, 1_000);
    const fromMs = NOW_MS - 1_000 * pick(30);
    const named = (list: readonly Reading[]) =>
      new Map(list.filter(({ tsMs }) => tsMs >= fromMs).map((one) => [`${one.device} ${one.tsMs}`, one]));
    const ours = named(rowsOf(here.page));
    const theirs = named(rowsOf(there.page));
    expect(differences(here, there, fromMs)).toEqual({
      readings: ours.size,
      missing: [...ours].filter(([key, { value }]) => theirs.get(key)?.value !== value).map(([, reading]) => reading),
      extras: [...theirs].filter(([key]) => !ours.has(key)).map(([, reading]) => reading),
    });
  }
});

test("a stretch ends between two moments, and is larger than wanted where one moment has more", async () => {
  await using stores = new Stores();
  await stores.start();
  const { source } = stores;
  const at = (device: string, secondsAgo: number) => makeReading(device, "t", NOW_MS - 1_000 * secondsAgo, secondsAgo);
  await append(source, [at("a", 0), ...["a", "b", "c", "d", "e"].map((device) => at(device, 1))]);
  await append(
    source,
    ["a", "b", "c"].map((device) => at(device, 2)),
  );
  const counts: number[] = [];
  for (let { toMs } = ALL_READINGS; toMs > ALL_READINGS.fromMs; ) {
    const stretch = await newestStretch(source.readings, { ...ALL_READINGS, toMs }, 3);
    counts.push(stretch.count);
    toMs = stretch.fromMs;
  }
  expect(counts).toEqual([1, 5, 3]);
  const [one] = (await newestStretch(source.readings, { ...ALL_READINGS, devices: [deviceId("e")] }, 3)).page.series;
  expect(one).toEqual({ device: "e", metric: "t" });
});
