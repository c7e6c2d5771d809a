// Decides which events people are notified of; notices.ts shows the notifications.
// Invariant: a condition that ends before its notice is due is never notified; a flapping one is notified once every 15 minutes.

import type { Device } from "../../shared/device.ts";
import type { AnyMessage } from "../../shared/messages/message.ts";
import { reasonsOf, UNDERVOLTAGE_METRIC } from "../../shared/notices/attention.ts";
import { NOTICE_KINDS, type NoticeKind, type NoticeSettings } from "../../shared/notices/notices.ts";

/** A flapping condition is not notified again within this time. */
const MIN_REPEAT_MS = 15 * 60_000;
/** In place of a device and a kind. */
const HUB = "hub";
/** Devices need so long to be back once this computer was asleep: until then it was the hub that was away. */
const BACK_WITHIN_MS = 5 * 60_000;
const ABSENCES: ReadonlySet<NoticeKind> = new Set(["offline", "silent"]);

export interface News {
  readonly kind: NoticeKind;
  readonly devices: readonly Device[];
}

interface Holding {
  readonly device: Device;
  readonly kind: NoticeKind;
}

/** The notices due for the present state of a device. */
function kindsOf(device: Device, nowMs: number): NoticeKind[] {
  if (device.joining === "blocked" || device.removal !== undefined) return [];
  if (device.joining === "waiting") return ["joining"];
  const reasons = attentionOf(device, nowMs);
  const isFailed = reasons.some((reason) => reason === "failed" || reason === "undervoltage" || reason === "duplicate");
  return NOTICE_KINDS.filter((kind) => (kind === "failed" ? isFailed : reasons.some((reason) => reason === kind)));
}

function attentionOf(device: Device, nowMs: number) {
  const voltage = device.metrics.find(({ name }) => name === UNDERVOLTAGE_METRIC)?.latest.value;
  return reasonsOf(device, voltage, nowMs);
}

/** How many devices need attention. */
export function attentionCount(devices: readonly Device[], nowMs: number): number {
  return devices.filter(
    (device) => device.joining === "approved" && device.removal === undefined && attentionOf(device, nowMs).length > 0,
  ).length;
}

export class DueNotices {
  /** What holds and was notified, by device and kind; null before the first check, which notifies of nothing. */
  #notified: Set<string> | null = null;
  readonly #notifiedMs = new Map<string, number>();
  /** Why the hub does not run, until that was notified. */
  #failure: AnyMessage | null = null;
  #wokeMs = Number.NEGATIVE_INFINITY;

  /** The notices to show now, which count as shown from then on. In quiet hours there are none, and nothing counts as shown. */
  check(devices: readonly Device[], settings: NoticeSettings, now: Date): News[] {
    const nowMs = now.getTime();
    const holding = devices.flatMap((device) => kindsOf(device, nowMs).map((kind) => ({ device, kind })));
    const keys = new Set(holding.map(keyOf));
    if (this.#notified === null) {
      this.#notified = keys;
      return [];
    }
    const notified = new Set([...this.#notified].filter((key) => keys.has(key)));
    this.#notified = notified;
    if (isQuiet(settings, now)) return [];
    const isSettling = Math.abs(nowMs - this.#wokeMs) < BACK_WITHIN_MS;
    const isEarly = (one: Holding) =>
      this.#wasNotifiedLately(keyOf(one), nowMs) || (isSettling && ABSENCES.has(one.kind));
    // What is early is told later, if it still holds then.
    const fresh = holding.filter((one) => !notified.has(keyOf(one)) && !isEarly(one));
    const wanted = fresh.filter((one) => settings[one.kind]);
    for (const one of fresh) notified.add(keyOf(one));
    for (const one of wanted) this.#notifiedMs.set(keyOf(one), nowMs);
    return NOTICE_KINDS.flatMap((kind) => {
      const ofKind = wanted.filter((one) => one.kind === kind).map(({ device }) => device);
      return ofKind.length === 0 ? [] : [{ kind, devices: ofKind }];
    });
  }

  /** This computer was asleep. */
  woke(now: Date): void {
    this.#wokeMs = now.getTime();
  }

  hubFailed(reason: AnyMessage): void {
    this.#failure = reason;
  }

  /** Why the hub does not run, returned once when it is due; else null. */
  takeFailure(settings: NoticeSettings, now: Date): AnyMessage | null {
    const nowMs = now.getTime();
    if (this.#failure === null || isQuiet(settings, now) || this.#wasNotifiedLately(HUB, nowMs)) return null;
    const failure = this.#failure;
    this.#failure = null;
    if (!settings.failed) return null;
    this.#notifiedMs.set(HUB, nowMs);
    return failure;
  }

  /** The hub has restarted: conditions at the next check are not new, and the pending failure is dropped. */
  forget(): void {
    this.#notified = null;
    this.#failure = null;
  }

  #wasNotifiedLately(key: string, nowMs: number): boolean {
    for (const [old, atMs] of this.#notifiedMs)
      if (Math.abs(nowMs - atMs) >= MIN_REPEAT_MS) this.#notifiedMs.delete(old);
    return this.#notifiedMs.has(key);
  }
}

function keyOf({ device, kind }: Holding): string {
  return `${kind} ${device.id}`;
}

/** By this computer's clock; hours that end before they begin go over midnight. */
function isQuiet({ quiet }: NoticeSettings, now: Date): boolean {
  if (quiet === null) return false;
  const minutes = now.getHours() * 60 + now.getMinutes();
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}
