// Which devices may send. An unknown one waits until a person decides; what it sends meanwhile lies in the store
// like all readings, and no answer shows it: letting it join changes one record and copies nothing. It is written down as
// waiting before its first reading is stored, so that readings without a device are always of one that has joined.
import type { JoiningMode } from "../../shared/api.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import type { JoiningRecord } from "./state/device-record.ts";

const HOUR_MS = 3_600_000;
/** How long a device waits, and how long what a blocked one sent can be brought back. */
export const KEPT_MS = 7 * 24 * HOUR_MS;
const MAX_WAITING = 100;
const MAX_WAITING_PER_ADDRESS = 20;
const MAX_QUARANTINED_READINGS = 10_000;
const RETRY_AFTER_SECONDS = 60;
const LEAVING_SECONDS = 2;
/** Refusals that are remembered, so that a device that repeats itself is listed once. */
const REMEMBERED_REFUSALS = 1_000;

/** A device, as far as joining knows it. */
export interface JoiningDevice {
  readonly id: DeviceId;
  /** Null where it has joined. */
  joining: JoiningRecord | null;
  /** Quarantined readings, those on their way to the store too. */
  keptReadings: number;
  /** False until it is on disk that the device has not joined. */
  isRecorded: boolean;
  recording: Promise<void> | null;
  /** True while its readings are being removed, or copied to another device before that. */
  isLeaving: boolean;
  /** True while the readings of another device are copied to it. */
  takesIn: boolean;
  readonly admitted: Set<string>;
  readonly latest: Map<MetricName, { readonly ts: number; readonly value: number }>;
}

/** Why a message cannot be stored now. */
export type Rejection =
  /** Bad for ever. `isNews` is false where the same was said of the same device before. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly isNews: boolean }
  | {
      readonly kind: "deferred";
      readonly problem: Problem;
      readonly isNews: boolean;
      readonly retryAfterSeconds: number;
    }
  /** To be asked again then. */
  | { readonly kind: "not-yet"; readonly until: Promise<unknown> };

export interface JoiningOptions<M extends JoiningDevice> {
  readonly mode: () => JoiningMode;
  /** Whether a device joins at once whatever the mode. */
  readonly isInvited: (id: DeviceId) => boolean;
  readonly members: Map<string, M>;
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly clock: Clock;
  /** Writes the member down; resolves once it, and all that was handed to the store before, is on disk. */
  readonly save: (member: M) => Promise<void>;
  readonly onChange: (member: M) => void;
  readonly onGone: (member: M) => void;
  readonly onFailure: (error: unknown) => void;
}

export class Joining<M extends JoiningDevice> {
  readonly #options: JoiningOptions<M>;
  readonly #told = new Set<string>();
  /** How many members wait, by address; null where that may have changed. A flood of unknown devices asks all the time. */
  #waitingCounts: ReadonlyMap<string, number> | null = null;
  #checkedMs = 0;
  #checking: Promise<void> = Promise.resolve();
  #endTimer: (() => void) | null = null;
  #isStopped = false;

  constructor(options: JoiningOptions<M>) {
    this.#options = options;
  }

  /** Takes over the members that were restored. */
  async start(): Promise<void> {
    const { mode, members, readings, clock, save } = this.#options;
    for (const member of members.values()) {
      if (member.joining?.kind === "waiting" && mode() === "open") {
        member.joining = null;
        await save(member);
      }
      if (member.joining !== null) member.keptReadings = await countStored(readings, member);
    }
    this.#checkedMs = clock.now();
    this.#inTurn(() => this.#forgetOld(this.#checkedMs));
    this.#endTimer = clock.every(HOUR_MS, () => this.#check());
  }

  /** Resolves when nothing is being removed any more; what is left is removed the next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#checking;
  }

  /** The joining record of an unknown device. */
  atFirst(id: DeviceId, address: string): JoiningRecord | null {
    const { mode, isInvited, clock } = this.#options;
    this.#waitingCounts = null;
    return mode() === "open" || isInvited(id) ? null : { kind: "waiting", sinceMs: clock.now(), address };
  }

