// The parts behind a public name: certificate, dynamic DNS, and the lookups of the checks. Loaded once a name is set, or when the
// status is requested.

import { errorCode } from "../../shared/error-text.ts";
import { assertNever } from "../../shared/errors.ts";
import type { DdnsStatus } from "../../shared/security/reach.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../observe/log/log.ts";
import type { RecordStore } from "../store/records.ts";
import { CertificateManager, type CertificateRequest } from "./acme/certificate-manager.ts";
import type { HeldCertificate } from "./acme/certificate-source.ts";
import type { ChallengeBoard, ChallengeResponder } from "./acme/challenges.ts";
import { DnsChallenge } from "./acme/dns-challenge.ts";
import { PortChallenge } from "./acme/port-challenge.ts";
import { DynamicDns } from "./ddns/dynamic-dns.ts";
import { WanAddress } from "./ddns/wan-address.ts";
import { Cloudflare } from "./dns/cloudflare.ts";
import { CommandProvider } from "./dns/command.ts";
import { DeSec } from "./dns/desec.ts";
import type { AddressProvider, DnsProvider } from "./dns/dns-provider.ts";
import { DuckDns } from "./dns/duckdns.ts";
import { type PropagationOptions, resolverOf } from "./dns/propagation.ts";
import { UrlProvider } from "./dns/url-provider.ts";
import { directoryUrlOf, type ProviderSettings, type ReachSettings } from "./settings.ts";

/** Addresses of services outside, for tests. */
export interface Outside {
  /** The ports on which ACME servers validate challenges. */
  readonly challengePorts?: { readonly http: number; readonly tls: number };
  readonly providerUrl?: string;
  readonly dns?: PropagationOptions;
  readonly pollMs?: number;
}

export interface ActiveReachOptions {
  readonly records: RecordStore;
  readonly held: HeldCertificate;
  readonly board: ChallengeBoard;
  readonly commandFolder: string;
  /** Address that the hub listens on. */
  readonly host: string;
  readonly httpPort: () => number;
  readonly httpsPort: () => number | null;
  readonly ownAddresses: () => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly outside: Outside;
}

const CHALLENGE_PORTS = { http: 80, tls: 443 };

export class ActiveReach {
  readonly #options: ActiveReachOptions;
  readonly certificates: CertificateManager;
  #wan: WanAddress;
  #ddns: DynamicDns | null = null;

  constructor(options: ActiveReachOptions, { lookupUrls }: ReachSettings) {
    const { records, held, clock, log, outside } = options;
    this.#options = options;
    this.#wan = new WanAddress({ urls: lookupUrls, clock });
    const polling = outside.pollMs !== undefined && { pollMs: outside.pollMs };
    this.certificates = new CertificateManager({ records, held, clock, log, random: Math.random, ...polling });
  }

  get wan(): WanAddress {
    return this.#wan;
  }

  get ddnsStatus(): DdnsStatus {
    return this.#ddns?.status ?? { state: "off" };
  }

  async start(settings: ReachSettings): Promise<void> {
    this.#startDdns(settings);
    await this.certificates.start(this.#certificateRequest(settings));
  }

  async change(settings: ReachSettings): Promise<void> {
    await this.#ddns?.stop();
    this.#wan = new WanAddress({ urls: settings.lookupUrls, clock: this.#options.clock });
    this.#startDdns(settings);
    await this.certificates.change(this.#certificateRequest(settings));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#ddns?.stop(), this.certificates.stop()]);
  }

  /** Addresses of `name`, as DNS has them; null where it does not answer. */
  async resolve(name: string): Promise<string[] | null> {
    const resolver = resolverOf(this.#options.outside.dns?.resolvers);
    const answers = await Promise.all([known(resolver.resolve4(name)), known(resolver.resolve6(name))]);
    const found = answers.filter((answer) => answer !== null);
    return found.length === 0 ? null : found.flat();
  }

  #startDdns({ name, ddns, provider: settings }: ReachSettings): void {
    const { ownAddresses, clock, log } = this.#options;
    const provider = ddns ? this.#provider(settings) : null;
    this.#ddns = provider && new DynamicDns({ name, provider, wan: this.#wan, ownAddresses, clock, log });
    this.#ddns?.start();
  }

  #certificateRequest(settings: ReachSettings): CertificateRequest | null {
    const { name, acme } = settings;
    if (!acme.on) return null;
    const responder = this.#responder(settings);
    if (responder === null) return null;
    const { http, tls } = this.#options.outside.challengePorts ?? CHALLENGE_PORTS;
    return {
      name,
      directoryUrl: directoryUrlOf(settings),
      directoryCa: acme.directoryCa === "" ? null : acme.directoryCa,
      email: acme.email,
      responder,
      challengePort: acme.challenge === "http-01" ? http : tls,
    };
  }

  #responder({ acme: { challenge }, provider: settings }: ReachSettings): ChallengeResponder | null {
    const { board, host, httpPort, httpsPort, outside, log } = this.#options;
    const { http, tls } = outside.challengePorts ?? CHALLENGE_PORTS;
    switch (challenge) {
      case "http-01":
        return new PortChallenge({
          type: challenge,
          board,
          host,
          port: http,
          served: () => (httpPort() === http ? "here" : "nowhere"),
        });
      case "tls-alpn-01":
        return new PortChallenge({ type: challenge, board, host, port: tls, served: () => servedAt(httpsPort(), tls) });
      case "dns-01": {
        const provider = this.#provider(settings);
        if (provider === null || !setsRecords(provider)) return null;
        return new DnsChallenge(provider, outside.dns ?? {}, (error) =>
          log.warn({ err: error }, "the record of a challenge was left behind"),
        );
      }
      default:
        return assertNever(challenge);
    }
  }

  #provider(settings: ProviderSettings): AddressProvider | null {
    const { clock, commandFolder: folder, outside } = this.#options;
    const options = { clock, ...(outside.providerUrl !== undefined && { baseUrl: outside.providerUrl }) };
    switch (settings.kind) {
      case "none":
        return null;
      case "duckdns":
        return new DuckDns(settings.token, options);
      case "desec":
        return new DeSec(settings.token, options);
      case "cloudflare":
        return new Cloudflare(settings.token, options);
      case "command":
        return new CommandProvider(settings.command, { folder });
      case "url":
        return new UrlProvider(settings, options);
      default:
        return assertNever(settings);
    }
  }
}

function servedAt(port: number | null, wanted: number): "here" | "elsewhere" | "nowhere" {
  if (port === null) return "nowhere";
  return port === wanted ? "here" : "elsewhere";
}

function setsRecords(provider: AddressProvider): provider is DnsProvider {
  return "setTxt" in provider && "removeTxt" in provider;
}

/** Empty where DNS answers that there is no record; null where it does not answer. */
async function known(answer: Promise<string[]>): Promise<string[] | null> {
  try {
    return await answer;
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOTFOUND" || code === "ENODATA" ? [] : null;
  }
}
