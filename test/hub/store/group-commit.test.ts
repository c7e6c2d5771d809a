// The order of commits during a flood.
import { expect, test } from "vitest";
import { GroupCommit } from "../../../src/hub/store/sqlite/group-commit.ts";
import { SeriesIds } from "../../../src/hub/store/sqlite/series-ids.ts";
import { deviceId, metricName } from "../../support/stores/store.ts";

const DEVICE = deviceId("pi");
const METRIC = metricName("t");
/** More than a flood shares with others. */
const FLOOD_READINGS = 3_000;

const messageOf = (count: number, isOfFlood: boolean) => ({
  readings: Array.from({ length: count }, (_, index) => ({ device: DEVICE, metric: METRIC, tsMs: index, value: 1 })),
  attributes: [],
  receivedAtMs: 0,
  isOfFlood,
});

test("messages that arrived while a flood's message was decoded are committed first", async () => {
  const commits: number[] = [];
  const commit = new GroupCommit({
    series: new SeriesIds(),
    commit: async ({ untimed }) => {
      commits.push(untimed.length);
      return new Float64Array(untimed.length);
    },
    catchUp: async () => false,
    onCommit: () => undefined,
  });
  const flood = commit.append(messageOf(FLOOD_READINGS, true));
  // The sockets are read in the next turn of the event loop.
  const { promise: others, resolve } = Promise.withResolvers<Float64Array>();
  setImmediate(() => resolve(commit.append(messageOf(1, false))));
  await Promise.all([flood, others]);
  expect(commits).toEqual([1, FLOOD_READINGS]);
});

test("a writer that ends in a flood rejects what waits, and no more is waited for", async () => {
  const ended = async () => {
    throw new Error("the writer ended");
  };
  const commit = new GroupCommit({ series: new SeriesIds(), commit: ended, catchUp: ended, onCommit: () => undefined });
  await expect(commit.append(messageOf(FLOOD_READINGS, true))).rejects.toThrow("the writer ended");
  await commit.idle();
});
