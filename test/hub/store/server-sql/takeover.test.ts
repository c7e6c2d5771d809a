// A second hub on the same database waits, and takes over within ten seconds, however the first one ends.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../../../src/shared/device.ts";
import { startTestHub, TestHub } from "../../../support/hub.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";
import { startPostgres } from "../../../support/system/postgres.ts";
import { until } from "../../../support/until.ts";

/** Ten seconds, and what a start takes on a machine that does much else. */
const TAKE_OVER_WITHIN_MS = 30_000;
const TEST_TIMEOUT_MS = 120_000;

const servers = new Map<"PostgreSQL" | "MariaDB", DatabaseServer>();
beforeAll(async () => {
  servers.set("PostgreSQL", await startPostgres());
  servers.set("MariaDB", await startMariadb());
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  for (const server of servers.values()) await server[Symbol.asyncDispose]();
});

// Most of the time is that after which a hub that hangs is given up: they wait side by side.
test.each([
  ["PostgreSQL", "is killed", "SIGKILL"],
  ["PostgreSQL", "hangs", "SIGSTOP"],
  ["MariaDB", "is stopped", "SIGTERM"],
  ["MariaDB", "hangs", "SIGSTOP"],
] as const)("on %s, when it %s", { concurrent: true, timeout: TEST_TIMEOUT_MS }, async (product, _how, signal) => {
  const server = servers.get(product);
  if (server === undefined) throw new Error(`${product} has not been started`);
  const store = await server.createDatabase();
  await using first = await startTestHub("--store", store);
  await first.post({ device: "pi", t: 1 });
  await using second = new TestHub(["--store", store]);
  const started = second.start();
  await until("it waits", async () => second.output.includes("This one waits") || undefined);
  await first.post({ device: "pi", t: 2 });

  const { pid } = first;
  const startedMs = performance.now();
  process.kill(pid, signal);
  await started;
  expect(performance.now() - startedMs).toBeLessThan(TAKE_OVER_WITHIN_MS);
  expect((await second.post({ device: "pi", t: 3 })).status).toBe(200);
  const device = await second.json<Device>("/api/v1/devices/pi");
  expect(device.metrics[0]?.latest.value).toBe(3);
  if (signal !== "SIGSTOP") return;

  // One that wakes up learns that another leads, and ends.
  process.kill(pid, "SIGCONT");
  await until("the first one ends", async () => (first.isAlive ? undefined : true));
});
