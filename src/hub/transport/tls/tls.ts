// TLS as a whole: its settings, the certificate, and the ports that present it. It is changed while the hub runs.
// Invariants: a port with TLS is open only while there is a certificate; a new certificate ends no connection; the ports
// without TLS are open to this computer always, since the desktop app and the commands use them.
import { X509Certificate } from "node:crypto";
import { type Problem, reasonOf } from "../../../shared/errors.ts";
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import type { Language } from "../../../shared/messages/language.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";
import type { TlsChange, TlsMode, TlsSettings, TlsStatus } from "../../../shared/security/tls.ts";
import type { Port } from "../../config.ts";
import { Mutex } from "../../mutex.ts";
import type { RecordStore } from "../../store/records.ts";
import type { SocketListener } from "../socket-listener.ts";
import { type CertificateFacts, factsOf, readPair } from "./certificate.ts";
import type { RunningSource } from "./certificate-source.ts";
import type { SecureProtocol } from "./diagnostics.ts";
import type { Handshakes } from "./handshakes.ts";
import { settingsByDefault, settingsProblem, tlsRecords } from "./tls-settings.ts";

export interface SecurePort {
  readonly protocol: SecureProtocol;
  readonly wanted: Port;
  readonly listener: SocketListener;
  readonly handshakes: Handshakes;
  /** The same protocol's port without TLS. */
  readonly plain: SocketListener;
}

/** A source of certificates, and the authority that devices are to trust where the hub has one of its own. */
export interface TlsSource extends RunningSource {
  readonly authorityPem?: string | null;
}

export interface TlsOptions {
  /** The address to listen on. */
  readonly host: string;
  /** Where nothing was set, TLS is on with certificates of the hub's own authority. */
  readonly isOnByDefault: boolean;
  readonly records: RecordStore;
  readonly publicAuthorities?: readonly string[];
  /** Makes the source of each mode. */
  readonly sources: Readonly<Record<Exclude<TlsMode, "off">, (settings: TlsSettings) => TlsSource>>;
  /** Called when ports were opened, closed or moved. */
  readonly onPortsChanged: (status: TlsStatus) => void;
}

export class Tls {
  readonly #options: TlsOptions;
  readonly #ports: SecurePort[] = [];
  #settings: TlsSettings;
  #source: TlsSource | null = null;
  #facts: CertificateFacts | null = null;
  #portProblem: Message<TlsProblem> | null = null;
  #endListening: (() => void) | null = null;
  readonly #changes = new Mutex();

  constructor(options: TlsOptions) {
    this.#options = options;
    this.#settings = settingsByDefault(options.isOnByDefault);
  }

  /** A transport registers its port with TLS, before `prepare`. */
  addPort(port: SecurePort): void {
    this.#ports.push(port);
  }

  get settings(): TlsSettings {
    return this.#settings;
  }

  /** The certificate that the ports present; null while there is none. */
  get certificate(): CertificateFacts | null {
    return this.#facts;
  }

  /** In PEM; null while there is none. */
  get certPem(): string | null {
    return this.#source?.current?.certPem ?? null;
  }

  get mode(): TlsMode {
    return this.#settings.mode;
  }

  /** PEM of the hub's own authority; null where it has none. */
  get authorityPem(): string | null {
    return this.#source?.authorityPem ?? null;
  }

  /**
   * For how long browsers should reach this host by TLS alone (HSTS); null where that could lock them out: where a person has to
   * trust the certificate, or the ports without TLS are in use beside it.
   */
  get hstsSeconds(): number | null {
    return this.#facts?.isPublic === true && this.isPlainClosed ? HSTS_SECONDS : null;
  }

