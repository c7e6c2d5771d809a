// An export that is imported into an empty store is exported as the same bytes, whatever is in it and however it is written.
import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/hub/clock.ts";
import { type CsvFormat, PLAIN_CSV } from "../../../src/hub/export/export-format.ts";
import type { ImportTarget } from "../../../src/hub/import/import-pass.ts";
import { Imports } from "../../../src/hub/import/imports.ts";
import { IMPORT_PIECE_BYTES } from "../../../src/shared/history/import.ts";
import { runsOf } from "../../support/stores/runs.ts";
import { makeReading, openTestStore, type TestStore } from "../../support/stores/store.ts";

const readings = fc.uniqueArray(
  fc
    .record({
      device: fc.constantFrom("pi-1", "pi:2", "3"),
      metric: fc.constantFrom("t", "-guarded", "5", "a b", "bme280.temperature", "온도", "%", "value", "id", "unit"),
      tsMs: fc.oneof(
        fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2026, 6, 1) }),
        // Around the night in which the clocks of Europe are set back.
        fc.integer({ min: Date.UTC(2025, 9, 25, 23), max: Date.UTC(2025, 9, 26, 3) }),
      ),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    })
    .map(({ device, metric, tsMs, value }) => makeReading(device, metric, tsMs, value)),
  { minLength: 1, maxLength: 40, selector: ({ device, metric, tsMs }) => `${device} ${metric} ${tsMs}` },
);
const formats = fc.constantFrom<Partial<CsvFormat>>(
  {},
  { layout: "wide" },
  { timeZone: "Europe/Berlin" },
  { separator: ";", decimal: ",", layout: "wide", timeZone: "Asia/Kolkata" },
  { separator: "\t", time: "spreadsheet" },
  { separator: ";", decimal: ",", time: "spreadsheet", layout: "wide" },
);
/** Takes everything: what devices there may be is the registry's business. */
const target: ImportTarget = {
  rejectionOf: () => null,
  hasDevice: () => false,
  hasSeries: () => false,
  admit: async () => undefined,
  stored: () => undefined,
};
const sizes = fc.constantFrom(IMPORT_PIECE_BYTES, 7);

test("an export that is imported into an empty store is exported as the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(readings, formats, sizes, async (rows, format, pieceBytes) => {
      await using from = await openTestStore();
      await from.store.readings.append({ readings: rows, attributes: [], receivedAtMs: 0 });
      const file = await exported(from, format);
      await using into = await openTestStore();
      expect(await imported(into, file, pieceBytes)).toMatchObject({
        fresh: rows.length,
        changed: 0,
        known: 0,
        refused: 0,
      });
      expect((await exported(into, format)).toString()).toBe(file.toString());
      expect((await exported(into, {})).toString()).toBe((await exported(from, {})).toString());
      expect(await imported(into, file, pieceBytes)).toMatchObject({ fresh: 0, changed: 0, known: rows.length });
    }),
    { numRuns: runsOf(8) },
  );
}, 120_000);

async function exported({ store }: TestStore, format: Partial<CsvFormat>): Promise<Buffer> {
  const everything = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };
  const pieces: Buffer[] = [];
  for await (const { bytes, release } of store.readings.export(everything, { ...PLAIN_CSV, ...format })) {
    pieces.push(Buffer.from(Buffer.from(bytes)));
    release();
  }
  return Buffer.concat(pieces);
}

async function imported({ store }: TestStore, file: Uint8Array, pieceBytes: number) {
  const imports = new Imports({ readings: store.readings, target, isDiskFull: () => false, clock: systemClock });
  const begun = imports.begin({ bytes: file, isWhole: true, fileName: "bramble.csv", zone: "UTC" });
  if ("code" in begun) throw new Error(begun.code);
  imports.start(begun.id, "store");
  for (let offset = 0; ; offset += pieceBytes) {
    const isLast = offset + pieceBytes >= file.length;
    const taken = await imports.take(begun.id, offset, file.subarray(offset, offset + pieceBytes), isLast);
    if ("code" in taken) throw new Error(taken.code);
    if (isLast) return taken.pass?.counts;
  }
}
