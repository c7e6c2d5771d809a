// Where the hub is reached: its ports, known once their transports listen, what TLS makes of them, its addresses and its mDNS name.
import { type Message, message } from "../shared/messages/message.ts";
import type { Port } from "./config.ts";
import { rankedAddresses } from "./discovery/interfaces.ts";
import { HubEvent } from "./events.ts";

type Protocol = "http" | "mqtt" | "https" | "mqtts";

const NAMES: Readonly<Record<Protocol, string>> = {
  http: "HTTP",
  mqtt: "MQTT",
  https: "HTTPS",
  mqtts: "MQTTS",
};

interface Advertised {
  /** The name that others find the hub by; null while it has none. */
  readonly name: string | null;
  readonly notes: readonly Message[];
}

export class Endpoints {
  readonly #host: string;
  readonly #ports = new Map<Protocol, number>();
  readonly #notes = new Map<Protocol, Message>();
  #isPlainRestricted = false;
  #certPem: string | null = null;
  #advertised: Advertised | null = null;
  /** The URLs of the hub at this computer, or what is advertised, may have changed. */
  readonly changed = new HubEvent<null>();

  /** `host` is the address that the hub listens on. */
  constructor(host: string) {
    this.#host = host;
  }

  /** A port listens, or with 0 does so no longer. One other than the wanted port becomes a note for the person at the hub. */
  listening(protocol: Protocol, wanted: Port, port: number): void {
    this.#ports.set(protocol, port);
    this.#notes.delete(protocol);
    if (port !== 0 && wanted.number !== 0 && wanted.number !== port) {
      this.#notes.set(protocol, message("note/port-moved", { protocol: NAMES[protocol], wanted: wanted.number, port }));
    }
  }

  /** Whether the ports without TLS listen on loopback alone. */
  get isPlainRestricted(): boolean {
    return this.#isPlainRestricted;
  }

  restrictPlain(isRestricted: boolean): void {
    this.#isPlainRestricted = isRestricted;
    this.changed.emit(null);
  }

  /** The chain that the ports with TLS present, as PEM; null while there is none. */
  get certPem(): string | null {
    return this.#certPem;
  }

  present(certPem: string | null): void {
    this.#certPem = certPem;
  }

  /** The name that mDNS has established; null while there is none. */
  get mdnsName(): string | null {
    return this.#advertised?.name ?? null;
  }

  advertisedBy(advertised: Advertised): void {
    this.#advertised = advertised;
  }

  /** 0 until something listens there. */
  get httpPort(): number {
    return this.#ports.get("http") ?? 0;
  }

  /** 0 until something listens there. */
  get mqttPort(): number {
    return this.#ports.get("mqtt") ?? 0;
  }

  /** 0 while TLS is off. */
  get httpsPort(): number {
    return this.#ports.get("https") ?? 0;
  }

  /** 0 while TLS is off. */
  get mqttsPort(): number {
    return this.#ports.get("mqtts") ?? 0;
  }

  /** What TLS makes of the ports. */
  get secure(): { readonly httpsPort: number; readonly mqttsPort: number; readonly isPlainRestricted: boolean } {
    return { httpsPort: this.httpsPort, mqttsPort: this.mqttsPort, isPlainRestricted: this.#isPlainRestricted };
  }

  /** What the person at the hub should know about its ports and its name. */
  get notes(): readonly Message[] {
    return [...this.#notes.values(), ...(this.#advertised?.notes ?? [])];
  }

  /** Where Pis reach the hub: the addresses of this computer, best first, or the one it listens on. */
  get addresses(): string[] {
    const host = this.#host;
    if (host !== "0.0.0.0" && host !== "::") return [host];
    const addresses = rankedAddresses(host);
    return addresses.length > 0 ? addresses : ["127.0.0.1"];
  }

  /** An address that reaches the hub from this computer. Where it listens on `::`, it listens to IPv4 as well. */
  get loopback(): string {
    const host = this.#host;
    return this.#isPlainRestricted || host === "0.0.0.0" || host === "::" || host === "localhost" ? "127.0.0.1" : host;
  }

  /** The URL of a port as it is reached from this computer. */
  localUrl(protocol: Protocol): string {
    return `${protocol}://${inUrl(this.loopback)}:${this.#ports.get(protocol) ?? 0}`;
  }
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
