// WebSocket upgrades of all paths, refused to foreign hosts and pages. Clients that stop answering pings are terminated.
import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { errorOf, errorStatus, type Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import type { Access } from "../../access/access.ts";
import { credentialOf } from "../../access/credentials.ts";
import type { Budget } from "../../access/limits/budget.ts";
import { MAX_REQUESTS_PER_SECOND } from "../../access/limits/request-rate.ts";
import type { Share } from "../../access/limits/share.ts";
import { ANONYMOUS, decide, type Permission, type Principal } from "../../access/principal.ts";
import type { Clock } from "../../clock.ts";
import { innerPath } from "../http/base-path.ts";
import type { HttpDiagnostics } from "../http/diagnostics.ts";
import { DEFAULT_RETRY_AFTER_SECONDS, errorBody } from "../http/errors.ts";
import { ANSWER_HEADERS } from "../http/headers.ts";
import { PacedSocket } from "../paced-socket.ts";
import type { RequestClients } from "../request-clients.ts";

const PING_PERIOD_MS = 30_000;
/** One that was missed may have been sent before the computer slept. */
const MAX_UNANSWERED_PINGS = 2;

/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

/** Fragments of one message; each is a separate object until the last has arrived. */
const MAX_FRAGMENTS = 1_024;
/** Of a ping or a pong of a client, which is masked (RFC 6455, section 5.2). */
const CONTROL_FRAME_HEAD_BYTES = 6;
/** Some forty of the shortest messages. */
const SLICE_BYTES = 256;

export interface WebSocketRoute {
  readonly path: string;
  /** Of one message. */
  readonly messageBytes: number;
  /** Those that are spoken, best first; none where the client may name any. */
  readonly protocols?: readonly string[];
  readonly permission: Permission;
  /** True where devices that the listener may not see are left out. */
  readonly showsSome?: true;
  /** False while upgrades are answered with 503; without it, never. */
  isAvailable?(): boolean;
  open(connection: WebSocketConnection, url: URL): void;
}

export interface WebSocketConnection {
  readonly socket: WebSocket;
  /** The authenticated client; anonymous where the route is open. */
  readonly principal: Principal;
  readonly share: Share;
  /** Of the client, plain. */
  readonly address: string;
  /** Set by the route: whether messages wait for room in the share, and what takes those that fit now. */
  isWaiting: () => boolean;
  resume: () => void;
}

type Admitted = { readonly principal: Principal } | { readonly problem: Problem; readonly retryAfterSeconds?: number };

export interface WebSocketUpgradesOptions {
  readonly access: Pick<Access, "browsers" | "authenticate" | "lockOut" | "requests" | "audit" | "connections">;
  readonly clients: RequestClients;
  /** Empty where there is none. */
  readonly basePath: string;
  readonly diagnostics: Pick<HttpDiagnostics, "foreign" | "cut">;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly routes: readonly WebSocketRoute[];
}

export class WebSocketUpgrades {
  readonly #options: WebSocketUpgradesOptions;
  readonly #servers: ReadonlyMap<string, { readonly route: WebSocketRoute; readonly server: WebSocketServer }>;
  readonly #unansweredPings = new WeakMap<WebSocket, number>();
  #endTimer: (() => void) | null = null;

  constructor(options: WebSocketUpgradesOptions) {
    this.#options = options;
    this.#servers = new Map(options.routes.map((route) => [route.path, { route, server: serverOf(route) }]));
  }

  /** `isRejected` is true for a connection that is not admitted, and open only to be answered so. */
  start(server: Server, isRejected: (socket: Duplex) => boolean): void {
    server.on("upgrade", (request, socket, head) => {
      if (isRejected(socket)) refuse(socket, message("too-many-connections"));
      else this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#endTimer = this.#options.clock.every(PING_PERIOD_MS, () => this.#terminateUnresponsive());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    for (const { server } of this.#servers.values()) {
      for (const socket of server.clients) {
        socket.close(1001, "the hub stops");
        socket.terminate();
      }
      server.close();
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const { access, clients, basePath, diagnostics } = this.#options;
    const rejection = clients.admit(request);
    if (rejection !== null) return refuse(socket, rejection);
    const { address, host } = clients.of(request);
    if (!access.requests.take(address))
      return refuse(socket, message("too-many-requests", { perSecond: MAX_REQUESTS_PER_SECOND }), 1);
    const inner = innerPath(basePath, request.url ?? "/");
    const url = inner.kind === "inside" ? URL.parse(inner.url, "http://hub") : null;
    const found = url === null ? undefined : this.#servers.get(url.pathname);
    if (url === null || found === undefined) return refuse(socket, message("no-such-route/websocket"));
    const { route, server } = found;
    const foreign = access.browsers.check(request.rawHeaders, isForDevices(route), host);
    if (foreign !== null) {
      diagnostics.foreign(address, foreign);
      return refuse(socket, foreign);
    }
    if (route.protocols === undefined && speaksMqtt(request)) {
      const wrongPath = message("bad-request/mqtt-elsewhere");
      diagnostics.foreign(address, wrongPath);
      return refuse(socket, wrongPath);
    }
    if (route.isAvailable?.() === false) return refuse(socket, message("hub-stopping"));
    const admitted = await this.#admit(route, request, url);
    if ("problem" in admitted) return refuse(socket, admitted.problem, admitted.retryAfterSeconds);
    const { principal } = admitted;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("pong", () => this.#unansweredPings.delete(webSocket));
      webSocket.on("error", () => webSocket.terminate());
      route.open(this.#connect(webSocket, request, principal), url);
    });
  }

  /** The principal that may open it, or why it may not. A ticket in the path comes first: the window's page has nothing else. */
  async #admit(route: WebSocketRoute, request: IncomingMessage, url: URL): Promise<Admitted> {
    const { permission, showsSome = false, path } = route;
    if (permission === "open") return { principal: ANONYMOUS };
    const { access, clients } = this.#options;
    const { address } = clients.of(request);
    const ticket = url.searchParams.get("ticket");
    const byTicket = ticket === null ? null : await access.authenticate({ kind: "ticket", text: ticket }, address);
    if (byTicket !== null && decide(byTicket.principal, permission, showsSome) === "granted") return byTicket;
    const shown = await access.authenticate(credentialOf(request.headers), address);
    const { principal } = shown;
    const isWrong = shown.isWrong || (principal.kind === "unproven" && permission !== "device");
    const decision = isWrong ? "wrong-key" : decide(principal, permission, showsSome);
    if (decision === "granted") return { principal };
    access.audit.refused({ actor: principal, action: `WebSocket ${path}`, address }, decision);
    const seconds = isWrong ? access.lockOut.failed(address) : 0;
    if (seconds > 0) return { problem: message("locked-out", { seconds }), retryAfterSeconds: seconds };
    return { problem: message(decision === "wrong-key" ? "wrong-key/request" : decision) };
  }

  /** Opens its share, and has it read only while there is room in it. */
  #connect(webSocket: WebSocket, request: IncomingMessage, principal: Principal): WebSocketConnection {
    const { access, budget, clients, diagnostics } = this.#options;
    const { address } = clients.of(request);
    const share = budget.open({
      resume: () => {
        connection.resume();
        paced.resume();
      },
      cut: (reason) => {
        diagnostics.cut(address, reason);
        webSocket.terminate();
      },
    });
    const connection: WebSocketConnection = {
      socket: webSocket,
      principal,
      share,
      address,
      isWaiting: () => false,
      resume: () => undefined,
    };
    const unfinished = new UnfinishedMessage(share);
    const paced = new PacedSocket(request.socket, {
      share,
      mayParse: () => !connection.isWaiting(),
      sliceBytes: () => SLICE_BYTES,
      onParsed: (bytes) => unfinished.parsed(bytes),
    });
    webSocket.on("message", () => unfinished.ended());
    for (const event of ["ping", "pong"]) webSocket.on(event, (data: Buffer) => unfinished.interrupted(data.length));
    const endTracking = access.connections.add({
      principal,
      close: () => webSocket.close(POLICY_VIOLATION, "access has ended"),
    });
    webSocket.once("close", () => {
      endTracking();
      share.close();
    });
    return connection;
  }

  #terminateUnresponsive(): void {
    for (const { server } of this.#servers.values()) {
      for (const socket of server.clients) {
        const unanswered = this.#unansweredPings.get(socket) ?? 0;
        this.#unansweredPings.set(socket, unanswered + 1);
        if (unanswered >= MAX_UNANSWERED_PINGS) socket.terminate();
        else socket.ping();
      }
    }
  }
}

