// TLS: what keeps the hub from a certificate, why a client's handshake failed, and what the doctor found.
import type { Sentence } from "../../sentence.ts";
import { listed } from "../format.ts";

type File = { readonly file: string };
type Reason = { readonly reason: string };
type Why = { readonly reason: Sentence };
type Problem = { readonly problem: Sentence };
type Port = { readonly protocol: "HTTPS" | "MQTTS" };
type Until = { readonly untilMs: number };

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const KEPT = "The one before stays in use.";

const problems = {
  "tls/no-certificate": () => "The certificate's file holds no certificate in PEM (-----BEGIN CERTIFICATE-----).",
  "tls/no-key": () => "The key's file holds no private key in PEM (-----BEGIN PRIVATE KEY-----).",
  "tls/key-encrypted": () =>
    "The key is encrypted. Name a file with a key that has no passphrase: openssl pkey -in KEY -out NEW makes one.",
  "tls/mismatch": () => "The certificate is not this key's. Name the two files that were made together.",
  "tls/chain-order": () =>
    "The certificate's file must begin with the hub's own certificate; those of authorities come after it.",
  /** `reason` is OpenSSL's. */
  "tls/unusable": ({ reason }: Reason) => `TLS does not take this certificate with this key: ${reason}.`,
  "tls/expired": ({ untilMs }: Until) => `The certificate expired on ${day(untilMs)}: name one that is good.`,
  "tls/unreadable": ({ file, reason }: File & Reason) => `${file} cannot be read: ${reason}.`,
  "tls/refused": ({ problem }: Problem) => `A newer certificate was refused. ${problem} ${KEPT}`,
  "tls/authority-broken": ({ folder }: { readonly folder: string }) =>
    `The hub's certificate authority in ${folder} is damaged. Put back ca.pem and ca-key.pem from a copy, or remove both: the hub makes new ones when it starts, which every device then has to be given.`,
  "tls/not-written": ({ reason }: Reason) => `The certificate could not be written down: ${reason}.`,
  "tls/authority-expires": ({ untilMs }: Until) =>
    `The hub's certificate authority expires on ${day(untilMs)}. Remove ca.pem and ca-key.pem from the folder tls and restart the hub, then give devices the new ca.pem.`,
  "tls/port-not-open": ({ reason }: Why) => reason,
};

const requests = {
  "bad-certificate": ({ problem }: Problem) => problem,
  "bad-request/tls-files": () => "Mode files takes certFile and keyFile, each an absolute path on the hub's computer.",
  "port-taken": ({ reason }: Why) => reason,
  "no-such-route/authority": () =>
    "This hub has no certificate authority of its own: TLS is off, or uses a certificate from elsewhere.",
  "bad-request/plain-http": () => "This port speaks HTTPS. Ask for https:// in place of http://.",
};

const failures = {
  "wrong-protocol/http-to-tls": ({ protocol }: Port): string =>
    protocol === "HTTPS"
      ? "It spoke HTTP without TLS to the HTTPS port. Let it ask for https:// in place of http://."
      : "It sent an HTTP request to the MQTTS port, which speaks MQTT over TLS.",
  "wrong-protocol/mqtt-to-tls": ({ protocol }: Port): string =>
    protocol === "MQTTS"
      ? 'It spoke MQTT without TLS to the MQTTS port. Have it use TLS (paho: client.tls_set("ca.pem")), or connect to the MQTT port.'
      : "It spoke MQTT to the HTTPS port. MQTT over TLS has a port of its own.",
  "wrong-protocol/not-tls": ({ protocol }: Port) => `What it sent to the ${protocol} port is not TLS.`,
  "wrong-protocol/tls-to-plain": ({ protocol, port }: Port & { readonly port: number }) =>
    `It spoke TLS to the port without TLS. ${protocol} is on port ${port}.`,
  "untrusted-certificate/own": ({ protocol }: Port) =>
    `It does not trust the hub's certificate on the ${protocol} port. Give it the hub's authority, /ca.pem (paho: client.tls_set("ca.pem"); curl: --cacert ca.pem), and have it ask for a name or an address that the certificate has.`,
  "untrusted-certificate/files": ({ protocol }: Port) =>
    `It does not trust the hub's certificate on the ${protocol} port. Give it the certificate of the authority that signed it, put those in between into the certificate's file, and have it ask for a name that the certificate has.`,
  "untrusted-certificate/wrong-name": ({ protocol, names }: Port & { readonly names: readonly string[] }) =>
    `It refused the hub's certificate on the ${protocol} port: it asked for another name than ${listed(names)}, or does not trust it.`,
  "untrusted-certificate/expired": ({ protocol }: Port) =>
    `It takes the hub's certificate on the ${protocol} port for expired, or not yet good. Is its clock right (timedatectl)?`,
  "tls-failed/too-old": ({ protocol }: Port) =>
    `It speaks a version of TLS on the ${protocol} port that is older than 1.2. Bring its TLS library up to date.`,
  "tls-failed/no-cipher": ({ protocol }: Port) =>
    `It has no cipher in common with the ${protocol} port, which takes those of TLS 1.3, and AES-GCM and ChaCha20 with ECDHE in TLS 1.2.`,
  "tls-failed/no-protocol": ({ protocol }: Port) =>
    `It offers only protocols that the ${protocol} port does not speak.`,
  "tls-failed/slow": ({ protocol, seconds }: Port & { readonly seconds: number }) =>
    `Its TLS handshake on the ${protocol} port was not done within ${seconds} s.`,
  /** `reason` is OpenSSL's. */
  "tls-failed": ({ protocol, reason }: Port & Reason) => `Its TLS handshake on the ${protocol} port failed: ${reason}.`,
};

const checks = {
  "certificate/fine/title": ({ untilMs }: Until) => `The hub's certificate is good until ${day(untilMs)}`,
  "certificate/fine/message": ({ names }: { readonly names: readonly string[] }) => `It stands for ${listed(names)}.`,
  "certificate/expires/title": ({ untilMs }: Until) => `The hub's certificate expires on ${day(untilMs)}`,
  "certificate/expired/title": ({ untilMs }: Until) => `The hub's certificate expired on ${day(untilMs)}`,
  "certificate/none/title": () => "TLS is on, but the hub has no certificate",
  "certificate/none/message": () => "The ports for HTTPS and MQTTS stay closed until there is one.",
  "certificate/expiry/message": () => "Clients that check it connect no more once it has expired.",
  "certificate/expiry/remedy": () =>
    "Put a newer certificate and its key into the two files: the hub reads them by itself.",
  "certificate/problem/title": () => "Something is wrong with the hub's certificate",
  /** `problems` are whole sentences. */
  "certificate/problem/message": ({ problems: found }: { readonly problems: readonly Sentence[] }) => found.join(" "),
};

export const tls = { ...problems, ...requests, ...failures, ...checks };
export type TlsProblem = keyof typeof problems;
export type TlsFailure = keyof typeof failures;