  /** Reads the settings, before any port listens. */
  async prepare(): Promise<void> {
    const [record] = await this.#options.records.collection(tlsRecords).list();
    if (record !== undefined) this.#settings = record;
    for (const { plain } of this.#ports) await plain.restrict(this.isPlainClosed);
  }

  /** Opens the ports. Rejects with a message where one that the person named is taken. */
  async start(): Promise<void> {
    this.#use(await this.#startSource(this.#settings));
    await this.#openPorts();
  }

  /** Closes the ports; connections stay until their protocol ends them. */
  async stop(): Promise<void> {
    await this.#changes.idle();
    this.#endSource();
    for (const { listener, handshakes } of this.#ports) {
      void listener.close();
      handshakes.stop();
    }
  }

  /** Resolves with what is wrong, once it is in force and on disk. Where something is wrong, or it cannot be saved, nothing has changed. */
  change(change: TlsChange): Promise<Problem | null> {
    return this.#changes.runExclusive(() => this.#change({ ...this.#settings, ...change }));
  }

  get status(): TlsStatus {
    return this.describe("en");
  }

  /** The status, with its problems in a language. */
  describe(language: Language): TlsStatus {
    const [https, mqtts] = (["HTTPS", "MQTTS"] as const).map(
      (protocol) => this.#ports.find((port) => port.protocol === protocol)?.listener.port ?? 0,
    );
    return {
      ...this.#settings,
      httpsPort: https ?? 0,
      mqttsPort: mqtts ?? 0,
      certificate: this.#facts === null ? null : { ...this.#facts, names: [...this.#facts.names] },
      authority: authorityView(this.authorityPem),
      problems: this.problems.map((problem) => render(problem, language)),
    };
  }

  get problems(): readonly Message<TlsProblem>[] {
    return [...(this.#source?.problems ?? []), ...(this.#portProblem === null ? [] : [this.#portProblem])];
  }

  /** Whether the ports without TLS are open to this computer alone. */
  get isPlainClosed(): boolean {
    return this.#settings.mode !== "off" && this.#settings.plainPorts === "closed-but-loopback";
  }

  async #change(next: TlsSettings): Promise<Problem | null> {
    const missing = settingsProblem(next);
    if (missing !== null) return missing;
    const before = { settings: this.#settings, source: this.#source };
    const isSameSource =
      next.mode === before.settings.mode &&
      next.certFile === before.settings.certFile &&
      next.keyFile === before.settings.keyFile;
    const source = isSameSource ? before.source : await this.#startSource(next);
    const [problem] = source?.problems ?? [];
    if (!isSameSource && source !== null && source.current === null && problem !== undefined) {
      source.stop();
      return message("bad-certificate", { problem });
    }
    this.#settings = next;
    if (!isSameSource) this.#use(source);
    const undo = async () => {
      this.#settings = before.settings;
      if (!isSameSource) {
        source?.stop();
        this.#use(before.source);
      }
      await this.#openPorts();
    };
    try {
      await this.#openPorts();
    } catch (error) {
      await undo();
      return message("port-taken", { reason: reasonOf(error) });
    }
    try {
      await this.#options.records.collection(tlsRecords).save([next]);
    } catch (error) {
      await undo();
      throw error;
    }
    if (!isSameSource) before.source?.stop();
    return null;
  }

  async #startSource(settings: TlsSettings): Promise<TlsSource | null> {
    if (settings.mode === "off") return null;
    const source = this.#options.sources[settings.mode](settings);
    await source.start();
    return source;
  }

  #use(source: TlsSource | null): void {
    this.#endListening?.();
    this.#source = source;
    this.#endListening =
      source?.onChange(() => {
        this.#present();
        // A first certificate may come late.
        this.#changes.runExclusive(() => this.#openPorts()).catch((error: unknown) => this.#notOpen(error));
      }) ?? null;
    this.#present();
  }

  #endSource(): void {
    this.#endListening?.();
    this.#endListening = null;
    this.#source?.stop();
    this.#source = null;
  }

  #present(): void {
    const pair = this.#source?.current ?? null;
    const read = pair === null ? null : readPair(pair, this.#options.publicAuthorities);
    if (pair !== null && read?.kind === "pair") {
      this.#facts = read.facts;
      for (const { handshakes } of this.#ports) handshakes.present(pair);
    } else if (pair === null) this.#facts = null;
  }

  /** Opens or closes what has to be. Rejects where a port cannot be had. */
  async #openPorts(): Promise<void> {
    const { host, onPortsChanged } = this.#options;
    const isOn = this.#settings.mode !== "off" && this.#facts !== null;
    try {
      for (const { listener, wanted } of this.#ports) {
        if (isOn && listener.port === 0) await listener.listen(host, wanted);
        else if (!isOn && listener.port !== 0) void listener.close();
      }
      for (const { plain } of this.#ports) await plain.restrict(this.isPlainClosed);
      this.#portProblem = null;
    } finally {
      onPortsChanged(this.status);
    }
  }

  #notOpen(error: unknown): void {
    this.#portProblem = message("tls/port-not-open", { reason: reasonOf(error) });
  }
}

const HSTS_SECONDS = 30 * 24 * 3_600;

function authorityView(pem: string | null): TlsStatus["authority"] {
  if (pem === null) return null;
  const certificate = new X509Certificate(pem);
  const { fingerprint, issuer, notAfterMs } = factsOf(certificate, false);
  return { fingerprint, name: issuer, notAfterMs };
}
