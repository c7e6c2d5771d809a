// Decides which devices may send. An unknown device waits until a person approves it; its readings are stored like all others
// and left out of every answer, so that approval changes one record and copies nothing.
// Order: it is saved as waiting before its first reading is stored, so readings without a record are of an approved device.
import type { JoiningMode } from "../../shared/api.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import { HOUR_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import type { JoiningRecord } from "./state/device-record.ts";
import { type JoiningDevice, QUARANTINE_MS } from "./state/joining-device.ts";

const MAX_WAITING = 100;
const MAX_WAITING_PER_ADDRESS = 20;
const MAX_QUARANTINED_READINGS = 10_000;
const RETRY_AFTER_SECONDS = 60;
const LEAVING_SECONDS = 2;
/** Refusals that are remembered, so that a device that repeats a message is listed once. */
const MAX_REMEMBERED_REFUSALS = 1_000;

/** Why a message cannot be stored now. */
export type Rejection =
  /** It can never be stored. `isNew` is false where the same refusal of the same device is listed. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly isNew: boolean }
  | {
      readonly kind: "deferred";
      readonly problem: Problem;
      readonly isNew: boolean;
      readonly retryAfterSeconds: number;
    }
  /** Undecided until the promise resolves: then call again. */
  | { readonly kind: "not-yet"; readonly until: Promise<unknown> };

export interface JoiningOptions<D extends JoiningDevice> {
  readonly mode: () => JoiningMode;
  /** Whether a device joins at once whatever the mode. */
  readonly isInvited: (id: DeviceId) => boolean;
  readonly devices: Map<string, D>;
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly clock: Clock;
  /** Saves the device; resolves once it, and everything that was handed to the store before, is on disk. */
  readonly save: (device: D) => Promise<void>;
  readonly onChange: (device: D) => void;
  readonly onGone: (device: D) => void;
  readonly onFailure: (error: unknown) => void;
}

export class Joining<D extends JoiningDevice> {
  readonly #options: JoiningOptions<D>;
  /** Refusals that are listed already, by code and device. */
  readonly #listed = new Set<string>();
  /** How many devices wait, by address; null where that may have changed. A flood of unknown devices needs it for each message. */
  #waitingCounts: ReadonlyMap<string, number> | null = null;
  #checkedMs = 0;
  #checking: Promise<void> = Promise.resolve();
  #endTimer: (() => void) | null = null;
  #isStopped = false;

  constructor(options: JoiningOptions<D>) {
    this.#options = options;
  }

  /** Takes over the devices that were restored. */
  async start(): Promise<void> {
    const { mode, devices, readings, clock, save } = this.#options;
    for (const device of devices.values()) {
      if (device.joining?.kind === "waiting" && mode() === "open") {
        device.joining = null;
        await save(device);
      }
      if (device.joining !== null) device.quarantinedReadings = await countStored(readings, device);
    }
    this.#checkedMs = clock.now();
    this.#inTurn(() => this.#forgetOld(this.#checkedMs));
    this.#endTimer = clock.every(HOUR_MS, () => this.#check());
  }

  /** Resolves when no removal is under way; the rest is removed at the next start. */
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

