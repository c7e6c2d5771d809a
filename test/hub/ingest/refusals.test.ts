// Refused messages are recorded at a bounded rate: a flood is counted, and hides no other sender.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { HubEvents } from "../../../src/hub/events.ts";
import { Refusals } from "../../../src/hub/ingest/refusals.ts";
import { refusedRecords } from "../../../src/hub/ingest/refused-records.ts";
import { LogThrottle } from "../../../src/hub/observe/log/log-throttle.ts";
import type { Refused } from "../../../src/shared/api.ts";
import type { ErrorCode } from "../../../src/shared/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestHub } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { openTestStore, type TestStore } from "../../support/stores/store.ts";

const FLOOD = 10_000;

class Place implements AsyncDisposable {
  readonly clock = new FakeClock(1_800_000_000_000);
  readonly announced: Refused[] = [];
  readonly store: TestStore;
  refusals: Refusals;

  constructor(store: TestStore) {
    this.store = store;
    this.refusals = this.#make();
  }

  #make(): Refusals {
    const events = new HubEvents();
    events.messageRefused.on((refused) => this.announced.push({ ...refused }));
    return new Refusals({
      records: this.store.store.records.collection(refusedRecords),
      clock: this.clock,
      events,
      onSaveFailed: (error) => expect.unreachable(String(error)),
    });
  }

  /** A hub that starts again. */
  async restart(): Promise<void> {
    await this.refusals.stop();
    this.refusals = this.#make();
    await this.refusals.start();
  }

  /** Refuses one message as the hub does. */
  async refuse(address: string, code: ErrorCode): Promise<void> {
    if (!this.refusals.mayAdd(address, code)) return;
    const refused = { atMs: this.clock.now(), code, message: "words", address, source: "x" };
    await this.refusals.add(refused, Buffer.from("payload"));
  }

  /** How many messages of an address are announced, listed or counted. */
  count(address: string): number {
    const own = this.refusals.list().filter((refused) => refused.address === address);
    return own.reduce((sum, { count = 1 }) => sum + count, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refusals.stop();
    await this.store[Symbol.asyncDispose]();
  }
}

async function open(): Promise<Place> {
  const place = new Place(await openTestStore());
  await place.refusals.start();
  return place;
}

test("of a flood some are listed, and all are counted", async () => {
  await using place = await open();
  for (let sent = 0; sent < FLOOD; sent++) await place.refuse("a", "not-json");
  expect(place.refusals.list().length).toBeLessThan(100);
  expect(place.count("a")).toBe(FLOOD);
});

test("another sender, and another fault of the same one, are listed meanwhile", async () => {
  await using place = await open();
  for (let sent = 0; sent < FLOOD; sent++) await place.refuse("a", "not-json");
  await place.refuse("b", "not-json");
  await place.refuse("a", "bad-device-id");
  expect(
    place.refusals
      .list()
      .slice(0, 2)
      .map(({ address, code }) => [address, code]),
  ).toEqual([
    ["a", "bad-device-id"],
    ["b", "not-json"],
  ]);
});

test("many senders together are bounded as well", async () => {
  await using place = await open();
  for (let sent = 0; sent < FLOOD; sent++) await place.refuse(`address ${sent}`, "not-json");
  expect(place.refusals.list().length).toBeLessThanOrEqual(600);
});

test("an occasional sender has each message listed", async () => {
  await using place = await open();
  for (let sent = 0; sent < 200; sent++) {
    await place.refuse("a", "not-json");
    place.clock.advance(1_000);
  }
  expect(place.refusals.list()).toHaveLength(200);
});

test("counts are saved and announced periodically, and survive a restart", async () => {
  await using place = await open();
  for (let sent = 0; sent < FLOOD; sent++) await place.refuse("a", "not-json");
  const announcedBefore = place.announced.length;
  place.clock.advance(10_000);
  await place.restart();
  expect(place.count("a")).toBe(FLOOD);
  expect(place.announced.slice(announcedBefore).map(({ count }) => count)).toContain(FLOOD - announcedBefore + 1);
});

test("what an earlier version counted is read as this one counts it", async () => {
  await using store = await openTestStore();
  const kept = { atMs: 5, code: "not-json", message: "words", address: "a", source: "x", bytes: 1, excerpt: "{" };
  const record = { id: 1, refused: { ...kept, times: 7 } };
  await store.store.records.collection(refusedRecords).save([record]);
  await using place = new Place(store);
  await place.refusals.start();
  expect(place.refusals.list()).toEqual([{ ...kept, count: 7, id: 1, isWhole: true }]);
});

test("a flood is a few lines of the log", () => {
  const clock = new FakeClock(0);
  const lines: string[] = [];
  const log = new LogThrottle(pino({ base: null }, { write: (line) => lines.push(line) }), clock);
  for (let sent = 0; sent < FLOOD; sent++) {
    log.warn("not-json", { address: "a" }, "message refused");
    log.warn("forbidden", { address: "a" }, "message refused");
  }
  expect(lines).toHaveLength(2);
  clock.advance(60_000);
  log.warn("not-json", { address: "b" }, "message refused");
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ address: "b", unwritten: FLOOD - 1, msg: "message refused" });
  log.warn("not-json", { address: "b" }, "message refused");
  clock.advance(60_000);
  log.warn("not-json", { address: "b" }, "message refused");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ unwritten: 1 });
});

test("the reason is in the language of the request, also after a restart", async () => {
  await using hub = await startHubInside({});
  await hub.post({ device_id: "pi", nothing: null });
  const why = async (language: string) => {
    const headers = { Authorization: `Bearer ${hub.token}`, "Accept-Language": language };
    const answer = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/refused`, { headers });
    return (await answer.json()).refused[0].message;
  };
  const english = await why("en");
  expect(english).toContain("The message holds no number");
  expect(await why("ko")).toMatch(/[가-힣]/);
  await hub.restart();
  expect([await why("en"), await why("fr")]).toEqual([english, english]);
  expect(await why("ko")).toMatch(/[가-힣]/);
});

test("the hub counts what it does not list, and its log stays short", async () => {
  await using hub = await startTestHub();
  const COUNT = 300;
  for (let sent = 0; sent < COUNT; sent += 50) await Promise.all(Array.from({ length: 50 }, () => hub.post("{")));
  const { refused } = await hub.json<{ refused: Refused[] }>("/api/v1/refused");
  expect(refused.length).toBeLessThan(COUNT);
  expect(refused.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(COUNT);
  await hub.end("SIGTERM");
  const log = readFileSync(join(hub.folder.path, "logs", "hub.log"), "utf8");
  expect(log.match(/message refused/g)).toHaveLength(1);
});
