// A hub moves to a database server and back while devices send, and hub and server are killed at steps chosen by a seed. Every
// acknowledged reading is stored once, with the value sent last.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MoveStatus } from "../../../src/shared/settings/move.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { randomNumbers } from "../../support/random.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";

/** Another seed, product or more rounds are for a person at a console. */
const seed = Number(process.env["BRAMBLE_TEST_SEED"] ?? 5);
const rounds = Number(process.env["BRAMBLE_TEST_ROUNDS"] ?? 1);
const startServer = process.env["BRAMBLE_TEST_PRODUCT"] === "mariadb" ? startMariadb : startPostgres;

const DAY_MS = 86_400_000;
/** Those days are in chunks on a server. */
const OLD_MS = 100 * DAY_MS;
const NET_MS = 60_000;

let server: DatabaseServer;
beforeAll(async () => {
  server = await startServer();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

/** Devices that send all the while, and remember what was acknowledged. */
class Senders {
  readonly #hub: TestHub;
  readonly #random: () => number;
  readonly #startMs = Date.now();
  /** What may be stored of each time: the last value that was acknowledged, and those of which nothing was heard. */
  readonly #timed = new Map<number, Set<number>>();
  /** Values of readings without a time, and whether they were acknowledged. */
  readonly #untimed = new Map<number, boolean>();
  #next = 0;
  #isStopped = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(hub: TestHub, random: () => number) {
    this.#hub = hub;
    this.#random = random;
  }

  async sendHistory(readings: number): Promise<void> {
    for (let sent = 0; sent < readings; sent += 1_000)
      for (const agoMs of [OLD_MS, 0]) await this.#send(500, 6 * DAY_MS, agoMs);
  }

  start(): void {
    this.#isStopped = false;
    this.#sending = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
  }

  /** Compares with what the hub has. */
  async check(): Promise<void> {
    const waiting = async () =>
      /^bramble_spool_readings [1-9]/m.test(await (await this.#hub.fetch("/metrics")).text()) ? undefined : true;
    await until("nothing waits for the server", waiting, NET_MS);
    const file = await this.#hub.fetch(`/api/v1/export.csv?device=pi&from=0&to=${Date.now() + DAY_MS}`);
    const text = await file.text();
    expect(file.status, text).toBe(200);
    const rows = text.trim().split("\r\n").slice(1);
    const timed = new Map<number, number>();
    const untimed: number[] = [];
    for (const row of rows) {
      const [time = "", , metric, value] = row.split(",");
      const ms = Date.parse(time);
      if (metric === "t") {
        expect(timed.has(ms)).toBe(false);
        timed.set(ms, Number(value));
      } else untimed.push(Number(value));
    }
    const wrong = [...this.#timed].filter(([ms, values]) => {
      const value = timed.get(ms);
      return value === undefined ? !values.has(Number.NaN) : !values.has(value);
    });
    expect(wrong.map(([ms, values]) => ({ ms, found: timed.get(ms), wanted: [...values] })).slice(0, 5)).toEqual([]);
    expect([...timed.keys()].filter((ms) => !this.#timed.has(ms))).toEqual([]);
    expect(new Set(untimed).size).toBe(untimed.length);
    const found = new Set(untimed);
    expect([...this.#untimed].filter(([value, isSure]) => isSure && !found.has(value))).toEqual([]);
    expect(untimed.filter((value) => !this.#untimed.has(value))).toEqual([]);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const kind = this.#random();
      // Late and repeated ones, those of now, and those without a time.
      if (kind < 0.2) await this.#send(20, 6 * DAY_MS);
      else if (kind < 0.3) await this.#send(20, 6 * DAY_MS, OLD_MS);
      else if (kind < 0.7) await this.#send(5, 60_000);
      else await this.#sendUntimed();
      await sleep(2);
    }
  }

  async #send(count: number, withinMs: number, agoMs = 0): Promise<void> {
    const readings = new Map<number, number>();
    for (let index = 0; index < count; index++) {
      const ms = this.#startMs - agoMs - 500 * Math.floor((this.#random() * withinMs) / 500);
      readings.set(ms, ++this.#next);
    }
    const body = [...readings].map(([ts, t]) => ({ device: "pi", ts, t }));
    const isAcknowledged = await this.#post(body);
    for (const [ms, value] of readings) {
      if (isAcknowledged) this.#timed.set(ms, new Set([value]));
      else this.#timed.set(ms, (this.#timed.get(ms) ?? new Set([Number.NaN])).add(value));
    }
  }

  async #sendUntimed(): Promise<void> {
    const value = ++this.#next;
    this.#untimed.set(value, await this.#post([{ device: "pi", u: value }]));
  }

  async #post(body: readonly object[]): Promise<boolean> {
    try {
      return (await this.#hub.post(body)).status === 200;
    } catch {
      // It was killed, or is not up yet.
      await sleep(20);
      return false;
    }
  }
}

test("is killed again and again, and loses nothing", { timeout: 300_000 }, async () => {
  const random = randomNumbers(seed);
  await using hub = await startTestHub("--spool", random() < 0.5 ? "0" : "64");
  const senders = new Senders(hub, random);
  await senders.sendHistory(15_000);
  const to = await server.createDatabase();
  senders.start();
  const move = (path: string, body?: object) =>
    hub.fetch(`/api/v1/move${path}`, {
      method: "POST",
      ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
  const status = () => hub.json<MoveStatus>("/api/v1/move").catch(() => undefined);
  const disturb = async () => {
    for (let round = 0; round < rounds; round++) {
      await sleep(random() * 600);
      const kind = random();
      if (kind < 0.7) await hub.end("SIGKILL");
      if (kind > 0.4) await server.kill();
      await sleep(random() * 100);
      if (kind > 0.4) await server.start();
      if (kind < 0.7) await hub.start();
    }
  };
  const reads = (side: MoveStatus["reads"]) =>
    until(
      `it reads from the ${side}`,
      async () => {
        const now = await status();
        return now?.reads === side && now.move?.switchesWhenEqual === false ? now : undefined;
      },
      NET_MS,
    );

  expect((await move("", { to, switchWhenEqual: true })).status).toBe(200);
  await disturb();
  await reads("server");
  await disturb();
  await senders.stop();
  await senders.check();

  senders.start();
  await until("it goes back", async () => ((await move("/back").catch(() => null))?.ok ? true : undefined), NET_MS);
  await disturb();
  await reads("file");
  await senders.stop();
  await senders.check();
});
