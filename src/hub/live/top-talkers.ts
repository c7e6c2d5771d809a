// The top senders: messages and bytes of each device in the last minute, or of each address where a message names no device.
import type { DeviceId } from "../../shared/ids.ts";
import type { Talker } from "../../shared/mqtt/message-log.ts";

const SLOT_SECONDS = 5;
const SLOTS = 60 / SLOT_SECONDS;
/** Over the limit, as in a flood of made-up names, senders count in the sums alone. */
const MAX_SENDERS = 2_000;
/** By messages, and as many by bytes. */
const MAX_TALKERS = 8;

interface Sender {
  readonly device: DeviceId | null;
  readonly address: string;
  readonly messages: number[];
  readonly bytes: number[];
}

export class TopTalkers {
  readonly #bySender = new Map<string, Sender>();
  #slot = 0;
  #seconds = 0;

  count(device: DeviceId | null, address: string, bytes: number): void {
    // No device id has a blank in it.
    const key = device ?? `from ${address}`;
    let sender = this.#bySender.get(key);
    if (sender === undefined) {
      if (this.#bySender.size >= MAX_SENDERS) return;
      sender = { device, address, messages: new Array<number>(SLOTS).fill(0), bytes: new Array<number>(SLOTS).fill(0) };
      this.#bySender.set(key, sender);
    }
    sender.messages[this.#slot] = (sender.messages[this.#slot] ?? 0) + 1;
    sender.bytes[this.#slot] = (sender.bytes[this.#slot] ?? 0) + bytes;
  }

  /** To be called every second. */
  tick(): void {
    this.#seconds++;
    if (this.#seconds % SLOT_SECONDS > 0) return;
    this.#slot = (this.#slot + 1) % SLOTS;
    for (const [key, { messages, bytes }] of this.#bySender) {
      messages[this.#slot] = 0;
      bytes[this.#slot] = 0;
      if (sum(messages) === 0) this.#bySender.delete(key);
    }
  }

  /** Of those that may be seen. `spanMs`: how long was counted. */
  top(maySee: (device: DeviceId | null) => boolean): {
    readonly talkers: Talker[];
    readonly messages: number;
    readonly bytes: number;
    readonly spanMs: number;
  } {
    const seen = [...this.#bySender.values()]
      .filter(({ device }) => maySee(device))
      .map(({ device, address, messages, bytes }) => ({
        ...(device !== null && { device }),
        address,
        messages: sum(messages),
        bytes: sum(bytes),
      }));
    const byBytes = seen.toSorted((a, b) => b.bytes - a.bytes).slice(0, MAX_TALKERS);
    const byMessages = seen.toSorted((a, b) => b.messages - a.messages).slice(0, MAX_TALKERS);
    return {
      talkers: [...new Set([...byMessages, ...byBytes])],
      messages: sum(seen.map(({ messages }) => messages)),
      bytes: sum(seen.map(({ bytes }) => bytes)),
      // The slot that is being filled, and the whole ones before it.
      spanMs: Math.min(this.#seconds, (SLOTS - 1) * SLOT_SECONDS + (this.#seconds % SLOT_SECONDS)) * 1_000,
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
