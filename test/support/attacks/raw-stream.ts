// One connection of an attack, opened again whenever the hub closes it. It sends prepared bytes as fast as the hub takes
// them and looks at nothing that it receives, so that little of the machine goes to the attacker.
import { connect, type Socket } from "node:net";

const RECONNECT_DELAY_MS = 250;
const TRICKLE_PERIOD_MS = 1_000;

export interface StreamPlan {
  readonly port: number;
  readonly localAddress?: string;
  /** Sent first, on every connection. */
  readonly opening: Buffer;
  /** Whether anything more waits for the first bytes of an answer. */
  readonly awaitsAnswer: boolean;
  /** False: once the first answer has arrived, nothing more is read. */
  readonly reads: boolean;
  /** What to send next, counted from 0 on each connection; null is the end of it. */
  readonly next: (round: number) => Buffer | null;
  /** Closes the connection at the end and begins again; without it the connection stays. */
  readonly hangsUp?: boolean;
  /** Sent once a second after the end, also to learn of a connection that the hub closed. */
  readonly trickle?: Buffer;
}

/** Received bytes go nowhere. */
const scratch = Buffer.allocUnsafe(64 * 1024);

export class RawStream {
  connections = 0;
  closedByHub = 0;
  receivedBytes = 0;
  #closedBytes = 0;
  readonly #plan: StreamPlan;
  #socket: Socket | null = null;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #trickleTimer: NodeJS.Timeout | undefined;
  #round = 0;
  /** Nothing more is to be sent on this connection but what trickles. */
  #hasEnded = false;
  #isStopped = false;

  constructor(plan: StreamPlan) {
    this.#plan = plan;
  }

  get sentBytes(): number {
    return this.#closedBytes + (this.#socket?.bytesWritten ?? 0);
  }

  start(): void {
    const { port, localAddress, opening, awaitsAnswer, reads } = this.#plan;
    let isAnswered = false;
    const onread = {
      buffer: scratch,
      callback: (bytesRead: number) => {
        this.receivedBytes += bytesRead;
        if (!isAnswered && awaitsAnswer) this.#pour(socket);
        isAnswered = true;
        return reads;
      },
    };
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, onread, ...(localAddress && { localAddress }) });
    this.#socket = socket;
    this.#round = 0;
    this.#hasEnded = false;
    this.connections++;
    socket.once("connect", () => {
      if (opening.length > 0) socket.write(opening);
      if (!awaitsAnswer) this.#pour(socket);
    });
    // The close that follows says all that matters here.
    socket.on("error", () => undefined);
    socket.once("close", () => this.#closed(socket));
  }

  /** Resolves once the connection is closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#reconnectTimer);
    const socket = this.#socket;
    if (socket === null) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
  }

  /** One write a turn: while the hub's end takes all of it, the stream must not keep its own process from the rest. */
  #pourOn(socket: Socket): void {
    setImmediate(() => !socket.destroyed && this.#pour(socket));
  }

  #pour(socket: Socket): void {
    if (this.#hasEnded) return;
    const bytes = this.#plan.next(this.#round);
    if (bytes !== null) {
      this.#round++;
      if (socket.write(bytes)) this.#pourOn(socket);
      else socket.once("drain", () => this.#pourOn(socket));
      return;
    }
    this.#hasEnded = true;
    const { hangsUp, trickle } = this.#plan;
    if (hangsUp) socket.write("", () => socket.destroy());
    if (trickle !== undefined) this.#trickleTimer = setInterval(() => socket.write(trickle), TRICKLE_PERIOD_MS);
  }

  #closed(socket: Socket): void {
    clearInterval(this.#trickleTimer);
    this.#trickleTimer = undefined;
    this.#closedBytes += socket.bytesWritten;
    this.#socket = null;
    if (this.#isStopped) return;
    if (!(this.#hasEnded && this.#plan.hangsUp)) this.closedByHub++;
    this.#reconnectTimer = setTimeout(() => this.start(), RECONNECT_DELAY_MS);
  }
}
