// Where the hub is reached. Each port is known only once something listens on it; others ask here, and need not know who.

import { lanAddresses } from "./access/networks.ts";
import type { Port } from "./config.ts";
import { lanInterfaces } from "./discovery/interfaces.ts";

type Protocol = "http" | "mqtt";

const NAMES: Readonly<Record<Protocol, string>> = { http: "HTTP", mqtt: "MQTT" };

export class Endpoints {
  readonly #host: string;
  readonly #ports = new Map<Protocol, number>();
  readonly #notes: string[] = [];

  /** `host` is the address that the hub listens on. */
  constructor(host: string) {
    this.#host = host;
  }

  /** Called by a transport when it listens; a port other than the wanted one is noted for the person at the hub. */
  listening(protocol: Protocol, wanted: Port, port: number): void {
    this.#ports.set(protocol, port);
    if (wanted.number !== 0 && wanted.number !== port) {
      const name = NAMES[protocol];
      this.#notes.push(
        `${name} port ${wanted.number} is taken by another program: this hub uses ${port}. Devices must be told.`,
      );
    }
  }

  /** 0 until something listens there. */
  get httpPort(): number {
    return this.#ports.get("http") ?? 0;
  }

  /** 0 until something listens there. */
  get mqttPort(): number {
    return this.#ports.get("mqtt") ?? 0;
  }

  /** What the person at the hub should know about its ports. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Where Pis reach the hub: every address of this computer, those on local networks first, or the one it listens on. */
  get addresses(): string[] {
    const host = this.#host;
    const isEverywhere = host === "0.0.0.0" || host === "::";
    const addresses = isEverywhere
      ? lanAddresses().filter((address) => host === "::" || !address.includes(":"))
      : [host];
    const local = new Set(lanInterfaces(host).flatMap((one) => one.addresses));
    const best = addresses.toSorted((a, b) => Number(local.has(b)) - Number(local.has(a)));
    return best.length > 0 ? best : ["127.0.0.1"];
  }

  /** An address that reaches the hub from this computer. */
  get loopback(): string {
    const host = this.#host;
    if (host === "0.0.0.0" || host === "localhost") return "127.0.0.1";
    return host === "::" ? "::1" : host;
  }

  /** The URL of a port as it is reached from this computer. */
  localUrl(protocol: Protocol): string {
    const { loopback } = this;
    const host = loopback.includes(":") ? `[${loopback}]` : loopback;
    return `${protocol}://${host}:${this.#ports.get(protocol) ?? 0}`;
  }
}
