// However many files are read at once, and however slow their clients are: few have a window of rows in memory, and all are read to
// their end.
import { expect, test } from "vitest";
import { PLAIN_CSV } from "../../../src/hub/export/export-format.ts";
import type { ExportPiece } from "../../../src/hub/store/readings.ts";
import { ExportTurns } from "../../../src/hub/store/sqlite/export-turns.ts";
import { deviceId, metricName, openTestStore } from "../../support/stores/store.ts";

const MOST_WINDOWS = 8;
const FILES = 3 * MOST_WINDOWS;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("files whose clients are slow give their windows to others, one after another", async () => {
  const turns = new ExportTurns();
  const windows = new Set<number>();
  const begin = async (file: number) => {
    await turns.begin(file, () => windows.delete(file));
    windows.add(file);
    expect(windows.size).toBeLessThanOrEqual(MOST_WINDOWS);
  };
  const begun = Array.from({ length: FILES }, (_, file) => begin(file));
  await nextTurn();
  expect(windows.size).toBe(MOST_WINDOWS);
  for (let file = 0; file < FILES; file++) {
    await begun[file];
    turns.pause(file);
    await nextTurn();
  }
  await Promise.all(begun);
  expect(windows.size).toBe(MOST_WINDOWS);
});

test("a file that is wanted no more leaves its window, and its place among those that wait", async () => {
  const turns = new ExportTurns();
  const begun: number[] = [];
  for (let file = 0; file < FILES; file++)
    void turns.begin(file, () => expect.unreachable()).then(() => begun.push(file));
  turns.end(MOST_WINDOWS);
  turns.end(0);
  await nextTurn();
  expect(begun).toEqual([...Array(MOST_WINDOWS).keys(), MOST_WINDOWS + 1]);
});

test("files that are read in turns are the same as one that is read alone", async () => {
  await using open = await openTestStore();
  const { readings } = open.store;
  const [device, metric] = [deviceId("pi"), metricName("t")];
  const rows = Array.from({ length: 120_000 }, (_, index) => ({ device, metric, tsMs: index * 1_000, value: index }));
  for (let at = 0; at < rows.length; at += 10_000)
    await readings.append({ readings: rows.slice(at, at + 10_000), attributes: [], receivedAtMs: 0, isOfFlood: false });
  await open.doBackgroundWork();
  const all = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };
  const textOf = async (pieces: AsyncIterable<ExportPiece>) => {
    let text = "";
    for await (const { bytes, release } of pieces) {
      text += Buffer.from(bytes).toString();
      release();
      await nextTurn();
    }
    return text;
  };
  const notes = [
    { device: "pi", fromMs: 500, toMs: null, text: "at the start" },
    { device: null, fromMs: 1_000_000, toMs: 50_000_500, text: "for a while" },
    { device: "pi", fromMs: 1e13, toMs: null, text: "behind all" },
  ];
  const format = { ...PLAIN_CSV, notes };
  const alone = await textOf(readings.export(all, format));
  expect(alone.split("\r\n")).toHaveLength(rows.length + 3);
  const together = await Promise.all(Array.from({ length: FILES }, () => textOf(readings.export(all, format))));
  for (const text of together) expect(text === alone).toBe(true);
});
