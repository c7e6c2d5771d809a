// Decides which events people are notified of; notices.ts shows the notifications.
// Invariant: a condition that ends before its notice is due is never notified; a flapping one is notified once every 15 minutes.

import type { Device } from "../../shared/device.ts";
import type { AnyMessage } from "../../shared/messages/message.ts";
import { reasonsOf, UNDERVOLTAGE_METRIC } from "../../shared/notices/attention.ts";
import { NOTICE_KINDS, type NoticeKind, type NoticeSettings } from "../../shared/notices/notices.ts";

/** A flapping condition is not notified again within this time. */
const MIN_REPEAT_MS = 15 * 60_000;

export interface News {
  readonly kind: NoticeKind;
  readonly devices: readonly Device[];
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
    const fresh = holding.filter((one) => !notified.has(keyOf(one)));
    const wanted = fresh.filter((one) => settings[one.kind] && !this.#wasNotifiedLately(keyOf(one), nowMs));
    for (const one of fresh) notified.add(keyOf(one));
    for (const one of wanted) this.#notifiedMs.set(keyOf(one), nowMs);
    return NOTICE_KINDS.flatMap((kind) => {
      const ofKind = wanted.filter((one) => one.kind === kind).map(({ device }) => device);
      return ofKind.length === 0 ? [] : [{ kind, devices: ofKind }];
    });
  }

  hubFailed(reason: AnyMessage): void {
    this.#failure = reason;
  }

  /** Why the hub does not run, returned once when it is due; else null. */
  takeFailure(settings: NoticeSettings, now: Date): AnyMessage | null {
    if (this.#failure === null || isQuiet(settings, now)) return null;
    const failure = this.#failure;
    this.#failure = null;
    return settings.failed ? failure : null;
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

function keyOf({ device, kind }: { readonly device: Device; readonly kind: NoticeKind }): string {
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
