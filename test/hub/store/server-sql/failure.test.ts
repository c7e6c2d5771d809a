// What an error of a driver means: whether it may pass by itself, so that readings are spooled and a start waits.
import { expect, test } from "vitest";
import { dialectOf } from "../../../../src/hub/store/server-sql/dialects.ts";
import { storeFailure } from "../../../../src/hub/store/server-sql/failure.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";

const postgres = dialectOf(new StoreAddress("postgres://hub:hush@postgres/bramble"));
const mariadb = dialectOf(new StoreAddress("mariadb://hub:hush@mariadb/bramble"));

test.each([
  ["EAI_AGAIN", "unreachable", "getaddrinfo EAI_AGAIN postgres", postgres],
  ["EAI_AGAIN", "unreachable", "getaddrinfo EAI_AGAIN mariadb", mariadb],
  ["ENOTFOUND", "unreachable", "getaddrinfo ENOTFOUND postgres", postgres],
  ["53300", "unreachable", 'too many connections for role "hub"', postgres],
  ["ER_CON_COUNT_ERROR", "unreachable", "Too many connections", mariadb],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other", "Hostname/IP does not match certificate's altnames", postgres],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other", "Hostname/IP does not match certificate's altnames", mariadb],
  ["28000", "not-admitted", 'no pg_hba.conf entry for host "::1", user "hub", no encryption', postgres],
  ["42501", "not-allowed", "permission denied for schema public", postgres],
] as const)("%s is %s: %s", (code, kind, text, dialect) => {
  expect(dialect.failureKind(Object.assign(new Error(text), { code }))).toBe(kind);
});

test("a server without a free connection is said to have none, and its user is not named", () => {
  const error = Object.assign(new Error('too many connections for role "hub"'), { code: "53300" });
  expect(storeFailure(postgres, error).message).toMatch(/^PostgreSQL cannot be reached \(too many connections\)\. /);
});
