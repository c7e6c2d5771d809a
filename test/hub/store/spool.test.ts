// A hub whose database server is down: it continues to acknowledge readings, reports those that are spooled, and stores each on the
// server once when that is back, whenever the hub itself was killed.
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Health } from "../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../src/shared/doctor.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { randomNumbers } from "../../support/random.ts";
import { SERIES, TestSpool } from "../../support/stores/spooled-store.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { HeldRows } from "../../support/system/held-rows.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";

/** Another product is for a person at a console. */
const startServer = process.env["BRAMBLE_TEST_PRODUCT"] === "mariadb" ? startMariadb : startPostgres;

const START_MS = Date.UTC(2026, 0, 31);
const READINGS_PER_MESSAGE = 500;

let server: DatabaseServer;
beforeAll(async () => {
  server = await startServer();
}, 120_000);
beforeEach(() => server.start());
afterAll(() => server[Symbol.asyncDispose]());

test("readings acknowledged while the server is down are stored once, whenever the hub is killed", {
  timeout: 180_000,
}, async () => {
  const store = await server.createDatabase();
  await using hub = await startTestHub("--store", store);
  const random = randomNumbers(7);
  const sent = new Set<number>();
  let next = 0;
  const send = async (messages: number, hasTime: boolean) => {
    for (let count = 0; count < messages; count++) {
      const batch = Array.from({ length: hasTime ? READINGS_PER_MESSAGE : 1 }, () => {
        const value = ++next;
        return { device: "pi", t: value, ...(hasTime && { ts: START_MS + value }) };
      });
      const answer = await hub.post(batch);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      for (const { t } of batch) sent.add(t);
    }
  };
  await send(2, true);
  await send(5, false);
  await server.kill();
  await send(60, true);
  await send(20, false);
  await hub.post({ device: "pi", ts: START_MS + 1, t: -1 });
  sent.add(-1).delete(1);

  const health: Health = await (await fetch(`${hub.file.http}/healthz`)).json();
  expect(health.store).toMatchObject({ status: "warning" });
  expect(health.store.message).toMatch(/readings since .* are kept on this computer/);
  const { checks } = await hub.json<DiagnosticReport>("/api/v1/doctor");
  expect(checks.find(({ id }) => id === "spool")?.state).toBe("wrong");
  const waiting = Number(/^bramble_spool_readings (\d+)/m.exec(await (await hub.fetch("/metrics")).text())?.[1]);
  expect(waiting).toBeGreaterThan(30_000);

  // Killed while the server is away, and in the middle of forwarding.
  await hub.end("SIGKILL");
  await server.start();
  for (let kill = 0; kill < 3; kill++) {
    await hub.start();
    await sleep(random() * 300);
    await hub.end("SIGKILL");
  }
  await hub.start();
  await send(2, true);
  await untilForwarded(hub);
  expect(await valuesOf(hub)).toEqual([...sent].sort((a, b) => a - b));
});

test("readings of a server killed during commits are stored once", {
  timeout: 180_000,
}, async () => {
  await using hub = await startTestHub("--store", await server.createDatabase());
  const sent: number[] = [];
  let isOver = false;
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let count = 0; !isOver; count++) {
      const value = sender * 1e6 + count;
      const answer = await hub.post({ device: "pi", t: value });
      if (answer.status === 200) sent.push(value);
      else await sleep(20);
    }
  });
  const untilSent = (more: number) => {
    const enough = sent.length + more;
    return until(`${more} more are acknowledged`, async () => sent.length >= enough || undefined);
  };
  for (const more of [60, 30, 90]) {
    await untilSent(more);
    await server.kill();
    await untilSent(40);
    await server.start();
    await untilWell(hub);
  }
  isOver = true;
  await Promise.all(senders);
  await untilForwarded(hub);
  expect(await valuesOf(hub)).toEqual(sent.sort((a, b) => a - b));
});

