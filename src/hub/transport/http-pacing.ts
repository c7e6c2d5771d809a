// Reads HTTP connections only as fast as their requests are answered. Node parses every request of a chunk before it looks
// whether anybody reads the answers, so a client that pipelines without waiting would pile up thousands. Here a chunk goes to
// Node's parser in small slices, and no further while the connection has as many requests open as it may, or its share of
// the budget has no room. A request that has begun is always read to its end.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Budget, REQUEST_BYTES, type Share } from "../access/budget.ts";
import { plainAddress } from "../access/networks.ts";
import type { Clock } from "../clock.ts";
import type { HttpTroubles } from "./http-troubles.ts";

/** A slice holds some thirty of the shortest requests: so many may come in over the limit. */
const SLICE_BYTES = 1_024;
const MAX_OPEN_REQUESTS_PER_CONNECTION = 8;
/** What is kept of a body; of one that is too large the rest is only counted. */
const MAX_KEPT_BODY_BYTES = 300_000;
const UNSENT_CHECK_PERIOD_MS = 1_000;

export interface HttpPacingOptions {
  readonly budget: Budget;
  readonly troubles: Pick<HttpTroubles, "cut">;
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

  /** Of the connection that a request came on. */
  shareOf(request: IncomingMessage): Share {
    return this.#connectionOf(request).share;
  }

  /** Says that a request is no more work for the hub: it waits for its client to read the answer, or for somebody else. */
  park(request: IncomingMessage): void {
    this.#connectionOf(request).park(request);
  }

  #connectionOf({ socket }: IncomingMessage): PacedConnection {
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) throw new Error("a request on a connection that is not paced");
    return connection;
  }

  #pace(socket: Socket): void {
    const { budget, troubles } = this.#options;
    const connection = new PacedConnection(socket, budget, (reason) => {
      troubles.cut(plainAddress(socket.remoteAddress), reason);
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

interface OpenRequest {
  readonly response: ServerResponse;
  isParked: boolean;
}

class PacedConnection {
  readonly share: Share;
  readonly #socket: Socket;
  /** Feeds Node's parser. */
  readonly #parse: (slice: Buffer) => void;
  readonly #requests = new Map<IncomingMessage, OpenRequest>();
  #last: IncomingMessage | null = null;
  /** Of a request that is not complete. */
  #unfinishedBytes = 0;
  /** Nothing more is parsed while this is set: Node resumes what it paused, and we what we did. */
  #pausedBy: "us" | "node" | null = null;
  #isEnded = false;

  constructor(socket: Socket, budget: Budget, cut: (reason: string) => void) {
    this.#socket = socket;
    this.share = budget.open({ resume: () => this.#resume(), cut });
    const [parse] = socket.listeners("data");
    if (parse === undefined) throw new Error("Node's HTTP server does not listen on its connection");
    this.#parse = (slice) => void Reflect.apply(parse, socket, [slice]);
    socket.removeAllListeners("data");
    socket.on("data", (chunk: Buffer) => this.#feed(chunk));
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    this.#last = request;
    this.#requests.set(request, { response, isParked: false });
    this.share.take(REQUEST_BYTES);
    response.once("close", () => this.#finish(request));
  }

  park(request: IncomingMessage): void {
    const open = this.#requests.get(request);
    if (open === undefined || open.isParked) return;
    open.isParked = true;
    this.share.park(REQUEST_BYTES);
  }

  /** Counts the answers that wait for the client to read them. */
  countUnsent(): void {
    let bytes = this.#socket.writableLength;
    for (const { response } of this.#requests.values()) bytes += response.writableLength;
    this.share.hold("unsent", bytes);
  }

  /** The connection is closed, or another protocol's. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#socket.removeAllListeners("data");
    for (const request of [...this.#requests.keys()]) this.#finish(request);
    this.share.close();
  }

  #finish(request: IncomingMessage): void {
    const open = this.#requests.get(request);
    if (open === undefined) return;
    this.#requests.delete(request);
    if (open.isParked) this.share.releaseParked(REQUEST_BYTES);
    else this.share.release(REQUEST_BYTES);
    this.#resume();
  }

  #feed(chunk: Buffer): void {
    let at = 0;
    let pausedBy: "us" | "node" | null = null;
    while (at < chunk.length && !this.#isEnded && pausedBy === null) {
      if (!this.#mayParse()) {
        pausedBy = "us";
        break;
      }
      const slice = chunk.subarray(at, at + SLICE_BYTES);
      at += slice.length;
      this.#parse(slice);
      this.#countUnfinished(slice.length);
      if (this.#socket.isPaused()) pausedBy = "node";
    }
    this.#pausedBy = pausedBy;
    if (pausedBy === "us") this.#socket.pause();
    // What is not parsed comes again when the socket is resumed, to whoever listens then.
    if (at < chunk.length && !this.#socket.destroyed) this.#socket.unshift(chunk.subarray(at));
  }

  /** The body of a request that has begun is read whatever it takes. */
  #mayParse(): boolean {
    return this.#last?.complete === false || this.#hasRoom();
  }

  #hasRoom(): boolean {
    return this.#requests.size < MAX_OPEN_REQUESTS_PER_CONNECTION && this.share.hasRoomFor(REQUEST_BYTES);
  }

  #countUnfinished(bytes: number): void {
    const isBetween = this.#last?.complete === true;
    this.#unfinishedBytes = isBetween ? 0 : this.#unfinishedBytes + bytes;
    this.share.hold("unfinished", Math.min(this.#unfinishedBytes, MAX_KEPT_BODY_BYTES));
    // Node times requests itself, and answers those that take too long.
    this.share.finished();
  }

  #resume(): void {
    if (this.#pausedBy === "us" && this.#hasRoom()) this.#socket.resume();
  }
}