/** Counts the bytes of an incomplete message. Control frames between its fragments do not end it. */
class UnfinishedMessage {
  readonly #share: Share;
  #bytes = 0;
  #slices = 0;
  /** Of the bytes that are being parsed, those of pings and pongs. */
  #controlBytes = 0;
  #hasEnded = false;

  constructor(share: Share) {
    this.#share = share;
  }

  /** To be called after `ended` and `interrupted`, for the bytes that brought those about. */
  parsed(bytes: number): void {
    this.#bytes += bytes - this.#controlBytes;
    this.#slices++;
    // Bytes after the close frame in the same slice are ignored.
    if (this.#hasEnded || this.#bytes <= 0) {
      this.#bytes = 0;
      this.#slices = 0;
    }
    this.#controlBytes = 0;
    this.#hasEnded = false;
    // Each slice has the overhead of an object.
    this.#share.hold("unfinished", Math.max(this.#bytes, this.#slices * SLICE_BYTES));
  }

  ended(): void {
    this.#hasEnded = true;
    this.#share.finished();
  }

  interrupted(payloadBytes: number): void {
    this.#controlBytes += CONTROL_FRAME_HEAD_BYTES + payloadBytes;
  }
}

/** Devices send no cookie, and some an Origin of their own. */
function isForDevices({ permission }: WebSocketRoute): boolean {
  return permission === "open" || permission === "device";
}

function serverOf({ messageBytes, protocols }: WebSocketRoute): WebSocketServer {
  const choose = (offered: Set<string>) => protocols?.find((protocol) => offered.has(protocol)) ?? false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytes,
    maxFragments: MAX_FRAGMENTS,
    ...(protocols === undefined ? {} : { handleProtocols: choose }),
  });
  server.on("wsClientError", ({ message: reason }, socket) =>
    refuse(socket, message("bad-request/websocket", { reason })),
  );
  return server;
}

function speaksMqtt({ headers }: IncomingMessage): boolean {
  return /(?:^|[\s,])mqtt(?:v3\.1)?(?:$|[\s,])/i.test(headers["sec-websocket-protocol"] ?? "");
}

/** As every other answer of the hub: with a body in the one shape, and its headers. */
function refuse(socket: Duplex, problem: Problem, retryAfterSeconds?: number): void {
  const status = errorStatus[errorOf(problem)];
  const seconds = retryAfterSeconds ?? (status === 503 ? DEFAULT_RETRY_AFTER_SECONDS : undefined);
  const body = JSON.stringify(errorBody(problem));
  const headers = {
    ...ANSWER_HEADERS,
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Sec-WebSocket-Version": 13,
    ...(seconds !== undefined && { "Retry-After": seconds }),
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy());
}
