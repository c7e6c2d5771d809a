// Certificates for tests of time: an authority like the hub's, and what it signs, for any stretch of time.
import { createPrivateKey, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { CertificatePair } from "../../src/hub/reach/acme/certificate-source.ts";
import type { HubInside } from "./hub-inside.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
export const DAY_MS = 24 * 3_600_000;

/** The hub's own authority in its data folder. */
export function authorityOf(hub: HubInside): CertificatePair {
  const read = (name: string) => readFileSync(join(hub.path, "tls", name), "utf8");
  return { certPem: read("ca.pem"), keyPem: read("ca-key.pem") };
}

/** A certificate for this computer, good between two times. */
export async function signFor(
  authority: CertificatePair,
  [notBeforeMs, notAfterMs]: readonly [number, number],
  names: readonly string[] = ["localhost", "127.0.0.1"],
): Promise<CertificatePair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const der = createPrivateKey(authority.keyPem).export({ type: "pkcs8", format: "der" });
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(15).toString("hex")}`,
    issuer: new X509Certificate(authority.certPem).subjectName,
    subject: [{ CN: ["hub"] }],
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const keyPem = createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ type: "pkcs8", format: "pem" });
  return { certPem: `${certificate.toString("pem")}\n`, keyPem: keyPem.toString() };
}

/** Writes a pair down for the hub's mode "files". */
export function writePair(folder: string, name: string, { certPem, keyPem }: CertificatePair) {
  const files = { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}-key.pem`) };
  writeFileSync(files.certFile, certPem);
  writeFileSync(files.keyFile, keyPem);
  return { mode: "files", ...files } as const;
}
