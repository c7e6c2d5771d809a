// ACME challenges: prove that a name is ours (RFC 8555 §8). The answer is put where the directory looks, and always removed again.
// The answers to HTTP-01 and TLS-ALPN-01 stand on a board that the hub's own listeners may ask, too; a port of the challenge
// that none of them has is opened by `PortChallenge` for as long as the challenge runs.
import type { ChallengeType } from "../../../shared/security/reach.ts";
import type { CertificatePair } from "./certificate-source.ts";

export interface Challenge {
  readonly name: string;
  readonly token: string;
  /** Of dns-01 the value of the TXT record. */
  readonly keyAuthorization: string;
  /** Makes the certificate that TLS-ALPN-01 wants to see. */
  readonly makeAlpnCertificate: () => Promise<CertificatePair>;
}

export interface ChallengeResponder {
  readonly type: ChallengeType;
  /** Resolves once the directory may look, with how to take the answer away. */
  respond(challenge: Challenge, signal: AbortSignal): Promise<() => Promise<void>>;
}

/** What is answered to directories at the moment. */
export class ChallengeBoard {
  readonly #http = new Map<string, string>();
  readonly #alpn = new Map<string, CertificatePair>();

  /** What `/.well-known/acme-challenge/TOKEN` answers; null where nothing asks for the token. */
  httpAnswer(token: string): string | null {
    return this.#http.get(token) ?? null;
  }

  /** What a client that offers the ALPN protocol `acme-tls/1` is shown; null where no challenge runs for the name. */
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
