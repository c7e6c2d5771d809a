// Keeps one certificate for the public name: orders it, renews it at two thirds of its life, and waits after a failure. One
// order at a time. The certificate in use stays until a newer one is on disk. Under a wrong clock a fresh certificate may look
// due for renewal at once; that counts as a failure and waits a day, or the hub would order one a minute.
import { X509Certificate } from "node:crypto";
import { errorText } from "../../../shared/error-text.ts";
import { message } from "../../../shared/messages/message.ts";
import type { CertificateStatus } from "../../../shared/security/reach.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log/log.ts";
import type { RecordStore } from "../../store/records.ts";
import { Backoff } from "../backoff.ts";
import { ReachError } from "../reach-error.ts";
import type { AcmeConnection } from "./acme-library.ts";
import {
  type AcmeAccount,
  type AcmeCertificate,
  acmeAccountRecords,
  acmeCertificateRecords,
  acmeFailureRecords,
} from "./acme-records.ts";
import type { HeldCertificate } from "./certificate-source.ts";
import type { ChallengeResponder } from "./challenges.ts";
import { orderCertificate } from "./order.ts";

/** The certificate to order. */
export interface CertificateRequest {
  readonly name: string;
  readonly directoryUrl: string;
  /** PEM of the authority of the directory's own certificate; null for the usual ones. */
  readonly directoryCa: string | null;
  readonly email: string;
  readonly responder: ChallengeResponder;
  readonly challengePort: number;
}

export interface CertificateManagerOptions {
  readonly records: RecordStore;
  readonly held: HeldCertificate;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly log: Log;
  /** How often the ACME server is polled for the state of an order. */
  readonly pollMs?: number;
}

const CHECK_PERIOD_MS = 60_000;
const RENEW_AT_SHARE = 2 / 3;
/** Renewals of many hubs are spread over this much of a life after that. */
const RENEW_SPREAD = 1 / 60;
const POLL_MS = 1_000;
/** A clock that is behind by less is not reported. */
const CLOCK_TOLERANCE_MS = 3_600_000;

export class CertificateManager {
  readonly #options: CertificateManagerOptions;
  readonly #backoff: Backoff;
  #request: CertificateRequest | null = null;
  #account: AcmeAccount | null = null;
  #certificate: AcmeCertificate | null = null;
  #problem: string | null = null;
  #isLimited = false;
  #skewMs: number | null = null;
  #ordering: Promise<void> | null = null;
  #abort = new AbortController();
  #endTimer: (() => void) | null = null;

  constructor(options: CertificateManagerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  /** Loads the records; the certificate is presented from then on. */
  async start(request: CertificateRequest | null): Promise<void> {
    const { records, clock, held } = this.#options;
    const [accounts, certificates, failures] = await Promise.all([
      records.collection(acmeAccountRecords).list(),
      records.collection(acmeCertificateRecords).list(),
      records.collection(acmeFailureRecords).list(),
    ]);
    this.#account = accounts[0] ?? null;
    this.#certificate = certificates[0] ?? null;
    const [failure] = failures;
    if (failure !== undefined) {
      this.#backoff.restore(failure);
      this.#problem = failure.problem;
      this.#isLimited = failure.isLimited;
    }
    this.#request = request;
    held.set(this.#wanted);
    this.#endTimer = clock.every(CHECK_PERIOD_MS, () => this.#check());
    this.#check();
  }

  /** Resolves when no order is running. */
  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    this.#request = null;
    this.#abort.abort();
    await this.#ordering;
  }

  /** The settings have changed: aborts an order for another certificate, and resets the backoff. */
  async change(request: CertificateRequest | null): Promise<void> {
    this.#request = null;
    this.#abort.abort();
    await this.#ordering;
    this.#abort = new AbortController();
    this.#request = request;
    this.#options.held.set(this.#wanted);
    if (!this.#isLimited) await this.#forgetFailure();
    this.#check();
  }

  /** Orders one regardless of the current one's age. False where none is configured, or the ACME server demanded a wait. */
  orderNow(): boolean {
    if (this.#request === null || this.limitedUntilMs !== null) return false;
    this.#ordering ??= this.#order(this.#request);
    return true;
  }

  /** Until when the ACME server demanded to wait; null where it did not. */
  get limitedUntilMs(): number | null {
    return this.#isLimited && !this.#backoff.isDue ? this.#backoff.retryAtMs : null;
  }

  /** How far this computer's clock is ahead of the ACME server's; null before the first answer. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  get status(): CertificateStatus {
    if (this.#request === null) return { state: "off" };
    const { retryAtMs } = this.#backoff;
    const failure = this.#problem !== null && { problem: this.#problem, ...(retryAtMs !== null && { retryAtMs }) };
    const certificate = this.#wanted;
    if (certificate === null) return { state: this.#ordering === null ? "none" : "issuing", ...failure };
    const { notBeforeMs, notAfterMs } = validityOf(certificate.certPem);
    const nowMs = this.#options.clock.now();
    const dates = { notBeforeMs, notAfterMs, renewAtMs: certificate.renewAtMs, ...failure };
    if (this.#ordering !== null) return { state: "issuing", ...dates };
    if (nowMs < notBeforeMs - CLOCK_TOLERANCE_MS) return { state: "not-yet-valid", ...dates };
    return { state: nowMs < notAfterMs ? "valid" : "expired", ...dates };
  }

  /** The stored certificate if it matches the settings. */
  get #wanted(): AcmeCertificate | null {
    const { name, directoryUrl } = this.#certificate ?? {};
    const isWanted =
      this.#request !== null && this.#request.name === name && this.#request.directoryUrl === directoryUrl;
    return isWanted ? this.#certificate : null;
  }

  get #isDue(): boolean {
    return this.#wanted === null || this.#options.clock.now() >= this.#wanted.renewAtMs;
  }

  #check(): void {
    if (this.#request === null || !this.#isDue || !this.#backoff.isDue) return;
    this.#ordering ??= this.#order(this.#request);
  }

  /** Never rejects: a failure is shown by the status. */
  async #order(request: CertificateRequest): Promise<void> {
    const { log } = this.#options;
    const { name, directoryUrl } = request;
    log.info({ name, directoryUrl, challenge: request.responder.type }, "a certificate is ordered");
    try {
      await this.#orderAndSave(request);
      log.info({ name }, "a certificate was issued");
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      await this.#failed(error);
    } finally {
      this.#ordering = null;
    }
  }

