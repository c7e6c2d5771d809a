// A chart's buckets: long rollups where whole slots of them lie in one bucket, the shortest rollups around them, and readings
// where a slot is cut, or is marked as changed since its rollups were worked out. All of it is of one moment.
import type { Bucket } from "../../../../shared/reading.ts";
import { MINUTE_MS } from "../../../../shared/time.ts";
import { addToSlot, type Summary } from "../../codec/summary.ts";
import { bucketsOf, joined, rollupStepOf, SHORTEST_STEP_MS, type Stretch } from "../../common/bucket-parts.ts";
import type { BucketQuery } from "../../readings.ts";
import { toNumber } from "../values.ts";
import { addReadings, inGroups, type SlotReader, within } from "./slot-summaries.ts";

export class BucketReader {
  readonly #reader: SlotReader;
  readonly #series: number;
  readonly #query: BucketQuery;
  readonly #summaries = new Map<number, Summary>();

  /** To be used within a transaction that sees one moment. */
  constructor(reader: SlotReader, series: number, query: BucketQuery) {
    this.#reader = reader;
    this.#series = series;
    this.#query = query;
  }

  /** Oldest first; empty ones are left out. */
  async read(): Promise<Bucket[]> {
    const { fromMs, toMs } = this.#query;
    const rollupMs = rollupStepOf(this.#query);
    if (rollupMs === undefined) await this.#addReadings([{ from: fromMs, to: toMs }]);
    else await this.#addUp(rollupMs);
    return bucketsOf(this.#summaries, this.#query);
  }

  async #addUp(rollupMs: number): Promise<void> {
    const { fromMs, toMs } = this.#query;
    const from = Math.ceil(fromMs / SHORTEST_STEP_MS);
    const to = Math.max(from, Math.floor(toMs / SHORTEST_STEP_MS));
    const marked = await this.#markedSlots(from, to);
    const perLong = rollupMs / SHORTEST_STEP_MS;
    const touched = new Set([...marked].map((slot) => Math.floor(slot / perLong)));
    const long = { from: Math.ceil(from / perLong), to: Math.max(Math.ceil(from / perLong), Math.floor(to / perLong)) };
    await this.#addRollups(rollupMs, [long], (slot) => !touched.has(slot));
    if (perLong > 1) {
      const cut = [...touched].filter((slot) => long.from <= slot && slot < long.to);
      const short = joined([
        { from, to: Math.min(to, long.from * perLong) },
        ...cut.map((slot) => ({ from: slot * perLong, to: (slot + 1) * perLong })),
        { from: Math.max(from, long.to * perLong), to },
      ]);
      await this.#addRollups(SHORTEST_STEP_MS, short, (slot) => !marked.has(slot));
    }
    await this.#addReadings(
      joined([
        { from: fromMs, to: Math.min(toMs, from * SHORTEST_STEP_MS) },
        ...Array.from(marked, (slot) => ({ from: slot * SHORTEST_STEP_MS, to: (slot + 1) * SHORTEST_STEP_MS })),
        { from: Math.max(fromMs, to * SHORTEST_STEP_MS), to: toMs },
      ]),
    );
  }

  async #markedSlots(from: number, to: number): Promise<Set<number>> {
    const rows = await this.#reader.connection.query(
      "SELECT DISTINCT slot FROM rollup_mark WHERE series_id = ? AND slot >= ? AND slot < ?",
      [this.#series, from, to],
    );
    return new Set(rows.map(([slot]) => toNumber(slot)));
  }

  async #addRollups(stepMs: number, slots: readonly Stretch[], isWanted: (slot: number) => boolean): Promise<void> {
    const { originMs, stepMs: bucketMs } = this.#query;
    for (const some of inGroups(slots)) {
      const rows = await this.#reader.connection.query(
        `SELECT slot, readings, min_value, max_value, mean FROM rollup_slot
         WHERE series_id = ? AND minutes = ? AND (${within("slot", some)}) ORDER BY slot`,
        [this.#series, stepMs / MINUTE_MS],
      );
      for (const [slotValue, count, min, max, mean] of rows) {
        const slot = toNumber(slotValue);
        if (!isWanted(slot)) continue;
        const summary = { count: toNumber(count), min: toNumber(min), max: toNumber(max), mean: toNumber(mean) };
        addToSlot(this.#summaries, Math.floor((slot * stepMs - originMs) / bucketMs), summary);
      }
    }
  }

  #addReadings(times: readonly Stretch[]): Promise<void> {
    return addReadings(this.#reader, this.#series, times, this.#query, this.#summaries);
  }
}
