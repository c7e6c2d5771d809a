// Certificates of the hub's own authority. Both are files in the data folder, the keys closed to other users.
// Once a minute: where the certificate lacks a name or an address of the hub, or expires soon, a new one is made. A clock that is
// not set (before the first day of Bramble) changes nothing.
import { X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { errorText } from "../../../shared/error-text.ts";
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log/log.ts";
import { type CertificatePair, HeldCertificate } from "../../reach/acme/certificate-source.ts";
import { FIRST_DAY_MS, issueCertificate, makeAuthority } from "./authority.ts";
import { factsOf, readPair } from "./certificate.ts";
import type { RunningSource } from "./certificate-source.ts";
import { readPem, writeSecret } from "./pem-files.ts";

const CHECK_PERIOD_MS = 60_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const WARN_OF_AUTHORITY_BEFORE_MS = 365 * DAY_MS;
/** Addresses in a certificate: each costs a few bytes of every handshake. */
const MAX_NAMES = 100;

export interface OwnSourceOptions {
  /** The folder of its files; made where it is not there. */
  readonly folder: string;
  /** Names and addresses under which the hub is reached now; the first becomes the certificate's name. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

export class OwnSource extends HeldCertificate implements RunningSource {
  readonly #options: OwnSourceOptions;
  #authority: CertificatePair | null = null;
  #problem: Message<TlsProblem> | null = null;
  #checking: Promise<void> = Promise.resolve();
  #endTimer: (() => void) | null = null;

  constructor(options: OwnSourceOptions) {
    super();
    this.#options = options;
  }

  /** PEM of the authority, for clients to trust; null before it is made. */
  get authorityPem(): string | null {
    return this.#authority?.certPem ?? null;
  }

  get problems(): readonly Message<TlsProblem>[] {
    const problems = this.#problem === null ? [] : [this.#problem];
    if (this.#authority === null) return problems;
    const untilMs = Date.parse(new X509Certificate(this.#authority.certPem).validTo);
    const isLate = untilMs - this.#options.clock.now() < WARN_OF_AUTHORITY_BEFORE_MS;
    return isLate ? [...problems, message("tls/authority-expires", { untilMs })] : problems;
  }

  async start(): Promise<void> {
    const { folder, clock } = this.#options;
    this.#authority = await this.#openAuthority();
    if (this.#authority === null) return;
    const [certPem, keyPem] = await Promise.all([
      readPem(join(folder, "hub.pem")),
      readPem(join(folder, "hub-key.pem")),
    ]);
    // An unreadable certificate is replaced, and so is one of another authority.
    if (certPem !== null && keyPem !== null) {
      const read = readPair({ certPem, keyPem });
      if (read.kind === "pair" && isSignedBy(read.pair, this.#authority)) this.set(read.pair);
    }
    await this.#check();
    this.#endTimer = clock.every(CHECK_PERIOD_MS, () => {
      this.#checking = this.#checking.then(() => this.#check());
    });
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  async #openAuthority(): Promise<CertificatePair | null> {
    const { folder, clock, log } = this.#options;
    const [certFile, keyFile] = [join(folder, "ca.pem"), join(folder, "ca-key.pem")];
    try {
      const [certPem, keyPem] = await Promise.all([readPem(certFile), readPem(keyFile)]);
      if (certPem === null && keyPem === null) {
        const made = await makeAuthority(hostname(), clock.now());
        // The key comes last: without it, no certificate of an authority is in use.
        await writeSecret(certFile, made.certPem);
        await writeSecret(keyFile, made.keyPem);
        log.info({ folder }, "a certificate authority was made");
        return made;
      }
      const read = certPem === null || keyPem === null ? null : readPair({ certPem, keyPem });
      // A new authority would break every device that trusts this one.
      if (read?.kind !== "pair") this.#problem = message("tls/authority-broken", { folder });
      return read?.kind === "pair" ? read.pair : null;
    } catch (error) {
      this.#problem = message("tls/not-written", { reason: errorText(error) });
      return null;
    }
  }

  /** Makes a new certificate where that is due. Does not reject. */
  async #check(): Promise<void> {
    const { folder, names, clock, log } = this.#options;
    const nowMs = clock.now();
    const wanted = [...new Set(names())].slice(0, MAX_NAMES);
    if (this.#authority === null || !isDue(this.current, wanted, nowMs)) return;
    try {
      const made = await issueCertificate(this.#authority, wanted, nowMs);
      await writeSecret(join(folder, "hub-key.pem"), made.keyPem);
      await writeSecret(join(folder, "hub.pem"), made.certPem);
      this.#problem = null;
      this.set(made);
      log.info({ names: wanted }, "a certificate was made");
    } catch (error) {
      const reason = errorText(error);
      if (this.#problem === null) log.error({ err: error }, "no certificate could be made");
      this.#problem = message("tls/not-written", { reason });
    }
  }
}

function isDue(current: CertificatePair | null, wanted: readonly string[], nowMs: number): boolean {
  if (current === null) return true;
  const { names, notBeforeMs, notAfterMs } = factsOf(new X509Certificate(current.certPem), false);
  const known = new Set(names.map(canonical));
  if (wanted.some((name) => !known.has(canonical(name)))) return true;
  return nowMs >= FIRST_DAY_MS && (nowMs > notAfterMs - RENEW_BEFORE_MS || nowMs < notBeforeMs);
}

/** Certificates have IPv6 addresses in full, without leading zeros. */
function canonical(name: string): string {
  const bare = name.toLowerCase();
  return bare.includes(":") && URL.canParse(`http://[${bare}]`) ? new URL(`http://[${bare}]`).hostname : bare;
}

function isSignedBy({ certPem }: CertificatePair, authority: CertificatePair): boolean {
  const certificate = new X509Certificate(certPem);
  const issuer = new X509Certificate(authority.certPem);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
