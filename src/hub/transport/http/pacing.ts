// Reads HTTP connections only as fast as their requests are answered: no further while a connection has as many requests
// open as it may, or its share of the budget has no room. A request that has begun is always read to its end.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Budget } from "../../access/limits/budget.ts";
import { REQUEST_BYTES } from "../../access/limits/costs.ts";
import type { Share } from "../../access/limits/share.ts";
import { plainAddress } from "../../access/networks.ts";
import type { Clock } from "../../clock.ts";
import { ByteChunks } from "../byte-chunks.ts";
import { PacedSocket } from "../paced-socket.ts";
import { unsentBytes } from "./compress.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";

const MAX_OPEN_REQUESTS_PER_CONNECTION = 4;
/** Bytes of a body that are held in memory; of one that is too large the rest is only counted. */
const MAX_HELD_BODY_BYTES = 300_000;
const UNSENT_CHECK_PERIOD_MS = 1_000;
const HEAD_END = "\r\n\r\n";
const MAX_HEAD_SLICE_BYTES = 1_024;
const MAX_BODY_SLICE_BYTES = 4_096;
/** Dozens of them are sent in one turn of the event loop, of longer ones few. */
const SHORT_ANSWER_BYTES = 16 * 1024;
/** Charged for each chunk of a body: it passes through the parser and the stream by itself, and may be a byte. */
const CHUNK_BYTES = 256;
/** Chunks of a body are joined up to here. */
const JOINED_BYTES = 16 * 1024;

export interface HttpPacingOptions {
  readonly budget: Budget;
  readonly diagnostics: Pick<HttpDiagnostics, "cut">;
  readonly clock: Clock;
}

export class HttpPacing {
  readonly #options: HttpPacingOptions;
  readonly #open = new Set<PacedConnection>();
  readonly #bySocket = new WeakMap<Socket, PacedConnection>();
  #endTimer: (() => void) | null = null;

  constructor(options: HttpPacingOptions) {
    this.#options = options;
  }

  /** Paces the connections of a server that does not listen yet. */
  start(server: Server): void {
    server.on("connection", (socket: Socket) => this.#pace(socket));
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#connectionOf(request).begin(request, response);
    });
    server.prependListener("upgrade", (request: IncomingMessage) => this.#connectionOf(request).end());
    this.#endTimer = this.#options.clock.every(UNSENT_CHECK_PERIOD_MS, () => {
      for (const connection of this.#open) connection.countUnsent();
    });
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  /** The share of the request's connection. */
  shareOf(request: IncomingMessage): Share {
    return this.#connectionOf(request).share;
  }

  /** Charges an answer that is about to be sent: writing it is work, too. Resolves when it is its turn, if it is long. */
  async answer(request: IncomingMessage, bytes: number): Promise<void> {
    await this.#connectionOf(request).answer(bytes);
  }

  #connectionOf({ socket }: IncomingMessage): PacedConnection {
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) throw new Error("a request on a connection that is not paced");
    return connection;
  }

  #pace(socket: Socket): void {
    const { budget, diagnostics } = this.#options;
    const connection = new PacedConnection(socket, budget, (reason) => {
      diagnostics.cut(plainAddress(socket.remoteAddress), reason);
      socket.destroy();
    });
    this.#bySocket.set(socket, connection);
    this.#open.add(connection);
    socket.once("close", () => {
      this.#open.delete(connection);
      connection.end();
    });
  }
}

class PacedConnection {
  readonly share: Share;
  readonly #socket: Socket;
  readonly #paced: PacedSocket;
  /** Those that are open, with their answers. */
  readonly #requests = new Map<IncomingMessage, ServerResponse>();
  #last: IncomingMessage | null = null;
  /** Of answers that wait for their turn. */
  #readyBytes = 0;
  /** Of a request that is not complete. */
  #unfinishedBytes = 0;
  /** The bytes that are missing of a body with a Content-Length. */
  #bodyBytes = 0;
  /** The slice that is being parsed holds the head of a request. */
  #hasBegun = false;

