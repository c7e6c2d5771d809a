// The PUBACKs of one connection. Messages are settled in any order and acknowledged in that of their arrival
// [MQTT-4.6.0-2], all that is due in a turn of the event loop in one write.
// Invariant: no PUBACK overtakes that of an earlier message, so a message that is deferred holds up those after it.
import { generate } from "mqtt-packet";

interface Pending {
  readonly packetId: number;
  isSettled: boolean;
}

export class Acknowledgements {
  readonly #write: (packets: Buffer) => void;
  readonly #pending: Pending[] = [];
  #isScheduled = false;

  constructor(write: (packets: Buffer) => void) {
    this.#write = write;
  }

  /** Whether every message that arrived is settled. */
  get isEmpty(): boolean {
    return this.#pending.every(({ isSettled }) => isSettled);
  }

  /** A message has arrived; call the returned function when it is settled. */
  expect(packetId: number): () => void {
    const pending = { packetId, isSettled: false };
    this.#pending.push(pending);
    return () => {
      pending.isSettled = true;
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      process.nextTick(() => this.#flush());
    };
  }

  #flush(): void {
    this.#isScheduled = false;
    const firstOpen = this.#pending.findIndex(({ isSettled }) => !isSettled);
    const settled = this.#pending.splice(0, firstOpen < 0 ? this.#pending.length : firstOpen);
    if (settled.length === 0) return;
    this.#write(Buffer.concat(settled.map(({ packetId }) => generate({ cmd: "puback", messageId: packetId }))));
  }
}
