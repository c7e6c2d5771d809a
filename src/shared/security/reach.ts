// How a hub is reached from outside: its public name, the certificate for it, and obstacles. Credentials are write-only.
import { type Static, Type } from "typebox";
import { Check } from "../doctor.ts";

export const ChallengeType = Type.Union([
  Type.Literal("dns-01", { description: "a TXT record, set through the provider; needs no open port" }),
  Type.Literal("http-01", { description: "an answer on port 80" }),
  Type.Literal("tls-alpn-01", { description: "an answer on port 443" }),
]);
export type ChallengeType = Static<typeof ChallengeType>;

const Token = Type.Optional(Type.String({ maxLength: 1_000, description: "write-only; the one in use without it" }));

/** The DNS provider of the name, with its credentials. */
const ProviderChange = Type.Union([
  Type.Object({ kind: Type.Literal("none") }),
  Type.Object({ kind: Type.Literal("duckdns"), token: Token }),
  Type.Object({ kind: Type.Literal("desec"), token: Token }),
  Type.Object({ kind: Type.Literal("cloudflare"), token: Token }),
  Type.Object({
    kind: Type.Literal("command"),
    command: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      minItems: 1,
      maxItems: 32,
      description: "a program in the folder “dns-commands” of the data folder, and its arguments",
    }),
  }),
  Type.Object({
    kind: Type.Literal("url"),
    url: Type.String({
      maxLength: 2_000,
      description: "write-only; asked to change the address, such as https://…?hostname={name}&myip={ipv4}",
    }),
    username: Type.Optional(Type.String({ maxLength: 200 })),
    password: Token,
  }),
]);
export type ProviderChange = Static<typeof ProviderChange>;

const Directory = Type.String({
  maxLength: 500,
  description: "letsencrypt, letsencrypt-staging, or the https URL of an ACME directory",
});
const Email = Type.String({ maxLength: 254, description: "for warnings of the certificate authority; may be empty" });
const LookupUrls = Type.Array(Type.String({ maxLength: 500 }), {
  maxItems: 10,
  description: "https URLs that answer with the address that asks, over IPv4",
});

export const ReachChange = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 253, description: "the public name; empty for none" })),
    provider: Type.Optional(ProviderChange),
    ddns: Type.Optional(Type.Boolean({ description: "whether the hub keeps the name pointed at its address" })),
    lookupUrls: Type.Optional(LookupUrls),
    acme: Type.Optional(
      Type.Object(
        {
          on: Type.Optional(Type.Boolean()),
          challenge: Type.Optional(ChallengeType),
          directory: Type.Optional(Directory),
          directoryCa: Type.Optional(
            Type.String({
              maxLength: 20_000,
              description: "the certificate, as PEM, that the directory’s own is signed by",
            }),
          ),
          email: Type.Optional(Email),
          termsAgreed: Type.Optional(
            Type.Boolean({ description: "that a person agreed to the terms of the certificate authority" }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ReachChange = Static<typeof ReachChange>;

export const CertificateStatus = Type.Object({
  state: Type.Union([
    Type.Literal("off"),
    Type.Literal("none"),
    Type.Literal("issuing"),
    Type.Literal("valid"),
    Type.Literal("not-yet-valid", { description: "by this computer’s clock" }),
    Type.Literal("expired", { description: "by this computer’s clock" }),
  ]),
  notBeforeMs: Type.Optional(Type.Integer()),
  notAfterMs: Type.Optional(Type.Integer()),
  renewAtMs: Type.Optional(Type.Integer()),
  problem: Type.Optional(Type.String({ description: "why the last attempt failed" })),
  retryAtMs: Type.Optional(Type.Integer({ description: "when the next attempt is made" })),
});
export type CertificateStatus = Static<typeof CertificateStatus>;

export const DdnsStatus = Type.Object({
  state: Type.Union([
    Type.Literal("off"),
    Type.Literal("waiting", { description: "nothing has been sent yet" }),
    Type.Literal("fine"),
    Type.Literal("failed", { description: "and is tried again" }),
    Type.Literal("stopped", { description: "until the settings change" }),
  ]),
  ipv4: Type.Optional(Type.String({ description: "as last sent; “auto” where the provider finds it" })),
  ipv6: Type.Optional(Type.String()),
  updatedAtMs: Type.Optional(Type.Integer()),
  problem: Type.Optional(Type.String()),
  retryAtMs: Type.Optional(Type.Integer()),
});
export type DdnsStatus = Static<typeof DdnsStatus>;

export const ReachStatus = Type.Object({
  ready: Type.Boolean({ description: "whether the hub may face the internet" }),
  reasons: Type.Array(Type.String(), { description: "why it is not ready" }),
  settings: Type.Object({
    name: Type.String(),
    provider: Type.Object({
      kind: Type.Union([
        Type.Literal("none"),
        Type.Literal("duckdns"),
        Type.Literal("desec"),
        Type.Literal("cloudflare"),
        Type.Literal("command"),
        Type.Literal("url"),
      ]),
      hasCredentials: Type.Boolean(),
      host: Type.Optional(Type.String({ description: "of the URL" })),
    }),
    ddns: Type.Boolean(),
    lookupUrls: LookupUrls,
    acme: Type.Object({
      on: Type.Boolean(),
      challenge: ChallengeType,
      directory: Directory,
      email: Email,
      termsAgreed: Type.Boolean(),
    }),
  }),
  wanIPv4: Type.Optional(Type.String({ description: "this network’s address on the internet" })),
  checks: Type.Array(Check),
  forwards: Type.Array(
    Type.Object({
      from: Type.Integer({ description: "port on the router" }),
      to: Type.Integer({ description: "port of the hub" }),
      protocol: Type.String(),
    }),
    { description: "what a router has to forward, and nothing else" },
  ),
  certificate: CertificateStatus,
  ddns: DdnsStatus,
});
export type ReachStatus = Static<typeof ReachStatus>;
