// Reads a certificate and its key from PEM, and checks them before a port presents them.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates } from "node:tls";
import { errorText } from "../../../shared/error-text.ts";
import type { TlsProblem } from "../../../shared/messages/en/network/tls.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import type { CertificatePair } from "../../reach/acme/certificate-source.ts";

/** The facts of a certificate for people and programs. */
export interface CertificateFacts {
  /** Names and addresses that it is good for. */
  readonly names: readonly string[];
  /** SHA-256, in hexadecimal with colons. */
  readonly fingerprint: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Who signed it. */
  readonly issuer: string;
  /** Whether browsers trust its authority by default. */
  readonly isPublic: boolean;
}

type ReadPair =
  | { readonly kind: "pair"; readonly pair: CertificatePair; readonly facts: CertificateFacts }
  | { readonly kind: "wrong"; readonly problem: Message<TlsProblem> };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const MAX_CHAIN_LENGTH = 10;

/** Checks that the key is the certificate's, and that TLS takes both. */
export function readPair(
  { certPem, keyPem }: CertificatePair,
  authorities: readonly string[] = rootCertificates,
): ReadPair {
  const chain = readChain(certPem);
  const [leaf] = chain ?? [];
  if (chain === null || leaf === undefined) return wrong(message("tls/no-certificate"));
  const key = readKey(keyPem);
  if (!("type" in key)) return wrong(key);
  if (!leaf.checkPrivateKey(key)) {
    const isLater = chain.some((one) => one.checkPrivateKey(key));
    return wrong(isLater ? message("tls/chain-order") : message("tls/mismatch"));
  }
  try {
    createSecureContext({ cert: certPem, key: keyPem });
  } catch (error) {
    return wrong(message("tls/unusable", { reason: errorText(error) }));
  }
  return { kind: "pair", pair: { certPem, keyPem }, facts: factsOf(leaf, isPublic(chain, authorities)) };
}

export function factsOf(certificate: X509Certificate, isPublic: boolean): CertificateFacts {
  return {
    names: namesOf(certificate),
    fingerprint: certificate.fingerprint256,
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    issuer: /^CN=(.*)$/m.exec(certificate.issuer)?.[1] ?? certificate.issuer.replaceAll("\n", ", "),
    isPublic,
  };
}

function readChain(pem: string): X509Certificate[] | null {
  try {
    return (pem.match(CERTIFICATE) ?? []).slice(0, MAX_CHAIN_LENGTH).map((one) => new X509Certificate(one));
  } catch {
    // The caller reports that it is no certificate.
    return null;
  }
}

function readKey(pem: string): KeyObject | Message<TlsProblem> {
  try {
    return createPrivateKey(pem);
  } catch {
    return message(/ENCRYPTED/.test(pem) ? "tls/key-encrypted" : "tls/no-key");
  }
}

/** As `subjectAltName` lists them: "DNS:bramble.local, IP Address:192.168.1.5". */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName
    .split(", ")
    .map((name) => name.replace(/^(?:DNS|IP Address):/, ""))
    .filter((name) => name !== "");
}

/** Whether the chain leads to an authority that comes with Node, as it does with browsers. */
function isPublic(chain: readonly X509Certificate[], authorities: readonly string[]): boolean {
  const last = chain.at(-1);
  const isChain = chain.every((one, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey));
  });
  if (last === undefined || !isChain) return false;
  return authorities.some((pem) => {
    const root = new X509Certificate(pem);
    return root.fingerprint256 === last.fingerprint256 || (last.checkIssued(root) && last.verify(root.publicKey));
  });
}

function wrong(problem: Message<TlsProblem>): ReadPair {
  return { kind: "wrong", problem };
}