test("a series of more than a thousand readings a second, whose times run ahead of the clock, loses none at any change of place", {
  timeout: 180_000,
}, async () => {
  await using hub = await startTestHub("--store", await server.createDatabase());
  let count = 0;
  const send = async (messages: number) => {
    for (let message = 0; message < messages; message++) {
      const values = Array.from({ length: READINGS_PER_MESSAGE }, () => ++count);
      expect((await hub.post(values.map((t) => ({ device: "pi", t })))).status).toBe(200);
    }
  };
  await send(20);
  await server.kill();
  await send(20);
  await server.start();
  // The first file is forwarded while others begin behind it.
  const forwarded = untilForwarded(hub);
  await send(20);
  await forwarded;
  await send(2);
  expect(await valuesOf(hub)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});

test("a full spool acknowledges nothing, with a message, and removals wait for the server", {
  timeout: 180_000,
}, async () => {
  await using hub = await startTestHub("--store", await server.createDatabase(), "--spool", "1");
  let next = 0;
  let acknowledged = 0;
  const post = async () => {
    const answer = await hub.post(
      Array.from({ length: READINGS_PER_MESSAGE }, () => ({ device: "pi", ts: START_MS + ++next, t: Math.random() })),
    );
    if (answer.status === 200) acknowledged += READINGS_PER_MESSAGE;
    return answer;
  };
  expect((await post()).status).toBe(200);
  await server.kill();
  const refused = await until(
    "it is full",
    async () => {
      const answer = await post();
      return answer.status === 200 ? undefined : answer;
    },
    30_000,
  );
  expect(refused.status).toBe(503);
  const health: Health = await (await fetch(`${hub.file.http}/healthz`)).json();
  expect(health.store).toMatchObject({ status: "failing" });
  expect((await hub.fetch("/api/v1/devices/pi", { method: "DELETE" })).status).toBe(503);
  await server.start();
  await until("it acknowledges again", async () => (await post()).status === 200 || undefined);
  await untilForwarded(hub);
  expect((await valuesOf(hub)).length).toBe(acknowledged);
});

test("a connection that is lost alone: what waits for it here, and what goes to the server meanwhile, have times of their own", async () => {
  await using spool = await TestSpool.open(server, START_MS);
  await spool.append([1]);
  await using held = await HeldRows.all(server, spool.address);
  const sent = [spool.append([2])];
  await held.waiting(1);
  // It gets its time when the first is lost.
  sent.push(spool.append([3]));
  await held.killFirst();
  await until("the first is kept here", async () => (spool.files > 0 ? true : undefined));
  await held.release();
  await Promise.all(sent);
  expect((await spool.forwarded()).sort()).toEqual([1, 2, 3]);
});

test("of two messages with one time the later one wins, where the first one's connection is lost", async () => {
  await using spool = await TestSpool.open(server, START_MS);
  await spool.append([0, 0], START_MS);
  await using held = await HeldRows.all(server, spool.address);
  const sent = [spool.append([1], START_MS)];
  await held.waiting(1);
  sent.push(spool.append([2], START_MS));
  await held.killFirst();
  await until("the first is kept here", async () => (spool.files > 0 ? true : undefined));
  await held.release();
  await Promise.all(sent);
  expect(await spool.forwarded()).toEqual([2]);
});

test("allocated times ahead of the clock are not reused after a restart", { timeout: 60_000 }, async () => {
  await using spool = await TestSpool.open(server, START_MS);
  let count = 0;
  const send = (readings: number) => spool.append(Array.from({ length: readings }, () => ++count));
  await send(2_000);
  await spool.stop();
  await spool.start();
  await server.kill();
  await send(6_000);
  await spool.stop();
  await server.start();
  await using held = await HeldRows.all(server, spool.address);
  await spool.start();
  await until("another file begins", async () => (spool.files > 1 ? true : undefined));
  await send(1_000);
  await held.release();
  const values = await spool.forwarded();
  expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});

test("while it is being stopped the last message that it acknowledges is the one that counts", {
  timeout: 60_000,
}, async () => {
  await using spool = await TestSpool.open(server, START_MS);
  const database = new URL(spool.address).pathname.slice(1);
  // So that the first one stays here while the server is back.
  await server.administer("ALTER TABLE reading ADD CONSTRAINT not_one CHECK (value <> 1)", database);
  await server.kill();
  await spool.append([1], START_MS);
  await server.start();
  await until("it cannot be forwarded", async () => spool.warnings.some((one) => one.includes("not_one")) || undefined);
  let isStopped = false;
  const { store } = spool;
  const stopping = spool.stop().then(() => {
    isStopped = true;
  });
  let acknowledged = 1;
  for (let value = 2; !isStopped; value++) {
    const readings = [{ ...SERIES, tsMs: START_MS, value }];
    await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS }).then(
      () => {
        acknowledged = value;
      },
      () => new Promise((resolve) => setImmediate(resolve)),
    );
  }
  await stopping;
  await server.administer("ALTER TABLE reading DROP CONSTRAINT not_one", database);
  await spool.start();
  expect(await spool.forwarded()).toEqual([acknowledged]);
});

test("what waits for the server when it is stopped is kept here where the server goes", async () => {
  await using spool = await TestSpool.open(server, START_MS);
  await spool.append([0]);
  await using held = await HeldRows.all(server, spool.address);
  const sent = spool.append([1]);
  await held.waiting(1);
  const stopping = spool.stop();
  await held.killFirst();
  await sent;
  await stopping;
  await held.release();
  await spool.start();
  expect((await spool.forwarded()).sort()).toEqual([0, 1]);
});

test("why what is kept is not forwarded, although the server is there, is said once", { timeout: 60_000 }, async () => {
  await using spool = await TestSpool.open(server, START_MS);
  const database = new URL(spool.address).pathname.slice(1);
  await server.administer("ALTER TABLE reading ADD CONSTRAINT no_readings CHECK (value < 0)", database);
  await server.kill();
  await spool.append([1]);
  await server.start();
  const said = () => spool.warnings.filter((warning) => warning.includes("no_readings"));
  await until("it is said", async () => said().length > 0 || undefined);
  await server.administer("ALTER TABLE reading DROP CONSTRAINT no_readings", database);
  expect(await spool.forwarded()).toEqual([1]);
  expect(said()).toHaveLength(1);
});

async function untilWell(hub: TestHub): Promise<void> {
  await until(
    "the hub is well",
    async () => {
      const health: Health = await (await fetch(`${hub.file.http}/healthz`)).json();
      return health.status === "ok" || undefined;
    },
    30_000,
  );
}

/** What the hub says of itself may be a second old. */
async function untilForwarded(hub: TestHub): Promise<void> {
  const spooled = () => readdirSync(hub.folder.path).filter((name) => name.startsWith("spool"));
  await until("everything is on the server", async () => spooled().length === 0 || undefined, 60_000);
}

/** One for each row, least first. */
async function valuesOf(hub: TestHub): Promise<number[]> {
  const answer = await hub.fetch(`/api/v1/export.csv?device=pi&metric=t&from=0&to=${Date.now() + 1e6}`);
  const lines = (await answer.text()).trim().split("\r\n").slice(1);
  return lines.map((line) => Number(line.split(",").at(-1))).sort((a, b) => a - b);
}
