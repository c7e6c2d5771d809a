// Feeds a socket's bytes to its parser in small slices, and stops while the budget has no room for their messages. A parser emits
// every message of a chunk before it can be paused: thousands, where messages are small.
import type { Socket } from "node:net";
import type { Share } from "../access/limits/share.ts";

export interface PacedSocketOptions {
  readonly share: Share;
  /** Whether the next slice may be parsed, as far as its parser goes. Where not, `resume` is to be called once it may. */
  readonly mayParse: () => boolean;
  /** How much to parse next of what begins at `at`: little enough that few messages end in it. */
  readonly sliceBytes: (chunk: Buffer, at: number) => number;
  /** Called when so many bytes have been parsed. */
  readonly onParsed: (bytes: number) => void;
}

export class PacedSocket {
  readonly #socket: Socket;
  readonly #options: PacedSocketOptions;
  /** The listeners that the socket had before. */
  readonly #parse: (slice: Buffer) => void;
  /** The side that paused parsing and has to resume it; null while slices are parsed. */
  #pausedBy: "us" | "parser" | null = null;
  #isEnded = false;

  /** Replaces the listener of the socket's data. */
  constructor(socket: Socket, options: PacedSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    const [parse] = socket.listeners("data");
    if (parse === undefined) throw new Error("the socket has no listener");
    this.#parse = (slice) => void Reflect.apply(parse, socket, [slice]);
    socket.removeAllListeners("data");
    socket.on("data", (chunk: Buffer) => this.#feed(chunk));
  }

  /** There may be room again. */
  resume(): void {
    if (this.#pausedBy === "us" && this.#mayParse()) this.#socket.resume();
  }

  /** The socket is closed, or another parser's from now on. */
  end(): void {
    this.#isEnded = true;
    this.#socket.removeAllListeners("data");
  }

  #feed(chunk: Buffer): void {
    const { share, sliceBytes } = this.#options;
    let at = 0;
    let pausedBy: "us" | "parser" | null = null;
    while (at < chunk.length && !this.#isEnded && pausedBy === null) {
      if (!this.#mayParse()) {
        pausedBy = "us";
        break;
      }
      const slice = chunk.subarray(at, at + sliceBytes(chunk, at));
      at += slice.length;
      this.#parse(slice);
      // In flight until the turn ends: bytes without a message cost time, too.
      share.take(slice.length);
      share.release(slice.length);
      this.#options.onParsed(slice.length);
      if (this.#socket.isPaused()) pausedBy = "parser";
    }
    this.#pausedBy = pausedBy;
    if (pausedBy === "us") this.#socket.pause();
    // The rest is emitted again when the socket is resumed, to its listeners then.
    if (at < chunk.length && !this.#socket.destroyed) this.#socket.unshift(chunk.subarray(at));
  }

  #mayParse(): boolean {
    return this.#options.mayParse() && this.#options.share.hasRoomFor(1);
  }
}
