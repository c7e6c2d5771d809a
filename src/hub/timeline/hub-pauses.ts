// Pauses in which the hub was not running, or its computer slept, so that no reading could arrive. A running hub saves the time
// every five minutes and when it stops; at the next start, the time since then, or since the last message of a device, is a pause.
// The computer slept where its uptime, which no clock change affects, grew between two ticks by much more than their distance.
import { randomUUID } from "node:crypto";
import { uptime } from "node:os";
import { type Static, Type } from "typebox";
import { HubPause } from "../../shared/history/timeline.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const MAX_PAUSES = 200;
/** A shorter pause is not recorded: clients reconnect, and few readings are lost. */
const MIN_OFF_MS = 5_000;
const TICK_MS = 10_000;
/** A busy computer may be late by less. */
const MIN_ASLEEP_MS = 60_000;
/** How often the time is saved; the time of a crash is known to within this, or to the last reading. */
const ALIVE_PERIOD_MS = 300_000;

const PauseRecord = Type.Object({ id: Type.String(), ...HubPause.properties });
type PauseRecord = Static<typeof PauseRecord>;
const pauseRecords: RecordKind<typeof PauseRecord> = { name: "hub-pause", schema: PauseRecord, idOf: ({ id }) => id };

/** One at most. */
const AliveRecord = Type.Object({ atMs: Type.Integer() });
const aliveRecords: RecordKind<typeof AliveRecord> = { name: "hub-alive", schema: AliveRecord, idOf: () => "hub" };

export interface HubPausesOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly clock: Clock;
  readonly events: Pick<HubEvents, "timelineChanged">;
  /** When the last message of any device arrived, as far as that is stored; 0 without one. */
  readonly lastSeenMs: () => number;
  readonly onFailure: (error: unknown) => void;
  /** How long the computer has been running, its sleep included. */
  readonly uptimeMs?: () => number;
}

export class HubPauses {
  readonly #options: HubPausesOptions;
  readonly #uptimeMs: () => number;
  #pauses: PauseRecord[] = [];
  #tick = { upMs: 0, atMs: 0 };
  #aliveMs = 0;
  #endTimer: (() => void) | null = null;

  constructor(options: HubPausesOptions) {
    this.#options = options;
    this.#uptimeMs = options.uptimeMs ?? (() => uptime() * 1_000);
  }

  async start(): Promise<void> {
    const { records, clock, lastSeenMs } = this.#options;
    this.#pauses = await records.collection(pauseRecords).list();
    const [alive] = await records.collection(aliveRecords).list();
    const nowMs = clock.now();
    // The clock was ahead when that time was saved, so the pause is unknown.
    const lastMs = Math.max(alive?.atMs ?? 0, lastSeenMs());
    if (lastMs > 0 && nowMs - lastMs >= MIN_OFF_MS) await this.#add({ kind: "off", time: lastMs, timeEnd: nowMs });
    await this.#writeAlive(nowMs);
    this.#tick = { upMs: this.#uptimeMs(), atMs: nowMs };
    this.#endTimer = clock.every(TICK_MS, () => this.#checkSleep().catch(this.#options.onFailure));
  }

  async stop(): Promise<void> {
    if (this.#endTimer === null) return;
    this.#endTimer();
    this.#endTimer = null;
    // It may have slept since the last tick.
    await this.#checkSleep();
    await this.#writeAlive(this.#options.clock.now());
  }

  /** Those that overlap `fromMs <= t < toMs`, in order of time. */
  list({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): HubPause[] {
    return this.#pauses
      .filter(({ time, timeEnd }) => time < toMs && timeEnd > fromMs)
      .map(({ kind, time, timeEnd }) => ({ kind, time, timeEnd }))
      .sort((a, b) => a.time - b.time);
  }

  async #checkSleep(): Promise<void> {
    const before = this.#tick;
    const nowMs = this.#options.clock.now();
    this.#tick = { upMs: this.#uptimeMs(), atMs: nowMs };
    const asleepMs = this.#tick.upMs - before.upMs - TICK_MS;
    if (asleepMs >= MIN_ASLEEP_MS && nowMs > before.atMs)
      await this.#add({ kind: "asleep", time: before.atMs, timeEnd: nowMs });
    if (nowMs - this.#aliveMs >= ALIVE_PERIOD_MS || nowMs < this.#aliveMs) await this.#writeAlive(nowMs);
  }

  async #add(pause: HubPause): Promise<void> {
    const added = { id: randomUUID(), ...pause };
    const all = [...this.#pauses, added];
    const dropped = all.slice(0, Math.max(0, all.length - MAX_PAUSES)).map(({ id }) => id);
    this.#pauses = all.slice(-MAX_PAUSES);
    await this.#options.records.collection(pauseRecords).save([added], dropped);
    this.#options.events.timelineChanged.emit(null);
  }

  async #writeAlive(nowMs: number): Promise<void> {
    this.#aliveMs = nowMs;
    await this.#options.records.collection(aliveRecords).save([{ atMs: nowMs }]);
  }
}