  /** What keeps a message from `address` out, by its devices and how many readings it has of each. */
  obstacle(counts: Iterable<readonly [DeviceId, number]>, address: string): Rejection | null {
    const strangers: DeviceId[] = [];
    for (const [id, count] of counts) {
      const member = this.#options.members.get(id);
      const obstacle = member === undefined ? null : this.#rejectionOf(member, count);
      if (obstacle !== null) return obstacle;
      if (member === undefined && !this.#options.isInvited(id)) strangers.push(id);
    }
    return this.#obstacleToStrangers(strangers, address);
  }

  /** Counts readings that are about to be stored; a device that begins to wait has to be written down first. */
  enter(readings: readonly IncomingReading[]): Rejection | null {
    const counts = countByDevice(readings);
    const waiting = this.#waitingAmong(counts.keys());
    const unrecorded = waiting.filter(({ isRecorded }) => !isRecorded);
    if (unrecorded.length > 0)
      return { kind: "not-yet", until: Promise.all(unrecorded.map((one) => this.#record(one))) };
    for (const member of waiting) member.keptReadings += counts.get(member.id) ?? 0;
    return null;
  }

  /** Takes back what `enter` counted: it was not stored. */
  giveBack(readings: readonly IncomingReading[]): void {
    const counts = countByDevice(readings);
    for (const member of this.#waitingAmong(counts.keys())) member.keptReadings -= counts.get(member.id) ?? 0;
  }

  /** Brings in what the member has sent. Resolves once that is on disk. */
  approve(member: M): Promise<Problem | null> {
    return this.#decide(member, null);
  }

  /** Refuses the member from now on. Resolves once that is on disk. */
  block(member: M): Promise<Problem | null> {
    const { joining } = member;
    if (joining?.kind === "blocked") return Promise.resolve(null);
    const sinceMs = this.#options.clock.now();
    return this.#decide(member, { kind: "blocked", sinceMs, hadJoined: joining === null });
  }

  /**
   * Removes the member and everything it sent, for ever, once `before` is done. What it sends from now on is put off; then
   * it is unknown.
   */
  async remove(member: M, before = nothing): Promise<Problem | null> {
    if (member.takesIn) return takingIn(member.id);
    await this.#empty(member, before, async () => {
      await this.#options.records.removeDevice(member.id);
      this.#options.onGone(member);
      this.#waitingCounts = null;
    });
    return null;
  }

  async #decide(member: M, joining: JoiningRecord | null): Promise<Problem | null> {
    const before = member.joining;
    // At once, so that a record of the device that is saved meanwhile says the same.
    member.joining = joining;
    this.#waitingCounts = null;
    try {
      await this.#options.save(member);
    } catch (error) {
      if (member.joining === joining) member.joining = before;
      this.#waitingCounts = null;
      throw error;
    }
    member.isRecorded = true;
    this.#options.onChange(member);
    return null;
  }

  #rejectionOf({ id, joining, isLeaving, keptReadings }: M, count: number): Rejection | null {
    if (isLeaving) {
      return { kind: "deferred", problem: leaving(id), isNews: false, retryAfterSeconds: LEAVING_SECONDS };
    }
    if (joining === null) return null;
    if (joining.kind === "blocked") {
      const problem = message("device-blocked", { device: id });
      return { kind: "refused", problem, isNews: this.#isNews("blocked", id) };
    }
    if (keptReadings + count <= MAX_QUARANTINED_READINGS) return null;
    const params = { device: id, readings: keptReadings, limit: MAX_QUARANTINED_READINGS };
    return this.#deferred(message("waiting-device-full", params), id);
  }

  #obstacleToStrangers(strangers: readonly DeviceId[], address: string): Rejection | null {
    const mode = this.#options.mode();
    const [first] = strangers;
    if (first === undefined || mode === "open") return null;
    if (mode === "closed") {
      return this.#deferred(message("joining-closed", { device: first }), first);
    }
    this.#waitingCounts ??= this.#countWaiting();
    const fromHere = this.#waitingCounts.get(address) ?? 0;
    if (fromHere + strangers.length > MAX_WAITING_PER_ADDRESS) {
      const params = { device: first, address, limit: MAX_WAITING_PER_ADDRESS };
      return this.#deferred(message("waiting-list-full/address", params), first);
    }
    let waiting = 0;
    for (const count of this.#waitingCounts.values()) waiting += count;
    if (waiting + strangers.length <= MAX_WAITING) return null;
    return this.#deferred(message("waiting-list-full", { device: first, limit: MAX_WAITING }), first);
  }

  #countWaiting(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { joining } of this.#options.members.values())
      if (joining?.kind === "waiting") counts.set(joining.address, (counts.get(joining.address) ?? 0) + 1);
    return counts;
  }

  #deferred(found: Problem, id: DeviceId): Rejection {
    const isNews = this.#isNews(found.code, id);
    return { kind: "deferred", problem: found, isNews, retryAfterSeconds: RETRY_AFTER_SECONDS };
  }

