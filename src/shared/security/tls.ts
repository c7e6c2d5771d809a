// TLS in the API: settings and status.
import { type Static, Type } from "typebox";

/**
 * off: no ports with TLS. own: certificates of the hub's own authority. files: a certificate that a person provides. acme: the
 * one that was issued for the hub's public name.
 */
export const TlsMode = Type.Union([
  Type.Literal("off"),
  Type.Literal("own"),
  Type.Literal("files"),
  Type.Literal("acme"),
]);
export type TlsMode = Static<typeof TlsMode>;

/** Whether the ports without TLS are open to the network, or to this computer alone, which the app and commands need. */
const PlainPorts = Type.Union([Type.Literal("open"), Type.Literal("closed-but-loopback")]);

export const TlsSettings = Type.Object({
  mode: TlsMode,
  plainPorts: PlainPorts,
  certFile: Type.Optional(
    Type.String({ description: "PEM with the hub's certificate and those of authorities in between; in mode files" }),
  ),
  keyFile: Type.Optional(Type.String({ description: "PEM with its key, without a passphrase; in mode files" })),
});
export type TlsSettings = Static<typeof TlsSettings>;

export const TlsChange = Type.Object(Type.Partial(TlsSettings).properties, { additionalProperties: false });
export type TlsChange = Static<typeof TlsChange>;

const CertificateView = Type.Object({
  names: Type.Array(Type.String(), { description: "names and addresses that it stands for" }),
  fingerprint: Type.String({ description: "SHA-256" }),
  issuer: Type.String({ description: "who signed it" }),
  notBeforeMs: Type.Integer(),
  notAfterMs: Type.Integer(),
  isPublic: Type.Boolean({ description: "browsers trust it without having been told to" }),
});

export const TlsStatus = Type.Object({
  ...TlsSettings.properties,
  httpsPort: Type.Integer({ description: "0 while it is closed" }),
  mqttsPort: Type.Integer({ description: "0 while it is closed" }),
  certificate: Type.Union([CertificateView, Type.Null()]),
  authority: Type.Union(
    [
      Type.Object({
        fingerprint: Type.String({ description: "SHA-256, to compare before a device is told to trust /ca.pem" }),
        name: Type.String(),
        notAfterMs: Type.Integer(),
      }),
      Type.Null(),
    ],
    { description: "the hub's own, in mode own" },
  ),
  problems: Type.Array(Type.String(), { description: "what keeps it from a certificate, or a newer one, or a port" }),
});
export type TlsStatus = Static<typeof TlsStatus>;
