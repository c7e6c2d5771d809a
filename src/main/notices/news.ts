// What is new since people were told last: kept apart from how it is told.
// Invariant: what goes away before it was told is never told; what comes and goes is told once in a while.

import type { Device } from "../../shared/device.ts";
import { reasonsOf, UNDERVOLTAGE_METRIC } from "../../shared/notices/attention.ts";
import { NOTICE_KINDS, type NoticeKind, type NoticeSettings } from "../../shared/notices/notices.ts";

/** One that comes and goes is not told again within this time. */
const TOLD_AGAIN_AFTER_MS = 15 * 60_000;

export interface News {
  readonly kind: NoticeKind;
  readonly devices: readonly Device[];
}

/** What needs to be told of a device, as it is now. */
function kindsOf(device: Device, nowMs: number): NoticeKind[] {
  if (device.joining === "waiting") return ["joining"];
  if (device.joining === "blocked") return [];
  const reasons = attentionOf(device, nowMs);
  const isFailed = reasons.some((reason) => reason === "failed" || reason === "undervoltage" || reason === "duplicate");
  return NOTICE_KINDS.filter((kind) => (kind === "failed" ? isFailed : reasons.some((reason) => reason === kind)));
}

function attentionOf(device: Device, nowMs: number) {
  const voltage = device.metrics.find(({ name }) => name === UNDERVOLTAGE_METRIC)?.latest.value;
  return reasonsOf(device, voltage, nowMs);
}

/** How many devices need a look. */
export function attentionCount(devices: readonly Device[], nowMs: number): number {
  return devices.filter((device) => device.joining === "approved" && attentionOf(device, nowMs).length > 0).length;
}

export class NewsDesk {
  /** What holds and was told, by device and kind; null before the first look, which tells nothing. */
  #told: Set<string> | null = null;
  readonly #toldMs = new Map<string, number>();

  /** What is to be told now; it counts as told then. In quiet hours nothing is, and counts as untold. */
  look(devices: readonly Device[], settings: NoticeSettings, now: Date): News[] {
    const nowMs = now.getTime();
    const holding = devices.flatMap((device) => kindsOf(device, nowMs).map((kind) => ({ device, kind })));
    const keys = new Set(holding.map(keyOf));
    if (this.#told === null) {
      this.#told = keys;
      return [];
    }
    const told = new Set([...this.#told].filter((key) => keys.has(key)));
    this.#told = told;
    if (isQuiet(settings, now)) return [];
    const fresh = holding.filter((one) => !told.has(keyOf(one)));
    const wanted = fresh.filter((one) => settings[one.kind] && !this.#wasToldLately(keyOf(one), nowMs));
    for (const one of fresh) told.add(keyOf(one));
    for (const one of wanted) this.#toldMs.set(keyOf(one), nowMs);
    return NOTICE_KINDS.flatMap((kind) => {
      const ofKind = wanted.filter((one) => one.kind === kind).map(({ device }) => device);
      return ofKind.length === 0 ? [] : [{ kind, devices: ofKind }];
    });
  }

  /** The hub starts anew: what it says first is how things are, and no news. */
  forget(): void {
    this.#told = null;
  }

  #wasToldLately(key: string, nowMs: number): boolean {
    for (const [old, atMs] of this.#toldMs) if (Math.abs(nowMs - atMs) >= TOLD_AGAIN_AFTER_MS) this.#toldMs.delete(old);
    return this.#toldMs.has(key);
  }
}

function keyOf({ device, kind }: { readonly device: Device; readonly kind: NoticeKind }): string {
  return `${kind} ${device.id}`;
}

/** By this computer's clock; hours that end before they begin go over midnight. */
export function isQuiet({ quiet }: NoticeSettings, now: Date): boolean {
  if (quiet === null) return false;
  const minutes = now.getHours() * 60 + now.getMinutes();
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}
