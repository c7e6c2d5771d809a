// The records of ACME: the account, the certificate with its key, and the wait after a failure, so that a hub that restarts again
// and again does not order again and again.
import { type Static, Type } from "typebox";
import type { RecordKind } from "../../store/records.ts";

const AcmeAccount = Type.Object({
  directoryUrl: Type.String(),
  accountUrl: Type.String(),
  keyPem: Type.String(),
});
export type AcmeAccount = Static<typeof AcmeAccount>;

/** One at most: the latest directory's. */
export const acmeAccountRecords: RecordKind<typeof AcmeAccount> = {
  name: "acme-account",
  schema: AcmeAccount,
  idOf: () => "account",
};

const AcmeCertificate = Type.Object({
  name: Type.String(),
  directoryUrl: Type.String(),
  certPem: Type.String(),
  keyPem: Type.String(),
  renewAtMs: Type.Integer(),
});
export type AcmeCertificate = Static<typeof AcmeCertificate>;

export const acmeCertificateRecords: RecordKind<typeof AcmeCertificate> = {
  name: "acme-certificate",
  schema: AcmeCertificate,
  idOf: () => "certificate",
};

const AcmeFailure = Type.Object({
  failures: Type.Integer(),
  failedAtMs: Type.Integer(),
  waitMs: Type.Integer(),
  /** True where the ACME server demanded the wait. */
  isLimited: Type.Boolean(),
  /** In English. */
  problem: Type.String(),
});
export type AcmeFailure = Static<typeof AcmeFailure>;

export const acmeFailureRecords: RecordKind<typeof AcmeFailure> = {
  name: "acme-failure",
  schema: AcmeFailure,
  idOf: () => "failure",
};