  #isNews(what: string, id: DeviceId): boolean {
    const key = `${what} ${id}`;
    if (this.#told.has(key)) return false;
    if (this.#told.size >= REMEMBERED_REFUSALS) this.#told.clear();
    this.#told.add(key);
    return true;
  }

  #waitingAmong(ids: Iterable<string>): M[] {
    const members = [...ids].flatMap((id) => this.#options.members.get(id) ?? []);
    return members.filter(({ joining }) => joining?.kind === "waiting");
  }

  #record(member: M): Promise<void> {
    member.recording ??= this.#options
      .save(member)
      .then(() => {
        member.isRecorded = true;
      })
      .finally(() => {
        member.recording = null;
      });
    return member.recording;
  }

  #check(): void {
    const nowMs = this.#options.clock.now();
    const jumpMs = nowMs - this.#checkedMs - HOUR_MS;
    this.#checkedMs = nowMs;
    if (Math.abs(jumpMs) > HOUR_MS) this.#inTurn(() => this.#followClock(nowMs, jumpMs));
    this.#inTurn(() => this.#forgetOld(nowMs));
  }

  #inTurn(act: () => Promise<void>): void {
    this.#checking = this.#checking.then(act).catch(this.#options.onFailure);
  }

  /** A clock that was set removes no device: each has waited as long as before. */
  async #followClock(nowMs: number, jumpMs: number): Promise<void> {
    const { members, save } = this.#options;
    for (const member of [...members.values()]) {
      const { joining, isLeaving } = member;
      if (joining === null || isLeaving) continue;
      member.joining = { ...joining, sinceMs: Math.min(nowMs, joining.sinceMs + jumpMs) };
      await save(member);
    }
  }

  async #forgetOld(nowMs: number): Promise<void> {
    for (const member of [...this.#options.members.values()]) {
      const { joining, isLeaving, latest } = member;
      if (this.#isStopped) return;
      if (joining === null || isLeaving || nowMs - joining.sinceMs < KEPT_MS) continue;
      if (joining.kind === "waiting") await this.remove(member);
      else if (!joining.hadJoined && latest.size > 0)
        await this.#empty(member, nothing, async () => this.#options.onChange(member));
    }
  }

  /** Removes what the member sent, between the two steps. Until they are done nothing more of it is taken. */
  async #empty(member: M, before: () => Promise<void>, finish: () => Promise<void>): Promise<void> {
    const { readings, save } = this.#options;
    member.isLeaving = true;
    try {
      // What was on its way to the store is there after this.
      await save(member);
      await before();
      await readings.remove({ devices: [member.id], metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
      member.latest.clear();
      member.admitted.clear();
      member.keptReadings = 0;
      await finish();
    } finally {
      member.isLeaving = false;
    }
  }
}

/** How many readings of the device are stored. */
export async function countStored(
  readings: Pick<ReadingStore, "buckets">,
  { id, latest }: Pick<JoiningDevice, "id" | "latest">,
): Promise<number> {
  const whole = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, originMs: 0, stepMs: Number.MAX_SAFE_INTEGER };
  let count = 0;
  for (const metric of latest.keys()) {
    const buckets = await readings.buckets({ device: id, metric, ...whole });
    count += buckets.reduce((sum, { n }) => sum + n, 0);
  }
  return count;
}

export function countByDevice(readings: readonly IncomingReading[]): Map<DeviceId, number> {
  const counts = new Map<DeviceId, number>();
  for (const { device } of readings) counts.set(device, (counts.get(device) ?? 0) + 1);
  return counts;
}

async function nothing(): Promise<void> {}

export function leaving(id: DeviceId): Problem {
  return message("device-leaving", { device: id });
}

export function takingIn(id: DeviceId): Problem {
  return message("device-leaving/takes-in", { device: id });
}

export function refusal(found: Problem): Rejection {
  return { kind: "refused", problem: found, isNews: true };
}