  async #orderAndSave(request: CertificateRequest): Promise<void> {
    const { records, held, clock, random, pollMs = POLL_MS } = this.#options;
    const { name, directoryUrl, directoryCa: ca, ...rest } = request;
    const service = new URL(directoryUrl).host;
    const { signal } = this.#abort;
    const connection: AcmeConnection = { service, ca, signal, clock, skewMs: null, isAccountGone: false };
    try {
      const account = this.#account?.directoryUrl === directoryUrl ? this.#account : null;
      const onAccount = (made: AcmeAccount) => this.#saveAccount(made);
      const pair = await orderCertificate({ name, directoryUrl, ...rest, account, connection, pollMs, onAccount });
      const { notBeforeMs, notAfterMs } = validityOf(pair.certPem);
      const share = RENEW_AT_SHARE + RENEW_SPREAD * random();
      const renewAtMs = Math.round(notBeforeMs + (notAfterMs - notBeforeMs) * share);
      const certificate = { name, directoryUrl, ...pair, renewAtMs };
      await records.collection(acmeCertificateRecords).save([certificate]);
      this.#certificate = certificate;
      held.set(pair);
      const nowMs = clock.now();
      if (nowMs < notBeforeMs - CLOCK_TOLERANCE_MS || nowMs >= renewAtMs) {
        const clockIsWrong = message("reach/acme-clock", { service, notBeforeMs, notAfterMs, nowMs });
        throw new ReachError(clockIsWrong, { minWaitMs: DAY_MS });
      }
      await this.#forgetFailure();
    } finally {
      if (connection.skewMs !== null) this.#skewMs = connection.skewMs;
      if (connection.isAccountGone) this.#account = null;
    }
  }

  async #saveAccount(account: AcmeAccount): Promise<void> {
    await this.#options.records.collection(acmeAccountRecords).save([account]);
    this.#account = account;
  }

  async #failed(error: unknown): Promise<void> {
    const { records, log } = this.#options;
    const { retryAfterMs = null, minWaitMs = 0 } = error instanceof ReachError ? error : {};
    this.#problem = errorText(error);
    this.#isLimited = retryAfterMs !== null;
    this.#backoff.fail(Math.max(retryAfterMs ?? 0, minWaitMs));
    log.warn({ err: error, retryAtMs: this.#backoff.retryAtMs }, "no certificate was issued");
    const { saved } = this.#backoff;
    if (saved === null) return;
    const failure = { ...saved, isLimited: this.#isLimited, problem: this.#problem };
    await records
      .collection(acmeFailureRecords)
      .save([failure])
      .catch((cause: unknown) => log.error({ err: cause }, "a failed order could not be written down"));
  }

  async #forgetFailure(): Promise<void> {
    if (this.#problem === null) return;
    this.#problem = null;
    this.#isLimited = false;
    this.#backoff.reset();
    await this.#options.records.collection(acmeFailureRecords).save([], ["failure"]);
  }
}

function validityOf(certPem: string): { readonly notBeforeMs: number; readonly notAfterMs: number } {
  const { validFromDate, validToDate } = new X509Certificate(certPem);
  return { notBeforeMs: validFromDate.getTime(), notAfterMs: validToDate.getTime() };
}
