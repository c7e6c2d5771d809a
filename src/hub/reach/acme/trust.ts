// Whether browsers trust a certificate for a name, judged offline: by its dates, its names, and an authority in Node's list from
// Mozilla.
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { ParamsOf } from "../../../shared/messages/message.ts";

type Untrusted = ParamsOf<"reach/tls/untrusted/message">["untrusted"];

export type Trust =
  | { readonly kind: "trusted"; readonly notAfterMs: number }
  | { readonly kind: "untrusted"; readonly why: Untrusted };

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** `certPem` is the chain, the leaf first; null where there is none. */
export function trustOf(certPem: string | null, name: string, nowMs: number): Trust {
  const chain = (certPem?.match(PEM) ?? []).map((pem) => new X509Certificate(pem));
  const [leaf] = chain;
  const untrusted = (why: Untrusted): Trust => ({ kind: "untrusted", why });
  if (leaf === undefined) return untrusted("none");
  if (leaf.checkHost(name) === undefined) return untrusted("other-name");
  if (nowMs < leaf.validFromDate.getTime()) return untrusted("not-yet-valid");
  if (nowMs >= leaf.validToDate.getTime()) return untrusted("expired");
  if (!chain.some(isSignedByRoot)) return untrusted("authority");
  return { kind: "trusted", notAfterMs: leaf.validToDate.getTime() };
}

function isSignedByRoot(certificate: X509Certificate): boolean {
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    return certificate.checkIssued(root) && certificate.verify(root.publicKey);
  });
}
