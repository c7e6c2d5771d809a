// Dynamic DNS: updates a name with this network's address. Checks once a minute, sends only changes and once a day besides, backs
// off after a failure, and stops where a person has to change something first.

import { errorText } from "../../../shared/error-text.ts";
import { message } from "../../../shared/messages/message.ts";
import type { DdnsStatus } from "../../../shared/security/reach.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log/log.ts";
import { Backoff } from "../backoff.ts";
import type { AddressProvider } from "../dns/dns-provider.ts";
import { ReachError } from "../reach-error.ts";
import { bestIPv6 } from "./addresses.ts";
import type { WanAddress } from "./wan-address.ts";

export interface DynamicDnsOptions {
  readonly name: string;
  readonly provider: AddressProvider;
  readonly wan: WanAddress;
  /** Of this computer, IPv4 and IPv6. */
  readonly ownAddresses: () => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

interface Sent {
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly atMs: number;
  /** Own addresses at the time: they show a change where the provider detects the public address itself. */
  readonly own: string;
}

const CHECK_PERIOD_MS = 60_000;
const SEND_EVERY_MS = 24 * 3_600_000;
const MAX_WAIT_MS = 3_600_000;

export class DynamicDns {
  readonly #options: DynamicDnsOptions;
  readonly #backoff: Backoff;
  #sent: Sent | null = null;
  #problem: string | null = null;
  #isStopped = false;
  #checking: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: DynamicDnsOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, MAX_WAIT_MS);
  }

  start(): void {
    this.#endTimer = this.#options.clock.every(CHECK_PERIOD_MS, () => void this.check());
    void this.check();
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#checking;
  }

  get status(): DdnsStatus {
    const { ipv4 = null, ipv6 = null, atMs } = this.#sent ?? {};
    const { retryAtMs } = this.#backoff;
    const sent = {
      ...(ipv4 !== null && { ipv4 }),
      ...(ipv6 !== null && { ipv6 }),
      ...(atMs !== undefined && { updatedAtMs: atMs }),
    };
    if (this.#problem === null) return { state: this.#sent === null ? "waiting" : "fine", ...sent };
    if (this.#isStopped) return { state: "stopped", ...sent, problem: this.#problem };
    return { state: "failed", ...sent, problem: this.#problem, ...(retryAtMs !== null && { retryAtMs }) };
  }

  /** Resolves when the update, if any, is sent or has failed; never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    if (this.#isStopped || !this.#backoff.isDue) return;
    const { name, provider, wan, ownAddresses, clock, log } = this.#options;
    try {
      const own = ownAddresses();
      const found = await wan.find();
      const ipv6 = bestIPv6(own, this.#sent?.ipv6 ?? null);
      const ipv4 = found ?? (provider.findsIPv4 ? "auto" : null);
      if (!this.#isDue({ ipv4, ipv6, own: own.join(" ") })) return;
      await provider.setAddress(name, ipv4, ipv6);
      this.#sent = { ipv4: ipv4 ?? this.#sent?.ipv4 ?? null, ipv6, own: own.join(" "), atMs: clock.now() };
      this.#problem = null;
      this.#backoff.reset();
      log.info({ name, ipv4, ipv6 }, "the name was pointed here");
    } catch (error) {
      this.#failed(error);
    }
  }

  #isDue({ ipv4, ipv6, own }: Omit<Sent, "atMs">): boolean {
    if (ipv4 === null && ipv6 === null) {
      if (this.#sent === null) throw new ReachError(message("reach/wan-unknown"));
      return false;
    }
    if (this.#sent === null) return true;
    const sinceMs = this.#options.clock.now() - this.#sent.atMs;
    if (sinceMs >= SEND_EVERY_MS || sinceMs < 0) return true;
    if (ipv6 !== null && ipv6 !== this.#sent.ipv6) return true;
    // An outage of the services that report the address is no change of it.
    if (ipv4 === "auto") return own !== this.#sent.own;
    return ipv4 !== null && ipv4 !== this.#sent.ipv4;
  }

  #failed(error: unknown): void {
    const { retryAfterMs = null, minWaitMs = 0, isFinal = false } = error instanceof ReachError ? error : {};
    this.#problem = errorText(error);
    this.#isStopped = isFinal;
    this.#backoff.fail(Math.max(retryAfterMs ?? 0, minWaitMs));
    this.#options.log.warn({ err: error, isFinal }, "the name was not pointed here");
  }
}
