// Where the hub's certificate comes from. Each mode of TLS has a source of its own; the ports take whatever is current.
import type { TlsProblem } from "../../../shared/messages/en/tls.ts";
import type { Message } from "../../../shared/messages/message.ts";

export interface CertificatePair {
  /** PEM: the certificate, then those between it and its authority. */
  readonly certPem: string;
  /** PEM, without a passphrase. */
  readonly keyPem: string;
}

export interface CertificateSource {
  /** Null while there is none. */
  readonly current: CertificatePair | null;
  /** Called after `current` has changed, until the answer is called. */
  onChange(listener: () => void): () => void;
}

/** A source of this hub's own, with a life. */
export interface RunningSource extends CertificateSource {
  /** What keeps it from a certificate, or from a newer one. */
  readonly problems: readonly Message<TlsProblem>[];
  /** Resolves once it has done what can be done at once; `current` may be null even then. */
  start(): Promise<void>;
  stop(): void;
}

/** What another part of the hub obtains, and tells of its problems itself. The ports open once there is a certificate. */
export function providedSource(provider: CertificateSource): RunningSource {
  return {
    get current() {
      return provider.current;
    },
    onChange: (listener) => provider.onChange(listener),
    problems: [],
    start: async () => undefined,
    stop: () => undefined,
  };
}

/** Holds the current pair of a source, and tells who listens. */
export class HeldCertificate implements CertificateSource {
  readonly #listeners = new Set<() => void>();
  #current: CertificatePair | null = null;

  get current(): CertificatePair | null {
    return this.#current;
  }

  set(pair: CertificatePair): void {
    this.#current = pair;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
