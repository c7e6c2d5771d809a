// The server's certificate: `sslmode=verify-full` takes one that a trusted authority has signed for the server's name, and no other.
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CertificatePair } from "../../../../src/hub/reach/acme/certificate-source.ts";
import { dialectOf } from "../../../../src/hub/store/server-sql/dialects.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";
import { issueCertificate, makeAuthority } from "../../../../src/hub/transport/tls/authority.ts";
import { makeTemporaryFolder } from "../../../support/hub.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";
import { postgresUser, startPostgres } from "../../../support/system/postgres.ts";
import { until } from "../../../support/until.ts";

const folder = makeTemporaryFolder();
const certificate = join(folder.path, "certificate.pem");
const key = join(folder.path, "key.pem");
const trusted = getCACertificates("default");
let authority: CertificatePair;

beforeAll(async () => {
  authority = await makeAuthority("database", Date.now());
  setDefaultCACertificates([...trusted, authority.certPem]);
  chmodSync(folder.path, 0o711);
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  folder[Symbol.dispose]();
});

async function writeCertificate(name: string): Promise<void> {
  const { certPem, keyPem } = await issueCertificate(authority, [name], Date.now());
  const owner = postgresUser();
  for (const [path, pem] of [
    [certificate, certPem],
    [key, keyPem],
  ] as const) {
    writeFileSync(path, pem, { mode: 0o600 });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  }
}

test.each([
  {
    product: "PostgreSQL",
    start: () => startPostgres(["ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]),
    readAgain: "SELECT pg_reload_conf()",
  },
  {
    product: "MariaDB",
    start: () => startMariadb([`--ssl-cert=${certificate}`, `--ssl-key=${key}`]),
    readAgain: "FLUSH SSL",
  },
])("$product has to have a certificate of its own name", { timeout: 120_000 }, async ({ start, readAgain }) => {
  await writeCertificate("localhost");
  await using server = await start();
  const address = new URL(await server.createDatabase());
  address.hostname = "localhost";
  const connect = async (mode: string) => {
    const connection = await dialectOf(new StoreAddress(`${address.href}?sslmode=${mode}`)).connect();
    connection.close();
  };
  await connect("verify-full");
  await writeCertificate("somebody.example");
  await server.administer(readAgain);
  const refused = () => connect("verify-full").then(() => undefined, String);
  expect(await until("it is refused", refused)).toContain("does not match certificate's altnames");
  await connect("require");
});
