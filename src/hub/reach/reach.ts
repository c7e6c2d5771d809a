// Reaching the hub from outside: its public name, the certificate for it, the address that the name points to, and whether the
// hub may face the internet. A hub without a public name loads its settings and no more.

import type { Problem } from "../../shared/errors.ts";
import type { Language } from "../../shared/messages/language.ts";
import { message } from "../../shared/messages/message.ts";
import type { ReachChange, ReachStatus } from "../../shared/security/reach.ts";
import { Mutex } from "../mutex.ts";
import { type CertificateSource, HeldCertificate } from "./acme/certificate-source.ts";
import { ChallengeBoard } from "./acme/challenges.ts";
import type { ActiveReach, ActiveReachOptions, Outside } from "./active-reach.ts";
import {
  changeSettings,
  DEFAULT_REACH_SETTINGS,
  directoryUrlOf,
  publicSettings,
  type ReachSettings,
  reachSettingsRecords,
} from "./settings.ts";

/** The TLS ports of the hub and their certificate. */
interface TlsFacts {
  readonly httpsPort: number | null;
  readonly mqttsPort: number | null;
  /** The chain that clients get, as PEM. */
  readonly certPem: string | null;
}

export interface ReachOptions extends Omit<ActiveReachOptions, "held" | "board" | "outside" | "httpsPort"> {
  /** Null while the hub speaks no TLS. */
  readonly tls: () => TlsFacts | null;
  /** Whether nobody may send without a key. */
  readonly areKeysCompulsory: () => boolean;
  /** Whether the allowed networks contain the address. */
  readonly allows: (address: string) => boolean;
  /** Called with the public name, by which browsers may reach the hub; empty where it has none any more. */
  readonly onName: (name: string) => void;
  readonly outside?: Outside;
}

/** A public name that points elsewhere. */
export interface LostName {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly here: readonly string[];
}

/** Stands for all addresses of the internet (of RFC 5737, so nobody's). */
const OUTSIDE_ADDRESS = "203.0.113.1";
const HTTPS_PORT = 443;
const MQTTS_PORT = 8883;

export class Reach {
  readonly #options: ReachOptions;
  readonly #held = new HeldCertificate();
  readonly #board = new ChallengeBoard();
  #settings: ReachSettings = DEFAULT_REACH_SETTINGS;
  #active: Promise<ActiveReach> | null = null;
  readonly #changes = new Mutex();
  #isStopped = false;

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  /** The certificate for the public name. */
  get certificate(): CertificateSource {
    return this.#held;
  }

  /** The answers to running challenges, for the hub's listeners. */
  get challenges(): Pick<ChallengeBoard, "httpAnswer" | "alpnContext"> {
    return this.#board;
  }

  async start(): Promise<void> {
    const [settings] = await this.#options.records.collection(reachSettingsRecords).list();
    if (settings === undefined || settings.name === "") return;
    this.#settings = settings;
    this.#options.onName(settings.name);
    await this.#activate();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#changes.idle();
    await (await this.#active)?.stop();
  }

  /** Resolves once the change is on disk, or with what is wrong with it. */
  change(change: ReachChange): Promise<Problem | null> {
    return this.#changes.runExclusive(() => this.#change(change));
  }

  async #change(change: ReachChange): Promise<Problem | null> {
    const settings = changeSettings(this.#settings, change, this.#options.commandFolder);
    if ("code" in settings) return settings;
    await this.#options.records.collection(reachSettingsRecords).save([settings]);
    this.#settings = settings;
    this.#options.onName(settings.name);
    if (this.#active !== null) await (await this.#active).change(settings);
    else await this.#activate();
    return null;
  }

  /** Orders a certificate now; null once the order runs. */
  async issueNow(): Promise<Problem | null> {
    if (!this.#settings.acme.on) return message("bad-request/reach-acme-off");
    const { certificates } = await this.#activate();
    if (certificates.orderNow()) return null;
    const untilMs = certificates.limitedUntilMs;
    return untilMs === null ? message("bad-request/reach-acme-off") : message("certificate-limited", { untilMs });
  }

  /** `isLookedUp` asks for this network's address even where no name is set. */
  async status(isLookedUp: boolean, language: Language = "en"): Promise<ReachStatus> {
    const { areKeysCompulsory, allows, tls: tlsFacts, clock } = this.#options;
    const settings = this.#settings;
    const { name } = settings;
    const active = await this.#activate();
    const [{ reachChecks }, { trustOf }, { bestIPv6 }, resolved] = await Promise.all([
      import("./checks.ts"),
      import("./acme/trust.ts"),
      import("./ddns/addresses.ts"),
      name === "" ? null : active.resolve(name),
      name !== "" || isLookedUp ? active.wan.find() : null,
    ]);
    const tls = tlsFacts();
    const { ipv4 } = active.wan;
    const ddns = active.ddnsStatus;
    const certificate = active.certificates.status;
    const facts = {
      name,
      wan: active.wan,
      resolved,
      ipv6: bestIPv6(this.#options.ownAddresses(), null),
      areKeysCompulsory: areKeysCompulsory(),
      isTlsOn: tls !== null,
      trust: trustOf(tls?.certPem ?? null, name, clock.now()),
      allowsOutside: allows(OUTSIDE_ADDRESS),
      certificate,
      directory: new URL(directoryUrlOf(settings)).host,
      skewMs: active.certificates.skewMs,
      ddns,
    };
    const checks = reachChecks(facts, language);
    const reasons = checks.filter(({ state }) => state === "wrong").map(({ title }) => title);
    return {
      ready: reasons.length === 0,
      reasons,
      settings: publicSettings(settings),
      ...(ipv4 !== null && { wanIPv4: ipv4 }),
      checks,
      forwards: forwardsOf(tls),
      certificate,
      ddns,
    };
  }

  /** The public name where it does not point here; null where it does, where there is none, and where it is not known. */
  async findLostName(): Promise<LostName | null> {
    const { name } = this.#settings;
    if (name === "") return null;
    const active = await this.#activate();
    const [addresses, ipv4] = await Promise.all([active.resolve(name), active.wan.find()]);
    const own = this.#options.ownAddresses();
    const here = [...(ipv4 === null ? [] : [ipv4]), ...own];
    if (addresses === null || addresses.some((address) => here.includes(address))) return null;
    if (ipv4 === null && addresses.length > 0) return null;
    return { name, addresses, here: ipv4 === null ? own : [ipv4] };
  }

  #activate(): Promise<ActiveReach> {
    this.#active ??= this.#load().catch((error: unknown) => {
      this.#active = null;
      throw error;
    });
    return this.#active;
  }

  async #load(): Promise<ActiveReach> {
    const { ActiveReach } = await import("./active-reach.ts");
    const { outside = {}, tls } = this.#options;
    const seams = { held: this.#held, board: this.#board, outside, httpsPort: () => tls()?.httpsPort ?? null };
    const active = new ActiveReach({ ...this.#options, ...seams }, this.#settings);
    if (!this.#isStopped) await active.start(this.#settings);
    return active;
  }
}

/** Never 1883 or 8080: what is not encrypted stays inside. */
function forwardsOf(tls: TlsFacts | null): ReachStatus["forwards"] {
  const { httpsPort = null, mqttsPort = null } = tls ?? {};
  return [
    ...(httpsPort === null ? [] : [{ from: HTTPS_PORT, to: httpsPort, protocol: "HTTPS" }]),
    ...(mqttsPort === null ? [] : [{ from: MQTTS_PORT, to: mqttsPort, protocol: "MQTT over TLS" }]),
  ];
}
