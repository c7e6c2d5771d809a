// Corrections at a running hub: their effect everywhere, their audit log, and that an undone one leaves no trace, whatever happened to
// the device meanwhile.
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/hub/clock.ts";
import { storedValues } from "../../../src/hub/import/known-readings.ts";
import { MendList } from "../../../src/hub/mend/mend-list.ts";
import { mendedReadings } from "../../../src/hub/mend/mended-readings.ts";
import { Mending } from "../../../src/hub/mend/mending.ts";
import {
  endOf,
  newestOf,
  type ReadingPage,
  type ReadingPosition,
  type ReadingStore,
} from "../../../src/hub/store/readings.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { Mend } from "../../../src/shared/history/mend.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import {
  deviceId,
  findings,
  makeReading,
  metricName,
  openTestStore,
  type TestStore,
} from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 0, 31, 12);
const START = NOW - 10 * HOUR_MS;

/** A reading a minute for ten hours: 20 at even ones, 21 at odd ones, and 4711.25 in the last. */
async function sendTenHours(hub: HubInside, device = "pi"): Promise<void> {
  const readings = Array.from({ length: 600 }, (_, minute) => {
    const t = minute === 599 ? 4711.25 : 20 + (minute % 2);
    return { device_id: device, ts: START + minute * 60_000, t };
  });
  expect((await hub.post(readings)).status).toBe(200);
}

async function get<T>(hub: HubInside, path: string): Promise<T> {
  const response = await hub.fetch(path);
  expect(response.status).toBe(200);
  return response.json();
}

const device = (hub: HubInside, id = "pi") => get<Device>(hub, `/api/v1/devices/${id}`);
const latest = async (hub: HubInside, id = "pi") => (await device(hub, id)).metrics.map(({ latest }) => latest);
const mendsOf = async (hub: HubInside, id = "pi") =>
  (await get<{ mends: Mend[] }>(hub, `/api/v1/devices/${id}/mends`)).mends;

async function mend(hub: HubInside, body: object, id = "pi") {
  const sent = { metric: "t", from: START, to: NOW, ...body };
  const response = await hub.fetch(`/api/v1/devices/${id}/mends`, { method: "POST", body: JSON.stringify(sent) });
  return { status: response.status, ...(await response.json()) };
}

const undo = (hub: HubInside, { id, device: of }: Mend) =>
  hub.fetch(`/api/v1/devices/${of}/mends/${id}`, { method: "DELETE", body: "{}" });

/** Everything that is answered of a device's readings. */
async function shown(hub: HubInside, id = "pi"): Promise<unknown[]> {
  const range = `from=${START - DAY_MS}&to=${NOW}`;
  const charts = [10, 40, 1_000].map((points) => `/api/v1/devices/${id}/readings?metric=t&${range}&points=${points}`);
  const rows = `/api/v1/readings?device=${id}&limit=1000`;
  const frames = `/api/v1/frames?device=${id}&${range}&points=50&value=max`;
  const answers: unknown[] = await Promise.all([...charts, rows, frames].map((path) => get(hub, path)));
  for (const kind of ["csv", "json"])
    answers.push(await (await hub.fetch(`/api/v1/export.${kind}?device=${id}`)).text());
  return [...answers, await latest(hub, id)];
}

/** What is on disk of readings and their rollups. */
function stored(hub: HubInside): unknown {
  const db = new Database(`${hub.path}/bramble.db`, { readonly: true });
  try {
    const chunks = "SELECT chunk.*, hex(data) FROM chunk JOIN chunk_data ON id = data_id ORDER BY series, first";
    const rollups = "SELECT series, minutes, block, hex(slots) FROM rollup ORDER BY 1, 2, 3";
    return [chunks, rollups].map((sql) => db.prepare(sql).all());
  } finally {
    db.close();
  }
}

async function sealed(hub: HubInside): Promise<void> {
  // The journal is sealed once it is an hour old.
  hub.clock.advance(2 * HOUR_MS);
  await until("the readings are sealed", async () => (countOf(hub, "journal") === 0 ? true : undefined));
  expect(countOf(hub, "chunk")).toBeGreaterThan(0);
}

function countOf(hub: HubInside, table: "chunk" | "journal"): unknown {
  const db = new Database(`${hub.path}/bramble.db`, { readonly: true });
  try {
    return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  } finally {
    db.close();
  }
}