  /** Why a message from `address` is rejected, by its devices and how many readings it has of each; null where it is not. */
  rejection(counts: Iterable<readonly [DeviceId, number]>, address: string): Rejection | null {
    const unknown: DeviceId[] = [];
    for (const [id, count] of counts) {
      const device = this.#options.devices.get(id);
      const rejection = device === undefined ? null : this.#rejectionOf(device, count);
      if (rejection !== null) return rejection;
      if (device === undefined && !this.#options.isInvited(id)) unknown.push(id);
    }
    return this.#rejectionOfUnknown(unknown, address);
  }

  /** Counts readings that are about to be stored; a device that begins to wait has to be saved first. */
  enter(readings: readonly IncomingReading[]): Rejection | null {
    const counts = countByDevice(readings);
    const waiting = this.#waitingAmong(counts.keys());
    const unrecorded = waiting.filter(({ isRecorded }) => !isRecorded);
    if (unrecorded.length > 0)
      return { kind: "not-yet", until: Promise.all(unrecorded.map((one) => this.#record(one))) };
    for (const device of waiting) device.quarantinedReadings += counts.get(device.id) ?? 0;
    return null;
  }

  /** Undoes `enter` for readings that were not stored. */
  giveBack(readings: readonly IncomingReading[]): void {
    const counts = countByDevice(readings);
    for (const device of this.#waitingAmong(counts.keys())) device.quarantinedReadings -= counts.get(device.id) ?? 0;
  }

  /** Lets the device join with its quarantined readings. Resolves once that is on disk. */
  approve(device: D): Promise<Problem | null> {
    return this.#decide(device, null);
  }

  /** Refuses the device from now on. Resolves once that is on disk. */
  block(device: D): Promise<Problem | null> {
    const { joining } = device;
    if (joining?.kind === "blocked") return Promise.resolve(null);
    const sinceMs = this.#options.clock.now();
    return this.#decide(device, { kind: "blocked", sinceMs, hadJoined: joining === null });
  }

  /**
   * Removes the device and its readings, for ever, once `before` is done. Its messages are deferred meanwhile; afterwards it is
   * unknown.
   */
  async remove(device: D, before = nothing): Promise<Problem | null> {
    if (device.takesIn) return takingIn(device.id);
    await this.#empty(device, before, async () => {
      await this.#options.records.removeDevice(device.id);
      this.#options.onGone(device);
      this.#waitingCounts = null;
    });
    return null;
  }

  async #decide(device: D, joining: JoiningRecord | null): Promise<Problem | null> {
    const before = device.joining;
    // At once, so that a record of the device that is saved meanwhile has it, too.
    device.joining = joining;
    this.#waitingCounts = null;
    try {
      await this.#options.save(device);
    } catch (error) {
      if (device.joining === joining) device.joining = before;
      this.#waitingCounts = null;
      throw error;
    }
    device.isRecorded = true;
    this.#options.onChange(device);
    return null;
  }

  #rejectionOf({ id, joining, isLeaving, quarantinedReadings }: D, count: number): Rejection | null {
    if (isLeaving) {
      return { kind: "deferred", problem: leaving(id), isNew: false, retryAfterSeconds: LEAVING_SECONDS };
    }
    if (joining === null) return null;
    if (joining.kind === "blocked") {
      const problem = message("device-blocked", { device: id });
      return { kind: "refused", problem, isNew: this.#isNew("blocked", id) };
    }
    if (quarantinedReadings + count <= MAX_QUARANTINED_READINGS) return null;
    const params = { device: id, readings: quarantinedReadings, limit: MAX_QUARANTINED_READINGS };
    return this.#deferred(message("waiting-device-full", params), id);
  }

  #rejectionOfUnknown(unknown: readonly DeviceId[], address: string): Rejection | null {
    const mode = this.#options.mode();
    const [first] = unknown;
    if (first === undefined || mode === "open") return null;
    if (mode === "closed") {
      return this.#deferred(message("joining-closed", { device: first }), first);
    }
    this.#waitingCounts ??= this.#countWaiting();
    const fromHere = this.#waitingCounts.get(address) ?? 0;
    if (fromHere + unknown.length > MAX_WAITING_PER_ADDRESS) {
      const params = { device: first, address, limit: MAX_WAITING_PER_ADDRESS };
      return this.#deferred(message("waiting-list-full/address", params), first);
    }
    let waiting = 0;
    for (const count of this.#waitingCounts.values()) waiting += count;
    if (waiting + unknown.length <= MAX_WAITING) return null;
    return this.#deferred(message("waiting-list-full", { device: first, limit: MAX_WAITING }), first);
  }

  #countWaiting(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { joining } of this.#options.devices.values())
      if (joining?.kind === "waiting") counts.set(joining.address, (counts.get(joining.address) ?? 0) + 1);
    return counts;
  }

  #deferred(found: Problem, id: DeviceId): Rejection {
    const isNew = this.#isNew(found.code, id);
    return { kind: "deferred", problem: found, isNew, retryAfterSeconds: RETRY_AFTER_SECONDS };
  }

  #isNew(what: string, id: DeviceId): boolean {
    const key = `${what} ${id}`;
    if (this.#listed.has(key)) return false;
    if (this.#listed.size >= MAX_REMEMBERED_REFUSALS) this.#listed.clear();
    this.#listed.add(key);
    return true;
  }

  #waitingAmong(ids: Iterable<string>): D[] {
    const devices = [...ids].flatMap((id) => this.#options.devices.get(id) ?? []);
    return devices.filter(({ joining }) => joining?.kind === "waiting");
  }

  #record(device: D): Promise<void> {
    device.recording ??= this.#options
      .save(device)
      .then(() => {
        device.isRecorded = true;
      })
      .finally(() => {
        device.recording = null;
      });
    return device.recording;
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

  /** A clock that was set removes no device: the time that each has waited stays. */
  async #followClock(nowMs: number, jumpMs: number): Promise<void> {
    const { devices, save } = this.#options;
    for (const device of [...devices.values()]) {
      const { joining, isLeaving } = device;
      if (joining === null || isLeaving) continue;
      device.joining = { ...joining, sinceMs: Math.min(nowMs, joining.sinceMs + jumpMs) };
      await save(device);
    }
  }

  async #forgetOld(nowMs: number): Promise<void> {
    for (const device of [...this.#options.devices.values()]) {
      const { joining, isLeaving, latest } = device;
      if (this.#isStopped) return;
      if (joining === null || isLeaving || nowMs - joining.sinceMs < QUARANTINE_MS) continue;
      if (joining.kind === "waiting") await this.remove(device);
      else if (!joining.hadJoined && latest.size > 0)
        await this.#empty(device, nothing, async () => this.#options.onChange(device));
    }
  }

  /** Removes the readings of the device between the two steps. Until they are done its messages are deferred. */
  async #empty(device: D, before: () => Promise<void>, finish: () => Promise<void>): Promise<void> {
    const { readings, save } = this.#options;
    device.isLeaving = true;
    try {
      // Readings that were handed to the store before are on disk after this.
      await save(device);
      await before();
      await readings.remove({ devices: [device.id], metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
      device.latest.clear();
      device.admitted.clear();
      device.quarantinedReadings = 0;
      await finish();
    } finally {
      device.isLeaving = false;
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

/** How many of the readings each device has. */
export function countByDevice(readings: readonly IncomingReading[]): Map<DeviceId, number> {
  const counts = new Map<DeviceId, number>();
  for (const { device } of readings) counts.set(device, (counts.get(device) ?? 0) + 1);
  return counts;
}

async function nothing(): Promise<void> {}

/** The problem of a device whose readings are being removed or copied to another. */
export function leaving(id: DeviceId): Problem {
  return message("device-leaving", { device: id });
}

/** The problem of a device that the readings of another are being copied to. */
export function takingIn(id: DeviceId): Problem {
  return message("device-leaving/takes-in", { device: id });
}

/** Refuses a message for ever, and lists it. */
export function refusal(found: Problem): Rejection {
  return { kind: "refused", problem: found, isNew: true };
}
