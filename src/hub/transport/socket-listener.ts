// Listens on a TCP port and hands each connection to its protocol: the one place where connections are accepted.
// Order: accepted → its turn → PROXY header of a trusted proxy → admission → TLS handshake, where the port has TLS → the protocol's handler.
// Nothing but that header is read of a connection before its admission.
import { createServer, type Server, type Socket } from "node:net";
import type { Admission, NotAdmitted } from "../access/limits/admission.ts";
import { TurnQueue } from "../access/limits/turn-queue.ts";
import { isLoopback, plainAddress } from "../access/networks.ts";
import type { Port } from "../config.ts";
import { listen } from "./ports.ts";
import { nameClient } from "./proxy-header.ts";

/** A protocol, on however many ports. */
export interface ConnectionHandler {
  /** Counts the connections of all its ports together. */
  readonly admission: Admission;
  /**
   * Reads the PROXY header of a connection, and sets the client as its remote address. Resolves with false where the connection is
   * to be closed; null where there is nothing to wait for.
   */
  preamble(socket: Socket): Promise<boolean> | null;
  /** Called for a connection that is not admitted. */
  notAdmitted(address: string, outcome: NotAdmitted): void;
  /** Handles a connection. Where `outcome` is not "admitted", it is open only to be answered so. */
  take(socket: Socket, outcome: "admitted" | NotAdmitted): void;
}

/** Calls back with the secure connection once its handshake is done; never where that fails. */
type Secure = (socket: Socket, onSecure: (socket: Socket) => void) => void;

export interface SocketListenerOptions {
  /** As it is called where people read it: "MQTT", "HTTPS". */
  readonly name: string;
  readonly handler: ConnectionHandler;
  /** For ports with TLS. */
  readonly secure?: Secure;
  /** The desktop app's window asks at 127.0.0.1, whichever address others do. */
  readonly hasWindow?: boolean;
}

const LOOPBACK = "127.0.0.1";
const LOOPBACK_IPV6 = "::1";
const WITH_LOOPBACK: ReadonlySet<string> = new Set(["::", "0.0.0.0", "localhost", LOOPBACK]);
const LAST_ANSWER_MS = 1_000;
/** New connections per turn of the event loop: some 2 ms of work. */
const MAX_ARRIVALS_PER_TURN = 8;
const LISTEN_AGAIN_MS = 1_000;

export class SocketListener {
  readonly #options: SocketListenerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #arrivals = new TurnQueue<Socket>(MAX_ARRIVALS_PER_TURN, (socket) => this.#begin(socket));
  #servers: Server[] = [];
  #host = LOOPBACK;
  #port = 0;
  #isRestricted = false;
  /** Set while another program has the port. */
  #againTimer: NodeJS.Timeout | null = null;

  constructor(options: SocketListenerOptions) {
    this.#options = options;
  }

  /** 0 while it does not listen. */
  get port(): number {
    return this.#port;
  }

  /** Resolves with the port. Rejects with a message for people where it cannot be had. */
  async listen(host: string, port: Port): Promise<number> {
    this.#host = host;
    this.#port = await this.#open(this.#isRestricted ? LOOPBACK : host, port);
    if (this.#isRestricted) {
      // A computer without IPv6 has no clients on it.
      await this.#open(LOOPBACK_IPV6, { number: this.#port, named: true }).catch(() => undefined);
    } else if (this.#options.hasWindow === true && !WITH_LOOPBACK.has(host)) {
      await this.#open(LOOPBACK, { number: this.#port, named: true });
    }
    return this.#port;
  }

  /**
   * Listens on loopback alone, or no longer so, on the same port. Other connections end a second later: one of them may carry the
   * request for this. Rejects where another program has the port by then: it listens as before, as soon as it can.
   */
  async restrict(isRestricted: boolean): Promise<void> {
    if (this.#isRestricted === isRestricted) return;
    this.#isRestricted = isRestricted;
    if (this.#port === 0) return;
    const port = { number: this.#port, named: true };
    void this.close();
    try {
      await this.listen(this.#host, port);
    } catch (error) {
      this.#isRestricted = !isRestricted;
      await this.#listenAgain(port);
      throw error;
    }
    if (!isRestricted) return;
    const others = [...this.#sockets].filter((socket) => !isLoopback(plainAddress(socket.remoteAddress)));
    setTimeout(() => {
      for (const socket of others) socket.destroy();
    }, LAST_ANSWER_MS).unref();
  }

  /** Closes the port at once; resolves when its connections have ended. */
  async close(): Promise<void> {
    if (this.#againTimer !== null) clearTimeout(this.#againTimer);
    this.#againTimer = null;
    const servers = this.#servers.splice(0);
    this.#port = 0;
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  /** Devices know this port alone. */
  async #listenAgain(port: Port): Promise<void> {
    try {
      await this.listen(this.#host, port);
    } catch {
      this.#againTimer = setTimeout(() => void this.#listenAgain(port), LISTEN_AGAIN_MS).unref();
    }
  }

  async #open(host: string, port: Port): Promise<number> {
    const server = this.#createServer();
    const number = await listen(server, host, port, this.#options.name);
    this.#servers.push(server);
    return number;
  }

  #createServer(): Server {
    // Half-open: a client that sends and closes its side still gets its answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      // It may fail while it waits for its turn.
      socket.on("error", () => socket.destroy());
      this.#arrivals.push(socket);
    });
    // A connection that the system cannot accept, for want of memory or descriptors, is its client's loss alone.
    server.on("error", () => undefined);
    return server;
  }

  #begin(socket: Socket): void {
    // The port may be closed since.
    if (this.#port === 0) socket.destroy();
    if (socket.destroyed) return;
    const reading = this.#options.handler.preamble(socket);
    if (reading === null) this.#admit(socket);
    else
      reading.then(
        (isUsable) => (isUsable && !socket.destroyed ? this.#admit(socket) : socket.destroy()),
        () => socket.destroy(),
      );
  }

  #admit(socket: Socket): void {
    const { handler, secure } = this.#options;
    const outcome = handler.admission.admit(socket);
    if (outcome !== "admitted") {
      handler.notAdmitted(plainAddress(socket.remoteAddress), outcome);
      if (!handler.admission.mayLinger(socket, outcome)) {
        socket.destroy();
        return;
      }
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (secure === undefined) handler.take(socket, outcome);
    else
      secure(socket, (secured) => {
        // By default it has the address of the peer, which may be a proxy.
        const { remoteAddress: address = "", remotePort: port = 0 } = socket;
        if (secured.remoteAddress !== address) nameClient(secured, { address, port });
        handler.take(secured, outcome);
      });
  }
}