test("a correction applies everywhere immediately, is persistent, and leaves no trace when undone", async () => {
  await using hub = await startHubInside({ nowMs: NOW });
  await sendTenHours(hub);
  const before = await shown(hub);
  const preview = `/api/v1/devices/pi/mends/preview?metric=t&from=${START}&to=${NOW}&least=100`;
  expect(await get(hub, preview)).toEqual({ readings: 1 });

  const made = await mend(hub, { least: 100, repair: { kind: "hide" } });
  expect(made).toMatchObject({ status: 201, readings: 1, mend: { device: "pi", at: NOW, repair: { kind: "hide" } } });
  const [coarse, , fine, rows, frames, csv, json, newest] = await shown(hub);
  expect(newest).toEqual([{ ts: START + 598 * 60_000, value: 20 }]);
  const wrong = (answers: unknown[]) => answers.filter((answer) => JSON.stringify(answer).includes("4711.25")).length;
  expect(wrong(before)).toBe(before.length);
  expect(wrong([coarse, fine, rows, frames, csv, json])).toBe(0);
  expect(await get(hub, preview)).toEqual({ readings: 0 });
  expect(await device(hub)).toMatchObject({ mended: { mends: 1, changedMs: NOW } });

  // The next looks at what this one left; half of the readings are 20.
  const scaled = await mend(hub, { greatest: 20, repair: { kind: "scale", factor: 1.8, offset: 32 } });
  expect(scaled).toMatchObject({ status: 201, readings: 300 });
  const set = await mend(hub, { to: START + 60_000, repair: { kind: "set", value: -5 } });
  expect(set).toMatchObject({ readings: 1 });
  const mended = await shown(hub);
  expect(mended[5]).toContain(`${new Date(START).toISOString()},pi,t,-5\r\n`);
  expect(mended[5]).toContain(`${new Date(START + 120_000).toISOString()},pi,t,68\r\n`);
  await hub.restart();
  expect(await shown(hub)).toEqual(mended);
  expect((await mendsOf(hub)).map(({ id }) => id)).toEqual([made.mend.id, scaled.mend.id, set.mend.id]);

  // A late reading that lies in a box looks like those in it, also to who listens.
  await hub.post({ device_id: "pi", ts: START + 599 * 60_000, t: 4711.5 });
  expect(await latest(hub)).toEqual([{ ts: START + 598 * 60_000, value: 68 }]);
  await hub.post({ device_id: "pi", ts: START + 599 * 60_000, t: 4711.25 });

  for (const one of [scaled, made, set]) {
    const undone = await undo(hub, one.mend);
    expect(undone.status).toBe(200);
  }
  expect(await shown(hub)).toEqual(before);
  expect(await device(hub)).toMatchObject({ mended: { mends: 0 } });
  await hub.restart();
  expect(await shown(hub)).toEqual(before);
  expect(findings(`${hub.path}/bramble.db`)).toEqual([]);
});

test("sealed readings are not changed, and pass the check", async () => {
  await using hub = await startHubInside({ nowMs: NOW });
  await sendTenHours(hub);
  await sealed(hub);
  const [bytes, before] = [stored(hub), await shown(hub)];
  const made = await mend(hub, { from: START + 7 * 60_000, repair: { kind: "scale", factor: -0.1, offset: 3 } });
  expect(made.readings).toBe(593);
  const mended = await shown(hub);
  expect(mended).not.toEqual(before);
  expect(stored(hub)).toEqual(bytes);
  expect(findings(`${hub.path}/bramble.db`)).toEqual([]);
  await undo(hub, made.mend);
  expect(await shown(hub)).toEqual(before);
  expect(stored(hub)).toEqual(bytes);
});

test("corrections follow a device: renamed, merged, removed", async () => {
  await using hub = await startHubInside({ nowMs: NOW });
  await sendTenHours(hub, "old");
  await hub.post({ device_id: "old", ts: START, only: 7 });
  await hub.post({ device_id: "new", ts: NOW - 1_000, t: 22 });
  const hidden = await mend(hub, { least: 100, repair: { kind: "hide" } }, "old");
  await mend(hub, { metric: "only", repair: { kind: "hide" } }, "old");
  expect((await device(hub, "old")).metrics.map(({ name }) => name)).toEqual(["t"]);
  await hub.fetch("/api/v1/devices/old", { method: "PATCH", body: JSON.stringify({ name: "Shed" }) });
  expect(await mendsOf(hub, "old")).toHaveLength(2);

  const merged = await hub.fetch("/api/v1/devices/old/merge", {
    method: "POST",
    body: JSON.stringify({ into: "new" }),
  });
  expect(merged.status).toBe(200);
  const [csv] = (await shown(hub, "new")).slice(5, 6);
  expect(csv).not.toContain("4711.25");
  expect(String(csv).split("\r\n")).toHaveLength(1 + 599 + 1 + 1);
  const [first, only] = await mendsOf(hub, "new");
  if (first === undefined || only === undefined) throw new Error("a mend is lost");
  expect([first.id, first.at]).toEqual([`${hidden.mend.id}.new`, NOW]);
  await hub.restart();
  expect((await hub.fetch("/api/v1/devices/old/mends")).status).toBe(404);
  await undo(hub, first);
  await undo(hub, only);
  const whole = await hub.fetch("/api/v1/export.csv?device=new");
  expect((await whole.text()).split("\r\n")).toHaveLength(1 + 601 + 1 + 1);

  await hub.fetch("/api/v1/devices/new", { method: "DELETE", body: "{}" });
  await hub.post({ device_id: "new", ts: NOW - 5_000, t: 3 });
  expect(await latest(hub, "new")).toEqual([{ ts: NOW - 5_000, value: 3 }]);
  expect(await mendsOf(hub, "new")).toEqual([]);
  expect(findings(`${hub.path}/bramble.db`)).toEqual([]);
});

