// The certificate that listeners present: empty until one is issued, and replaced in place.

export interface CertificatePair {
  /** The whole chain, the leaf first. */
  readonly certPem: string;
  readonly keyPem: string;
}

export interface CertificateSource {
  /** Null until there is one. */
  readonly current: CertificatePair | null;
  /** Called after `current` changed, until the answer is called. */
  onChange(listener: () => void): () => void;
}

export class HeldCertificate implements CertificateSource {
  readonly #listeners = new Set<() => void>();
  #current: CertificatePair | null = null;

  get current(): CertificatePair | null {
    return this.#current;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(pair: CertificatePair | null): void {
    this.#current = pair;
    for (const listener of this.#listeners) listener();
  }
}
