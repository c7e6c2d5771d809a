// ACME challenges: prove that a name is ours (RFC 8555 §8). The answer is published where the ACME server validates it, and always
// removed again. The answers to HTTP-01 and TLS-ALPN-01 are on a board that the hub's own listeners read, too; where none of them
// has the port of the challenge, `PortChallenge` opens it for as long as the challenge runs.
import type { ChallengeType } from "../../../shared/security/reach.ts";
import type { CertificatePair } from "./certificate-source.ts";

export interface Challenge {
  readonly name: string;
  readonly token: string;
  /** Of dns-01 the value of the TXT record. */
  readonly keyAuthorization: string;
  /** Makes the certificate for TLS-ALPN-01. */
  readonly makeAlpnCertificate: () => Promise<CertificatePair>;
}

export interface ChallengeResponder {
  readonly type: ChallengeType;
  /** Resolves once the ACME server may validate, with a function that removes the answer. */
  respond(challenge: Challenge, signal: AbortSignal): Promise<() => Promise<void>>;
}

/** The answers to running challenges. */
export class ChallengeBoard {
  readonly #http = new Map<string, string>();
  readonly #alpn = new Map<string, CertificatePair>();

  /** The answer of `/.well-known/acme-challenge/TOKEN`; null where no challenge has the token. */
  httpAnswer(token: string): string | null {
    return this.#http.get(token) ?? null;
  }

  /** The certificate for a client that offers the ALPN protocol `acme-tls/1`; null where no challenge runs for the name. */
  alpnContext(servername: string): CertificatePair | null {
    return this.#alpn.get(servername.toLowerCase()) ?? null;
  }

  putHttp(token: string, answer: string): () => void {
    this.#http.set(token, answer);
    return () => this.#http.delete(token);
  }

  putAlpn(name: string, pair: CertificatePair): () => void {
    this.#alpn.set(name, pair);
    return () => this.#alpn.delete(name);
  }
}
