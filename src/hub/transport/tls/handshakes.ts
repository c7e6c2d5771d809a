// TLS handshakes of admitted connections. They are bounded in time, in number at once, and in number of one address; the rest wait,
// unread.
// Order: the first byte shows whether it is TLS → a place among the handshakes → the handshake → the protocol.
import { constants } from "node:crypto";
import { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { errorCode } from "../../../shared/error-text.ts";
import { FairPlaces } from "../../access/limits/fair-places.ts";
import { TurnQueue } from "../../access/limits/turn-queue.ts";
import { plainAddress } from "../../access/networks.ts";
import { type AlpnBoard, createAlpnServer, offersChallenge } from "../../reach/acme/alpn-server.ts";
import type { CertificatePair } from "../../reach/acme/certificate-source.ts";

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HANDSHAKES = 100;
const MAX_HANDSHAKES_PER_ADDRESS = 16;
/** Each is a signature and a key exchange: a millisecond or so. */
const MAX_STARTS_PER_TURN = 4;
/** How long a client may take to read the answer that refuses it. */
const LINGER_MS = 1_000;
/** A record of a handshake (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;

const MIN_VERSION = "TLSv1.2";
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  ...["ECDSA", "RSA"].flatMap((signature) => [
    `ECDHE-${signature}-AES128-GCM-SHA256`,
    `ECDHE-${signature}-AES256-GCM-SHA384`,
    `ECDHE-${signature}-CHACHA20-POLY1305`,
  ]),
].join(":");

export type HandshakeFailure =
  /** It was no TLS; `bytes` are its beginning. */
  | { readonly kind: "not TLS"; readonly bytes: Buffer }
  | { readonly kind: "too slow"; readonly seconds: number }
  /** `code` and `reason` are OpenSSL's. */
  | { readonly kind: "failed"; readonly code: string; readonly reason: string };

export interface HandshakesOptions {
  /** Application protocols (ALPN, RFC 7301); without them, the offers of clients are ignored. */
  readonly protocols?: readonly string[];
  readonly onFailure: (address: string, failure: HandshakeFailure) => void;
  /** Certificates of TLS-ALPN-01 challenges; without them the port does not speak `acme-tls/1`. */
  readonly challenges?: AlpnBoard;
  /** The answer to a client that speaks something else than TLS; null closes the connection. */
  readonly answerOther: (bytes: Buffer) => Buffer | null;
  readonly timeoutMs?: number;
}

interface Handshake {
  readonly address: string;
  readonly raw: Socket;
  readonly onSecure: (socket: Socket) => void;
  /** Whether an ACME server requests the certificate of a challenge. */
  isChallenge: boolean;
  timer?: NodeJS.Timeout;
}

export class Handshakes {
  readonly #options: HandshakesOptions;
  #server: Server | null = null;
  /** Made for the first challenge. */
  #challengeServer: Server | null = null;
  readonly #bySocket = new WeakMap<Socket, Handshake>();
  /** Connections that are not secure yet. */
  readonly #open = new Set<Socket>();
  /** Those that wait for a place, the oldest first. */
  readonly #waiting = new Set<Handshake>();
  /** Those that have a place. */
  readonly #running = new FairPlaces<Handshake>();
  readonly #starts = new TurnQueue<Handshake>(MAX_STARTS_PER_TURN, ({ raw, isChallenge }) => {
    const server = isChallenge ? this.#challengeServer : this.#server;
    if (!raw.destroyed) server?.emit("connection", raw);
  });

  constructor(options: HandshakesOptions) {
    this.#options = options;
  }

  /** The certificate for new connections. Open ones keep theirs. */
  present({ certPem, keyPem }: CertificatePair): void {
    const context = {
      cert: certPem,
      key: keyPem,
      minVersion: MIN_VERSION,
      ciphers: CIPHERS,
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    } as const;
    if (this.#server === null) this.#server = this.#createServer(context);
    else this.#server.setSecureContext(context);
  }

  /** Calls back with the secure connection; never where that fails. */
  readonly begin = (raw: Socket, onSecure: (socket: Socket) => void): void => {
    const handshake: Handshake = { address: plainAddress(raw.remoteAddress), raw, onSecure, isChallenge: false };
    this.#bySocket.set(raw, handshake);
    this.#open.add(raw);
    const { timeoutMs = HANDSHAKE_TIMEOUT_MS } = this.#options;
    let hasSentData = false;
    handshake.timer = setTimeout(() => {
      // A browser opens connections in advance, and may never use them.
      if (hasSentData) this.#fail(handshake, { kind: "too slow", seconds: timeoutMs / 1_000 });
      else raw.destroy();
    }, timeoutMs);
    raw.on("error", () => raw.destroy());
    raw.once("close", () => this.#ended(handshake));
    raw.once("readable", () => {
      const bytes: unknown = raw.read();
      if (!Buffer.isBuffer(bytes)) {
        raw.destroy();
        return;
      }
      hasSentData = true;
      if (bytes[0] === TLS_HANDSHAKE) {
        raw.unshift(bytes);
        handshake.isChallenge = this.#takesChallenge(bytes);
        this.#enqueue(handshake);
      } else this.#refuse(handshake, bytes);
    });
  };

  /** Ends the handshakes that are not done; secure connections stay. */
  stop(): void {
    for (const raw of this.#open) raw.destroy();
  }

  #takesChallenge(hello: Buffer): boolean {
    const { challenges } = this.#options;
    if (challenges === undefined || !offersChallenge(hello)) return false;
    this.#challengeServer ??= createAlpnServer(challenges);
    return true;
  }

  #createServer(context: Parameters<Server["setSecureContext"]>[0]): Server {
    const { protocols } = this.#options;
    const server = createServer({
      ...context,
      // The time limit includes the wait for a place.
      handshakeTimeout: 2 * HANDSHAKE_TIMEOUT_MS,
      ...(protocols && { ALPNProtocols: [...protocols] }),
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      const handshake = this.#handshakeOf(socket);
      if (handshake === undefined) {
        socket.destroy();
        return;
      }
      this.#ended(handshake);
      keepPeer(socket, handshake.raw);
      handshake.onSecure(socket);
    });
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      const handshake = this.#handshakeOf(socket);
      socket.destroy();
      if (handshake === undefined) return;
      const code = errorCode(error);
      const reason = "reason" in error ? String(error.reason) : error.message;
      // It disconnected: it may be a program that only checks whether the port is open.
      if (code === "ECONNRESET" || code === "EPIPE") handshake.raw.destroy();
      else this.#fail(handshake, { kind: "failed", code, reason });
    });
    return server;
  }

  #handshakeOf(socket: TLSSocket): Handshake | undefined {
    // This property of Node is the only way from a secure socket to the plain one.
    const raw: unknown = "_parent" in socket ? socket._parent : null;
    return raw instanceof Socket ? this.#bySocket.get(raw) : undefined;
  }

  #enqueue(handshake: Handshake): void {
    if (handshake.raw.destroyed) return;
    if (this.#running.size >= MAX_HANDSHAKES) this.#makePlace(handshake.address);
    this.#waiting.add(handshake);
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#running.size < MAX_HANDSHAKES) {
      const next = this.#nextWaiting();
      if (next === null) return;
      this.#waiting.delete(next);
      this.#running.add(next, next.address);
      this.#starts.push(next);
    }
  }

  /** Of those whose address may have one more, the oldest from the network that has fewest. */
  #nextWaiting(): Handshake | null {
    let next: Handshake | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const handshake of this.#waiting) {
      const near = this.#running.countNear(handshake.address);
      if (near >= fewest || this.#running.countOf(handshake.address) >= MAX_HANDSHAKES_PER_ADDRESS) continue;
      next = handshake;
      fewest = near;
      if (near === 0) break;
    }
    return next;
  }

  #makePlace(address: string): void {
    const oldest = this.#running.oldestToYieldTo(address);
    if (oldest === null) return;
    this.#ended(oldest);
    oldest.raw.destroy();
  }

  /** It is secure, or its connection has ended. */
  #ended(handshake: Handshake): void {
    clearTimeout(handshake.timer);
    this.#open.delete(handshake.raw);
    this.#waiting.delete(handshake);
    if (this.#running.remove(handshake)) this.#startWaiting();
  }

  #fail({ address, raw }: Handshake, failure: HandshakeFailure): void {
    if (raw.destroyed && !this.#open.has(raw)) return;
    this.#open.delete(raw);
    this.#options.onFailure(address, failure);
    raw.destroy();
  }

  #refuse(handshake: Handshake, bytes: Buffer): void {
    const { address, raw } = handshake;
    const { onFailure, answerOther } = this.#options;
    onFailure(address, { kind: "not TLS", bytes });
    const answer = answerOther(bytes);
    if (answer === null) {
      raw.destroy();
      return;
    }
    // Unread bytes would reset the connection, and the client would lose the answer.
    raw.resume();
    raw.end(answer);
    const timer = setTimeout(() => raw.destroy(), LINGER_MS);
    raw.once("close", () => clearTimeout(timer));
  }
}

/** Copies the remote address, which a PROXY header may have set, to the secure socket. */
function keepPeer(socket: TLSSocket, raw: Socket): void {
  for (const name of ["remoteAddress", "remotePort", "remoteFamily"] as const)
    Object.defineProperty(socket, name, { get: () => raw[name], configurable: true });
}
