// Parsing of --store, and its error messages, which never contain the password.
import { expect, test } from "vitest";
import { readConfig } from "../../../src/hub/config.ts";

test.each([
  ["sqlite:///x", "flag/store"],
  ["hub:hush@host/database", "flag/store"],
  ["postgres://hub:hush@host", "flag/store/incomplete"],
  ["postgres://:hush@host/database", "flag/store/incomplete"],
  ["mariadb://hub:hush%@host/database", "flag/store/percent"],
  ["mysql://hub:hush@host/database?sslmode=maybe", "flag/store/tls"],
])("%s is refused in words", (url, code) => {
  const read = readConfig(["--store", url], {});
  expect(read).toMatchObject({ kind: "wrong", reason: { code } });
  expect(JSON.stringify(read)).not.toContain("hush");
});

test("the password is in nothing that prints an address", () => {
  const read = readConfig([], { BRAMBLE_STORE: "postgres://hub:hu%40sh@[fd00::5]/readings?sslmode=verify-full" });
  expect(read).toMatchObject({
    kind: "config",
    config: { store: { kind: "postgresql", host: "fd00::5", port: 5432, user: "hub", tls: "verify" } },
  });
  if (read.kind !== "config") throw new Error("no configuration");
  expect(read.config.store?.revealPassword()).toBe("hu@sh");
  expect(`${read.config.store} ${JSON.stringify(read)}`).not.toMatch(/hu(?:@|%40)sh/);
});