test("retention removes corrected readings with their day; the others stay corrected, and can be undone", async () => {
  await using hub = await startHubInside({ nowMs: NOW });
  const oldMs = START - 5 * DAY_MS;
  const readings = [oldMs, START].flatMap((fromMs) =>
    Array.from({ length: 60 }, (_, minute) => ({ device_id: "pi", ts: fromMs + minute * 60_000, t: 20 + minute })),
  );
  expect((await hub.post(readings)).status).toBe(200);
  await sealed(hub);
  const older = await mend(hub, { from: oldMs, to: oldMs + HOUR_MS, repair: { kind: "set", value: 3 } });
  const across = await mend(hub, { from: oldMs, to: START + HOUR_MS, greatest: 49, repair: { kind: "set", value: 7 } });
  expect([older.readings, across.readings]).toEqual([60, 90]);
  const values = async () => {
    const rows = await get<{ readings: { value: number }[] }>(hub, "/api/v1/readings?device=pi&limit=1000");
    return rows.readings.map(({ value }) => value).reverse();
  };
  const rules = [{ keepDays: 2 }];
  await hub.fetch("/api/v1/retention", { method: "PUT", body: JSON.stringify({ rules }) });
  const count = async () => (await values()).length;
  await until("the old day is gone", async () => ((await count()) === 60 ? true : undefined));
  const kept = Array.from({ length: 60 }, (_, minute) => 20 + minute);
  expect(await values()).toEqual(kept.map((value) => (value <= 49 ? 7 : value)));
  const range = `from=${oldMs - DAY_MS}&to=${NOW}&points=10`;
  const { buckets } = await get<{ buckets: { min: number; n: number }[] }>(
    hub,
    `/api/v1/devices/pi/readings?metric=t&${range}`,
  );
  expect(buckets.reduce((sum, { n }) => sum + n, 0)).toBe(60);
  expect(Math.min(...buckets.map(({ min }) => min))).toBe(7);
  await hub.restart();
  for (const one of await mendsOf(hub)) expect((await undo(hub, one)).status).toBe(200);
  expect(await values()).toEqual(kept);
  expect(findings(`${hub.path}/bramble.db`)).toEqual([]);
});

