// Removes readings that are older than the rules keep them. Days are whole (UTC), so that a chunk is cut once a day at most. A
// computer's clock may be years wrong until it is synchronised, and removed readings are lost: so the day up to which the rules
// are carried out advances by one an hour, however far the clock jumps.
import { type Static, Type } from "typebox";
import { RetentionRule } from "../../shared/api.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { SeriesKey } from "../../shared/reading.ts";
import { DAY_MS, HOUR_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import { Mutex } from "../mutex.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const RetentionRecord = Type.Object({
  rules: Type.Array(RetentionRule),
  /** The day up to which the rules have been carried out, counted from 1970 UTC. */
  day: Type.Integer(),
});
type RetentionRecord = Static<typeof RetentionRecord>;

/** One record, none while there are no rules. */
export const retentionRecords: RecordKind<typeof RetentionRecord> = {
  name: "retention",
  schema: RetentionRecord,
  idOf: () => "rules",
};

export interface RetentionOptions {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  /** All series. */
  readonly series: () => Iterable<SeriesKey>;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class Retention {
  readonly #options: RetentionOptions;
  #record: RetentionRecord | null = null;
  /** Of changes and removals. */
  readonly #mutex = new Mutex();
  #endTimer: (() => void) | null = null;
  #isStopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  get rules(): readonly RetentionRule[] {
    return this.#record?.rules ?? [];
  }

  async start(): Promise<void> {
    const { records, clock, onFailure } = this.#options;
    this.#record = (await records.collection(retentionRecords).list())[0] ?? null;
    this.#endTimer = clock.every(HOUR_MS, () => this.#mutex.runExclusive(() => this.#moveOn()).catch(onFailure));
  }

  /** Resolves when no removal is under way; the rest is removed the next day. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endTimer?.();
    await this.#mutex.idle();
  }

  /** Resolves once the rules are on disk; removal follows. */
  async setRules(rules: readonly RetentionRule[]): Promise<void> {
    await this.#mutex.runExclusive(() => this.#save({ rules: [...rules], day: this.#today }));
    this.#mutex.runExclusive(() => this.#removeOld()).catch(this.#options.onFailure);
  }

  get #today(): number {
    return Math.floor(this.#options.clock.now() / DAY_MS);
  }

  async #moveOn(): Promise<void> {
    if (this.#record === null || this.#record.rules.length === 0) return;
    const { rules, day } = this.#record;
    const next = Math.min(this.#today, day + 1);
    if (next === day) return;
    await this.#save({ rules, day: next });
    await this.#removeOld();
  }

  async #save(record: RetentionRecord): Promise<void> {
    await this.#options.records.collection(retentionRecords).save([record]);
    this.#record = record;
  }

  async #removeOld(): Promise<void> {
    if (this.#record === null) return;
    const { readings, series } = this.#options;
    const { rules, day } = this.#record;
    for (const [device, ofDevice] of Map.groupBy(series(), (one) => one.device)) {
      const byKeepDays = Map.groupBy(ofDevice, ({ metric }) => keepDaysOf(rules, device, metric));
      for (const [keepDays, keys] of byKeepDays) {
        if (keepDays === null || this.#isStopped) continue;
        const metrics = keys.map(({ metric }) => metric);
        await readings.remove({ devices: [device], metrics, fromMs: 0, toMs: (day - keepDays) * DAY_MS });
      }
    }
  }
}

/** Of the rules that match, the most specific counts; null is for ever. */
function keepDaysOf(rules: readonly RetentionRule[], device: DeviceId, metric: MetricName): number | null {
  const find = (ruleDevice: DeviceId | undefined, ruleMetric: MetricName | undefined) =>
    rules.find((rule) => rule.device === ruleDevice && rule.metric === ruleMetric);
  const rule = find(device, metric) ?? find(device, undefined) ?? find(undefined, metric) ?? find(undefined, undefined);
  return rule?.keepDays ?? null;
}
