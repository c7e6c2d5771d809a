// What an error of a driver means: whether it may pass by itself, so that readings are spooled and a start waits.
import { expect, test } from "vitest";
import { dialectOf } from "../../../../src/hub/store/server-sql/dialects.ts";
import { storeFailure } from "../../../../src/hub/store/server-sql/failure.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";

const postgres = dialectOf(new StoreAddress("postgres://hub:hush@postgres/bramble"));
const mariadb = dialectOf(new StoreAddress("mariadb://hub:hush@mariadb/bramble"));

test.each([
  [postgres, "EAI_AGAIN", "getaddrinfo EAI_AGAIN postgres", "unreachable"],
  [mariadb, "EAI_AGAIN", "getaddrinfo EAI_AGAIN mariadb", "unreachable"],
  [postgres, "ENOTFOUND", "getaddrinfo ENOTFOUND postgres", "unreachable"],
  [postgres, "53300", 'too many connections for role "hub"', "unreachable"],
  [mariadb, "ER_CON_COUNT_ERROR", "Too many connections", "unreachable"],
  [postgres, "ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", "other"],
  [mariadb, "ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", "other"],
  [postgres, "28000", 'no pg_hba.conf entry for host "::1", user "hub", no encryption', "not-admitted"],
  [postgres, "42501", "permission denied for schema public", "not-allowed"],
] as const)("%o: %s is %4$s", (dialect, code, text, kind) => {
  expect(dialect.failureKind(Object.assign(new Error(text), { code }))).toBe(kind);
});

test("a server without a free connection is said to have none, and its user is not named", () => {
  const error = Object.assign(new Error('too many connections for role "hub"'), { code: "53300" });
  expect(storeFailure(postgres, error).message).toMatch(/^PostgreSQL cannot be reached \(too many connections\)\. /);
});
