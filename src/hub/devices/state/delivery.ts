// How well a device's readings arrive, over about a day: how many are missing by its pace, and with which delay they come. In slots
// of a few hours, the oldest of which is reused; each slot has a histogram of delays.
import type { Delivery as DeliveryFigures } from "../../../shared/device.ts";
import type { Followed } from "./cadence.ts";

const SLOT_MS = 14_400_000;
/** A day and the current slot. */
const SLOTS = 7;
/** Bins of the histogram to each doubling of the delay: a median is exact to a sixth. */
const CLASSES_PER_DOUBLING = 4;
/** Up to 2 ** 27 ms, a day and a half. */
const DELAY_CLASSES = 27 * CLASSES_PER_DOUBLING + 1;
/** With fewer messages no median is shown. */
const MIN_MESSAGES = 10;
/** A clock that is ahead of the hub's by more makes delays negative. */
const CLOCK_TOLERANCE_MS = 20;
/** The share of messages from the future from which on the clock counts as ahead, and no delay is shown. */
const MAX_EARLY_SHARE = 0.2;

interface Slot {
  index: number;
  received: number;
  missing: number;
  messages: number;
  /** Messages from the future. */
  early: number;
  readonly delays: Uint32Array;
}

export class Delivery {
  /** Of the first that was counted. */
  #sinceMs: number | null = null;
  readonly #slots: (Slot | undefined)[] = [];
  #newestIndex = 0;
  /** The message whose readings are being counted: its newest reading counts. */
  #messageMs = 0;
  #delayMs = 0;

  /** Where a reading of a series stands in it. */
  reading(ts: number, followed: Followed): void {
    switch (followed.kind) {
      case "on-time": {
        const slot = this.#slotOf(ts);
        if (slot === null) return;
        slot.received++;
        slot.missing += followed.missing;
        return;
      }
      case "late": {
        const slot = this.#slotOf(ts);
        if (slot === null || slot.missing === 0) return;
        slot.received++;
        slot.missing--;
        return;
      }
      case "unsteady":
        return;
    }
  }

  /** A reading with a time of its own arrived. */
  arrived(ts: number, receivedAtMs: number): void {
    const delayMs = receivedAtMs - ts;
    if (receivedAtMs === this.#messageMs) {
      this.#delayMs = Math.min(this.#delayMs, delayMs);
      return;
    }
    this.#countMessage();
    this.#messageMs = receivedAtMs;
    this.#delayMs = delayMs;
  }

  /** Undefined while nothing is known. With `isClockWrong` there are no delays. */
  figures(isClockWrong: boolean): DeliveryFigures | undefined {
    const slots = this.#slots.filter((slot) => slot !== undefined && slot.index > this.#newestIndex - SLOTS);
    const sum = (pick: (slot: Slot) => number) => slots.reduce((total, slot) => total + (slot ? pick(slot) : 0), 0);
    const missing = sum((slot) => slot.missing);
    const expected = sum((slot) => slot.received) + missing;
    const messages = sum((slot) => slot.messages);
    const areDelaysKnown =
      !isClockWrong && messages >= MIN_MESSAGES && sum((slot) => slot.early) <= messages * MAX_EARLY_SHARE;
    if (expected === 0 && !areDelaysKnown) return undefined;
    const quantile = (share: number) => {
      let left = messages * share;
      for (let size = 0; size < DELAY_CLASSES; size++) {
        left -= sum((slot) => slot.delays[size] ?? 0);
        if (left <= 0) return msOf(size);
      }
      return msOf(DELAY_CLASSES - 1);
    };
    return {
      sinceMs: Math.max(this.#sinceMs ?? 0, (this.#newestIndex - SLOTS + 1) * SLOT_MS),
      ...(expected > 0 && { expected, missing }),
      ...(areDelaysKnown && { medianDelayMs: quantile(0.5), slowDelayMs: quantile(0.95) }),
    };
  }

  #countMessage(): void {
    if (this.#messageMs === 0) return;
    const slot = this.#slotOf(this.#messageMs);
    if (slot === null) return;
    slot.messages++;
    if (this.#delayMs < -CLOCK_TOLERANCE_MS) slot.early++;
    const size = classOf(this.#delayMs);
    slot.delays[size] = (slot.delays[size] ?? 0) + 1;
  }

  /** Null for a time that is too old to count. */
  #slotOf(ms: number): Slot | null {
    const index = Math.floor(ms / SLOT_MS);
    const known = this.#slots[index % SLOTS];
    if (known?.index === index) return known;
    if (known !== undefined && known.index > index) return null;
    const slot = { index, received: 0, missing: 0, messages: 0, early: 0, delays: new Uint32Array(DELAY_CLASSES) };
    this.#slots[index % SLOTS] = slot;
    this.#sinceMs ??= ms;
    this.#newestIndex = Math.max(this.#newestIndex, index);
    return slot;
  }
}

function classOf(delayMs: number): number {
  if (delayMs < 1) return 0;
  return Math.min(DELAY_CLASSES - 1, Math.round(Math.log2(delayMs) * CLASSES_PER_DOUBLING) + 1);
}

function msOf(size: number): number {
  return size === 0 ? 0 : Math.round(2 ** ((size - 1) / CLASSES_PER_DOUBLING));
}
