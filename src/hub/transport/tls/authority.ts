// The hub's own certificate authority: makes it, and the certificates that it signs. Pure but for randomness.
// The clock may be years off until the network sets it: the authority is good from a fixed day on, and a certificate from a
// day before it was made.
import { createPrivateKey, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { DAY_MS } from "../../../shared/time.ts";
import type { CertificatePair } from "../../reach/acme/certificate-source.ts";

/** A clock before this day, the first of Bramble, is not set. */
export const FIRST_DAY_MS = Date.UTC(2026, 0, 1);
const AUTHORITY_LIFE_MS = 3_652 * DAY_MS;
/** Some systems refuse a certificate that is good for longer. */
const CERTIFICATE_LIFE_MS = 397 * DAY_MS;
const CLOCK_TOLERANCE_MS = DAY_MS;
const SERIAL_BYTES = 16;
const SHORT_ID_BYTES = 4;
const MAX_HUB_NAME_CHARACTERS = 40;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

/** Loaded only when a certificate is made: that takes half a second. */
const loadX509 = () => import("@peculiar/x509");

/** Makes an authority with the name of the hub and a random id, so that a new one is distinguished from the old. */
export async function makeAuthority(hubName: string, nowMs: number): Promise<CertificatePair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const name = `Bramble ${hubName.slice(0, MAX_HUB_NAME_CHARACTERS)} ${randomBytes(SHORT_ID_BYTES).toString("hex")}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomSerial(),
      name: [{ CN: [name] }],
      notBefore: new Date(FIRST_DAY_MS),
      notAfter: new Date(Math.max(nowMs, FIRST_DAY_MS) + AUTHORITY_LIFE_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  );
  return { certPem: pemOf(certificate.toString("pem")), keyPem: await exportKey(keys.privateKey) };
}

/** Makes a certificate for a server that is reached by `names`, which may be addresses. */
export async function issueCertificate(
  authority: CertificatePair,
  names: readonly string[],
  nowMs: number,
): Promise<CertificatePair> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.certPem);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const notBeforeMs = Math.max(nowMs, FIRST_DAY_MS) - CLOCK_TOLERANCE_MS;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: randomSerial(),
      issuer: issuer.subjectName,
      subject: [{ CN: [(names[0] ?? "bramble").slice(0, 64)] }],
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(Math.min(notBeforeMs + CERTIFICATE_LIFE_MS, issuer.notAfter.getTime())),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.keyPem),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([SERVER_AUTHENTICATION]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    },
    crypto,
  );
  return { certPem: pemOf(certificate.toString("pem")), keyPem: await exportKey(keys.privateKey) };
}

/** Positive, as RFC 5280 (section 4.1.2.2) wants it, and never with a leading zero. */
function randomSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString("hex");
}

function pemOf(text: string): string {
  return `${text.trim()}\n`;
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}

function importKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
}
