// Determines the client of an HTTP request, WebSocket upgrades included: the socket's address, or the client that a trusted proxy
// names. It comes before the checks of Host, Origin and permission, and once for each request.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { Admission, NotAdmitted } from "../access/limits/admission.ts";
import { plainAddress } from "../access/networks.ts";
import type { Client, TrustedProxies } from "../access/trusted-proxies.ts";
import type { Clock } from "../clock.ts";

export interface RequestClient extends Client {
  /** Whether the client itself speaks TLS, to the hub or to a trusted proxy. */
  readonly isSecure: boolean;
  /** Why the client cannot be determined. */
  readonly problem: Problem | null;
}

export interface RequestClientsOptions {
  readonly proxies: TrustedProxies;
  readonly admission: Admission;
  readonly onNotAdmitted: (address: string, outcome: NotAdmitted) => void;
  readonly clock: Clock;
}

const MAX_UNTRUSTED_FORWARDERS = 16;
const REMEMBERED_MS = 24 * 3_600_000;

export class RequestClients {
  readonly #options: RequestClientsOptions;
  readonly #clients = new WeakMap<IncomingMessage, RequestClient>();
  /** When each address that is not trusted last named a client; the latest is the last. */
  readonly #untrustedForwarders = new Map<string, number>();

  constructor(options: RequestClientsOptions) {
    this.#options = options;
  }

  of(request: IncomingMessage): RequestClient {
    const known = this.#clients.get(request);
    if (known !== undefined) return known;
    const client = this.#resolve(request);
    this.#clients.set(request, client);
    return client;
  }

  /**
   * Why the client that a trusted proxy names is not admitted. The connection counts as that client's until `response` is sent;
   * without one, for good.
   */
  admit(request: IncomingMessage, response?: ServerResponse): Problem | null {
    const { admission, onNotAdmitted } = this.#options;
    const { address, problem } = this.of(request);
    const peer = plainAddress(request.socket.remoteAddress);
    if (problem !== null || address === peer) return problem;
    const outcome = admission.reassign(request.socket, address);
    if (outcome !== "admitted") {
      onNotAdmitted(address, outcome);
      return outcome === "outside the allowed networks"
        ? message("forbidden/network", { address })
        : message("too-many-connections");
    }
    response?.once("close", () => admission.reassign(request.socket, peer));
    return null;
  }

  /** Addresses that named clients in the last day and are not trusted. */
  untrustedForwarders(): string[] {
    const sinceMs = this.#options.clock.now() - REMEMBERED_MS;
    return [...this.#untrustedForwarders].filter(([, lastMs]) => lastMs > sinceMs).map(([address]) => address);
  }

  #resolve({ socket, headers, url }: IncomingMessage): RequestClient {
    const { proxies } = this.#options;
    const peer = plainAddress(socket.remoteAddress);
    const isEncrypted = "encrypted" in socket && socket.encrypted === true;
    if (!proxies.includes(peer)) {
      if (headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined) this.#noteForwarder(peer);
      return { address: peer, isSecure: isEncrypted, host: hostInTarget(url), problem: null };
    }
    const resolved = proxies.resolve(peer, headers);
    if (resolved.kind === "contradiction")
      return { address: peer, isSecure: isEncrypted, host: null, problem: resolved.problem };
    const { client } = resolved;
    return { ...client, isSecure: client.isSecure ?? isEncrypted, problem: null };
  }

  #noteForwarder(peer: string): void {
    this.#untrustedForwarders.delete(peer);
    this.#untrustedForwarders.set(peer, this.#options.clock.now());
    const [oldest] = this.#untrustedForwarders.keys();
    if (this.#untrustedForwarders.size > MAX_UNTRUSTED_FORWARDERS && oldest !== undefined)
      this.#untrustedForwarders.delete(oldest);
  }
}

/** Of a request whose target is a whole URL (RFC 9112, section 3.2.2): it counts, whatever the Host header says. */
function hostInTarget(target = "/"): string | null {
  return target.startsWith("/") ? null : (URL.parse(target)?.host ?? null);
}
