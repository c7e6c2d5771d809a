// One pass over a file, a piece at a time: it counts new, changed and known readings, and with `store` stores them. Readings go to
// the store in batches that live messages overtake, and the pass yields to the event loop between them. The readings of a piece are
// on disk when it is answered, so a pass that is cancelled or interrupted leaves whole pieces behind.
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ImportCounts, type ImportForm, MAX_REFUSED_LINES } from "../../shared/history/import.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { Message } from "../../shared/messages/message.ts";
import type { Reading } from "../../shared/reading.ts";
import type { ReadingStore } from "../store/readings.ts";
import { storedValues } from "./known-readings.ts";
import { type ImportedUnit, type LineReason, RowReader } from "./row-reader.ts";
import { TableRows } from "./table-rows.ts";

/** A commit of so many takes some milliseconds. */
const READINGS_PER_BATCH = 500;
const ROWS_PER_TURN = 100;

/** Where imported readings belong: the devices of the hub. */
export interface ImportTarget {
  /** Why readings of the series cannot be imported; null where they can. */
  rejectionOf(device: DeviceId, metric: MetricName): LineReason | null;
  hasDevice(device: DeviceId): boolean;
  hasSeries(device: DeviceId, metric: MetricName): boolean;
  /** Approves the devices of the readings and creates missing ones; resolves once that is on disk. */
  admit(readings: readonly Reading[]): Promise<void>;
  /** Updates the devices with readings that were stored, and with units. */
  stored(readings: readonly Reading[], units: readonly ImportedUnit[], receivedAtMs: number): void;
}

export interface PassOptions {
  readonly kind: "check" | "store";
  readonly form: ImportForm;
  readonly readings: Pick<ReadingStore, "append" | "page">;
  readonly target: ImportTarget;
  readonly now: () => number;
}

export class ImportPass {
  readonly kind: "check" | "store";
  readonly refusedLines: { readonly line: number; readonly reason: Message }[] = [];
  receivedBytes = 0;
  isComplete = false;
  readonly #options: PassOptions;
  readonly #rows: TableRows;
  readonly #reader: RowReader;
  readonly #counts = noCounts();
  readonly #newDevices = new Set<DeviceId>();
  readonly #newSeries = new Set<string>();
  readonly #units: ImportedUnit[] = [];
  #batch: Reading[] = [];

  constructor(options: PassOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.#rows = new TableRows(options.form);
    this.#reader = new RowReader(options.form, options.now());
  }

  get counts(): ImportCounts {
    return { ...this.#counts, newDevices: [...this.#newDevices], newMetrics: this.#newSeries.size };
  }

  /**
   * Resolves once the piece is processed, and its readings are on disk. After a rejection the pass has to be started again.
   */
  async take(piece: Uint8Array, isLast: boolean, signal: AbortSignal): Promise<void> {
    let rows = 0;
    for (const row of this.#rows.rows(piece, isLast)) {
      const { readings, units, empty, isRepeated, reason } = this.#reader.read(row);
      this.#counts.rows++;
      this.#counts.empty += empty;
      if (isRepeated) this.#counts.repeated++;
      const refused = this.#gather(readings) ?? reason;
      if (refused !== null) this.#refuse(row.line, refused);
      this.#units.push(...units);
      if (++rows % ROWS_PER_TURN === 0) await nextTurn();
      if (this.#batch.length >= READINGS_PER_BATCH) await this.#settle();
      signal.throwIfAborted();
    }
    await this.#settle();
    this.receivedBytes += piece.length;
    this.isComplete = isLast;
  }

  /** Answers why some of them cannot be imported. */
  #gather(readings: readonly Reading[]): LineReason | null {
    const { target } = this.#options;
    let refused: LineReason | null = null;
    for (const reading of readings) {
      const { device, metric, tsMs } = reading;
      const isNew = !target.hasSeries(device, metric) && !this.#newSeries.has(seriesOf(reading));
      const rejection = target.rejectionOf(device, metric);
      if (rejection !== null) {
        refused = rejection;
        continue;
      }
      if (isNew) this.#newSeries.add(seriesOf(reading));
      if (isNew && !target.hasDevice(device)) this.#newDevices.add(device);
      this.#counts.readings++;
      this.#counts.fromMs = Math.min(this.#counts.fromMs ?? tsMs, tsMs);
      this.#counts.toMs = Math.max(this.#counts.toMs ?? tsMs, tsMs);
      this.#batch.push(reading);
    }
    return refused;
  }

  #refuse(line: number, reason: LineReason): void {
    this.#counts.refused++;
    if (this.refusedLines.length < MAX_REFUSED_LINES) this.refusedLines.push({ line, reason });
  }

  /** Counts the gathered readings, and stores those that are new or changed. */
  async #settle(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    const { kind, readings, target, now } = this.#options;
    const distinct = lastOfEach(batch);
    const stored = await storedValues(readings, distinct);
    const missing = distinct.filter((reading) => stored.get(reading) !== reading.value);
    const changed = missing.filter((reading) => stored.has(reading)).length;
    this.#counts.changed += changed;
    this.#counts.fresh += missing.length - changed;
    this.#counts.known += batch.length - missing.length;
    const units = this.#units.splice(0);
    if (kind === "check") return;
    const receivedAtMs = now();
    if (missing.length > 0) {
      await target.admit(missing);
      await readings.append({ readings: missing, attributes: [], receivedAtMs, isOfFlood: true });
    }
    // The units of known readings may be new.
    target.stored(missing, units, receivedAtMs);
  }
}

/** Of readings at one time of a series the last one counts. */
function lastOfEach(readings: readonly Reading[]): Reading[] {
  const byKey = new Map<string, Reading>();
  for (const reading of readings) byKey.set(`${reading.tsMs} ${seriesOf(reading)}`, reading);
  return [...byKey.values()];
}

function seriesOf({ device, metric }: Reading): string {
  return `${device}\n${metric}`;
}

function noCounts(): Omit<ImportCounts, "newDevices" | "newMetrics"> {
  const none = { rows: 0, readings: 0, fresh: 0, changed: 0, known: 0, empty: 0, repeated: 0, refused: 0 };
  return { ...none, fromMs: null, toMs: null };
}