test("rights, refusals and audit log of corrections", async () => {
  await using hub = await startHubInside({ nowMs: NOW });
  await sendTenHours(hub);
  const hide = { repair: { kind: "hide" } };
  expect(await mend(hub, { ...hide, from: NOW })).toMatchObject({ status: 400, error: "bad-request" });
  expect(await mend(hub, { ...hide, least: 2, greatest: 1 })).toMatchObject({ status: 400, error: "bad-request" });
  expect(await mend(hub, { repair: { kind: "set" } })).toMatchObject({ status: 400 });
  expect(await mend(hub, { ...hide, metric: " " })).toMatchObject({ status: 400, error: "bad-metric" });
  expect(await mend(hub, hide, "nobody")).toMatchObject({ status: 404, error: "no-such-device" });
  const key = JSON.stringify({ name: "reader", role: "viewer" });
  const { key: viewer } = await (await hub.fetch("/api/v1/api-keys", { method: "POST", body: key })).json();
  const refused = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/devices/pi/mends`, {
    method: "POST",
    headers: { Authorization: `Bearer ${viewer}`, "Content-Type": "application/json" },
    body: JSON.stringify({ metric: "t", from: START, to: NOW, ...hide }),
  });
  expect(refused.status).toBe(403);
  const made = await mend(hub, { ...hide, greatest: 20 });
  expect((await undo(hub, made.mend)).status).toBe(200);
  expect((await undo(hub, made.mend)).status).toBe(404);
  const { entries } = await get<{ entries: { action: string; details: object }[] }>(hub, "/api/v1/audit?action=mend.");
  const done = entries.filter(({ details }) => !("code" in details));
  expect(done.map(({ action }) => action).slice(0, 2)).toEqual(["mend.undo", "mend.apply"]);
  expect(done[1]?.details).toMatchObject({
    mend: made.mend.id,
    metric: "t",
    greatest: 20,
    kind: "hide",
    readings: 300,
  });
});

describe("many hidden readings", () => {
  const COUNT = 300_000;
  const PI = deviceId("pi");
  const T = metricName("t");
  const EVERYTHING = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 10 } as const;

  /** One reading of 1, then all of 0, a second each; and how many rows were read of the store since the last time. */
  async function storeMany(open: TestStore) {
    const { readings } = open.store;
    for (let start = 0; start < COUNT; start += 10_000) {
      const some = Array.from({ length: 10_000 }, (_, row) => {
        const value = start + row === 0 ? 1 : 0;
        return { device: PI, metric: T, tsMs: START + 1_000 * (start + row), value };
      });
      await readings.append({ readings: some, attributes: [], receivedAtMs: START });
    }
    let count = 0;
    const counted: ReadingStore = {
      ...readings,
      page: async (query) => {
        const page = await readings.page(query);
        count += page.tsMs.length;
        return page;
      },
    };
    const rowsRead = () => {
      const read = count;
      count = 0;
      return read;
    };
    const list = new MendList(open.store.records, systemClock);
    const whole: Mend = {
      id: "m",
      device: "pi",
      metric: "t",
      from: 0,
      to: START + 1_000 * COUNT,
      repair: { kind: "hide" },
      by: "Ada",
      at: START,
    };
    const hide = (box: Partial<Mend>) => list.add({ ...whole, ...box });
    return { mended: mendedReadings(counted, list), hide, rowsRead };
  }

  test("end a page before it is full: each page reads its share, and the next one continues", async () => {
    await using open = await openTestStore();
    const { mended, hide, rowsRead } = await storeMany(open);
    await hide({ greatest: 0.5 });
    const values: number[] = [];
    let pages = 0;
    for (let after: ReadingPosition | null = null; ; pages++) {
      const page: ReadingPage = await mended.page({ ...EVERYTHING, order: "newest-first", after });
      expect(rowsRead()).toBeLessThan(COUNT / 2);
      values.push(...page.values);
      after = page.more ? endOf(page) : null;
      if (after === null) break;
    }
    expect(pages).toBeGreaterThan(1);
    expect(values).toEqual([1]);
    expect(await newestOf(mended, { device: PI, metric: T })).toMatchObject({ tsMs: START, value: 1 });
    // What is looked up for an import is found behind them.
    const first = makeReading("pi", "t", START, 5);
    const last = makeReading("pi", "t", START + 1_000 * COUNT, 5);
    await open.store.readings.append({ readings: [last], attributes: [], receivedAtMs: START });
    expect([...(await storedValues(mended, [first, last])).values()].sort()).toEqual([1, 5]);
  });

  test("are not read where they are hidden whatever they are", async () => {
    await using open = await openTestStore();
    const { mended, hide, rowsRead } = await storeMany(open);
    await hide({ from: START + 1_000 });
    const series = { ...EVERYTHING, devices: [PI], metrics: [T], after: null };
    for (const order of ["newest-first", "oldest-first"] as const)
      expect([...(await mended.page({ ...series, order })).values]).toEqual([1]);
    expect(await newestOf(mended, { device: PI, metric: T })).toMatchObject({ tsMs: START, value: 1 });
    expect(rowsRead()).toBeLessThan(10_000);
  });
});

test("a mend that is made while its device is removed is gone with it", async () => {
  await using open = await openTestStore();
  const pi = deviceId("pi");
  const { readings: stored, records } = open.store;
  const list = new MendList(records, systemClock);
  let isKnown = true;
  const onChange = async () => undefined;
  const mending = new Mending({
    list,
    stored,
    clock: systemClock,
    makeId: () => "m",
    isKnown: () => isKnown,
    onChange,
  });
  const applying = mending.apply(pi, { metric: "t", from: START, to: NOW, repair: { kind: "hide" } }, "Ada");
  await records.removeDevice(pi);
  isKnown = false;
  list.forget(pi);
  expect(await applying).toMatchObject({ code: "no-such-device" });
  expect(list.ofDevice(pi)).toEqual([]);
  await open.reopen();
  const next = new MendList(open.store.records, systemClock);
  await next.start();
  expect(next.ofDevice(pi)).toEqual([]);
});