  constructor(socket: Socket, budget: Budget, cut: (reason: string) => void) {
    this.#socket = socket;
    this.share = budget.open({ resume: () => this.#paced.resume(), cut });
    this.#paced = new PacedSocket(socket, {
      share: this.share,
      mayParse: () => this.#mayParse(),
      sliceBytes: (chunk, at) => this.#sliceBytes(chunk, at),
      onParsed: (bytes) => this.#parsed(bytes),
    });
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    this.#last = request;
    this.#hasBegun = true;
    this.#bodyBytes = Number(request.headers["content-length"] ?? 0);
    this.#requests.set(request, response);
    this.#joinChunks(request);
    // Work for the hub in this turn; then it may wait for its body, the disk, or the client to read the answer.
    this.share.take(REQUEST_BYTES);
    this.share.park(REQUEST_BYTES);
    response.once("close", () => this.#finish(request));
  }

  /** Joins the chunks of a body, those of its encoding or of its arrival: whoever collects them would keep an object for each. */
  #joinChunks(request: IncomingMessage): void {
    const isEncoded = request.headers["transfer-encoding"] !== undefined;
    if (!isEncoded && this.#bodyBytes === 0) return;
    const push = request.push.bind(request);
    const chunks = new ByteChunks();
    Object.assign(request, {
      push: (chunk: unknown): boolean => {
        if (isEncoded) {
          this.share.take(CHUNK_BYTES);
          this.share.release(CHUNK_BYTES);
        }
        if (Buffer.isBuffer(chunk)) {
          chunks.push(chunk);
          return chunks.bytes < JOINED_BYTES || push(chunks.take());
        }
        if (chunks.bytes > 0) push(chunks.take());
        return push(chunk);
      },
    });
  }

  async answer(bytes: number): Promise<void> {
    if (bytes <= SHORT_ANSWER_BYTES) {
      this.share.take(bytes);
      this.share.release(bytes);
      return;
    }
    this.#readyBytes += bytes;
    this.countUnsent();
    await this.share.runInTurn(bytes, async () => {
      this.#readyBytes -= bytes;
    });
  }

  /** Counts the answers that wait for their turn, and for the client to read them. */
  countUnsent(): void {
    let bytes = this.#socket.writableLength + this.#readyBytes;
    for (const response of this.#requests.values()) bytes += unsentBytes(response);
    this.share.hold("unsent", bytes);
  }

  /** The connection is closed, or another protocol's. */
  end(): void {
    this.#paced.end();
    for (const request of [...this.#requests.keys()]) this.#finish(request);
    this.share.close();
  }

  #finish(request: IncomingMessage): void {
    if (!this.#requests.delete(request)) return;
    this.share.releaseParked(REQUEST_BYTES);
    this.#paced.resume();
  }

  #mayParse(): boolean {
    // The body belongs to a request that is already counted.
    return this.#last?.complete === false || this.#requests.size < MAX_OPEN_REQUESTS_PER_CONNECTION;
  }

  /** To the end of a head, or of a body: a slice with more could hold a request for every thirty bytes. */
  #sliceBytes(chunk: Buffer, at: number): number {
    if (this.#bodyBytes > 0) return Math.min(this.#bodyBytes, MAX_BODY_SLICE_BYTES);
    const end = chunk.indexOf(HEAD_END, at);
    return end < 0 ? MAX_HEAD_SLICE_BYTES : Math.min(end + HEAD_END.length - at, MAX_HEAD_SLICE_BYTES);
  }

  #parsed(bytes: number): void {
    const isBetween = this.#last?.complete === true;
    if (isBetween) this.#bodyBytes = 0;
    else if (!this.#hasBegun) this.#bodyBytes = Math.max(0, this.#bodyBytes - bytes);
    this.#hasBegun = false;
    this.#unfinishedBytes = isBetween ? 0 : this.#unfinishedBytes + bytes;
    this.share.hold("unfinished", Math.min(this.#unfinishedBytes, MAX_HELD_BODY_BYTES));
    // Node times requests itself, and answers those that take too long.
    this.share.finished();
  }
}
