// Notes on the time axis: stored, announced to other windows, audited, moved and removed with their device, visible only with the
// device, and an optional column of the CSV.
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../../../src/hub/clock.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import { Annotations } from "../../../src/hub/timeline/annotations.ts";
import type { LiveTicket } from "../../../src/shared/api.ts";
import type { Annotation } from "../../../src/shared/history/timeline.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { deviceId, openTestStore, type TestStore } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const START = Date.UTC(2026, 0, 31, 12);
const MINUTE_MS = 60_000;

const send = (hub: HubInside, method: string, path: string, body?: object) =>
  hub.fetch(`/api/v1/${path}`, { method, body: method === "GET" ? null : JSON.stringify(body ?? {}) });

async function add(hub: HubInside, note: object): Promise<Annotation> {
  const answer = await send(hub, "POST", "annotations", note);
  expect(answer.status).toBe(201);
  return answer.json();
}

async function list(hub: HubInside, query = "", token = hub.token): Promise<Annotation[]> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/annotations${query}`, { headers });
  return (await answer.json()).annotations;
}

const textsOf = (notes: readonly Annotation[]) => notes.map(({ text }) => text);

test("a note is kept over a restart, changed, removed, and brought back", async () => {
  await using hub = await startHubInside({ nowMs: START });
  await hub.post({ device_id: "pi", t: 1 });
  const window = await add(hub, { time: START, text: " window open ", device: "pi" });
  const moved = await add(hub, { time: START - MINUTE_MS, timeEnd: START + MINUTE_MS, text: "moved to cellar" });
  expect(window).toMatchObject({ text: "window open", device: "pi", by: "this computer", changedMs: START });
  await hub.restart();
  expect(await list(hub)).toEqual([moved, window]);
  const changed = { time: START, text: "door open", device: "pi" };
  expect((await send(hub, "PUT", `annotations/${window.id}`, changed)).status).toBe(200);
  expect((await send(hub, "DELETE", `annotations/${moved.id}`)).status).toBe(204);
  await hub.restart();
  expect(textsOf(await list(hub))).toEqual(["door open"]);
  const { id: _id, by: _by, changedMs: _changedMs, ...again } = moved;
  expect(await (await send(hub, "PUT", `annotations/${moved.id}`, again)).json()).toMatchObject(moved);
  const { entries } = await (await hub.fetch("/api/v1/audit")).json();
  const actions = entries.map(({ action, subject }: Record<string, string>) => `${action} ${subject}`);
  expect(actions).toEqual(expect.arrayContaining([`annotation.add pi`, `annotation.remove ${moved.id}`]));
});

test("an interval has notes that overlap it, and a device its own and global ones", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (const device of ["pi", "other"]) await hub.post({ device_id: device, t: 1 });
  await add(hub, { time: START, text: "moment", device: "pi" });
  await add(hub, { time: START - 10, timeEnd: START + 10, text: "all" });
  await add(hub, { time: START, text: "other's", device: "other" });
  expect(textsOf(await list(hub, "?device=pi"))).toEqual(["all", "moment"]);
  expect(textsOf(await list(hub, `?device=pi&from=${START + 1}`))).toEqual(["all"]);
  expect(textsOf(await list(hub, `?device=pi&to=${START}`))).toEqual(["all"]);
  expect(await list(hub, `?from=${START + 11}`)).toEqual([]);
});

const NO_NOTES = [
  { time: START, text: "" },
  { time: START, text: " \t" },
  { time: START, text: "two\nlines" },
  { time: START, timeEnd: START, text: "no stretch" },
  { time: "now", text: "no time" },
  { time: 12, text: "before any clock" },
  { time: START, text: "x".repeat(201) },
  { time: START, text: "more", more: 1 },
];

test("invalid notes are refused", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (const note of NO_NOTES)
    expect((await send(hub, "POST", "annotations", note)).status, JSON.stringify(note)).toBe(400);
  expect(await list(hub)).toEqual([]);
});

test("a person of one room may only note devices in it, and a viewer nothing", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (const device of ["near", "far"]) await hub.post({ device_id: device, t: 1 });
  await send(hub, "PATCH", "devices/near", { room: "attic" });
  const far = await add(hub, { time: START, text: "far", device: "far" });
  await add(hub, { time: START, text: "all" });
  const keyOf = async (role: string) =>
    (await (await send(hub, "POST", "api-keys", { name: role, role, rooms: ["attic"] })).json()).key;
  const ask = async (key: string, method: string, path: string, body: object) =>
    (
      await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/${path}`, {
        method,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      })
    ).status;
  const [operator, viewer] = [await keyOf("operator"), await keyOf("viewer")];
  const near = { time: START, text: "near", device: "near" };
  expect(await ask(viewer, "POST", "annotations", near)).toBe(403);
  expect(await ask(operator, "POST", "annotations", near)).toBe(201);
  expect(await ask(operator, "POST", "annotations", { ...near, device: "far" })).toBe(404);
  expect(await ask(operator, "POST", "annotations", { time: START, text: "all" })).toBe(403);
  expect(await ask(operator, "PUT", `annotations/${far.id}`, near)).toBe(404);
  expect(await ask(operator, "DELETE", `annotations/${far.id}`, {})).toBe(404);
  expect(textsOf(await list(hub, "", viewer)).toSorted()).toEqual(["all", "near"]);
  const csv = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/export.csv?notes=1`, {
    headers: { Authorization: `Bearer ${viewer}` },
  });
  expect((await csv.text()).match(/near|far|all/g)?.toSorted()).toEqual(["all", "near", "near"]);
});

test("other windows are told, and a device takes its notes along when it is merged or removed", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (const device of ["old", "new", "gone"]) await hub.post({ device_id: device, t: 1 });
  const { ticket }: LiveTicket = await (await send(hub, "POST", "live/ticket", {})).json();
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/api/v1/live?ticket=${ticket}`);
  const types: string[] = [];
  socket.on("message", (data) => types.push(JSON.parse(String(data)).type));
  await new Promise((resolve) => socket.once("open", resolve));
  await add(hub, { time: START, text: "of old", device: "old" });
  await until("the window is told", async () => (types.includes("timeline") ? true : undefined));
  socket.close();
  await add(hub, { time: START, text: "of gone", device: "gone" });
  expect((await send(hub, "POST", "devices/old/merge", { into: "new" })).status).toBe(200);
  expect((await send(hub, "DELETE", "devices/gone")).status).toBe(204);
  expect(await list(hub)).toMatchObject([{ text: "of old", device: "new" }]);
  await hub.restart();
  expect(await list(hub)).toMatchObject([{ text: "of old", device: "new" }]);
});

test("CSV has notes as its last column where that is asked for, and is as it was otherwise", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (const [index, device] of ["a", "b", "a", "a", "a"].entries())
    await hub.post({ device_id: device, ts: START + index * 1_000, t: index, u: index });
  await add(hub, { time: START + 1_500, text: "=open; wide", device: "a" });
  await add(hub, { time: START + 3_000, timeEnd: START + 4_000, text: "for all, a while" });
  const csv = async (query: string) => {
    const rows = (await (await hub.fetch(`/api/v1/export.csv?${query}`)).text()).trimEnd().split("\r\n");
    return rows.map((row) => row.replace(/^2026-01-31T12:00:0(\d)\.000Z/, "$1"));
  };
  expect(await csv("metric=t&notes=1")).toEqual([
    "time,device,metric,value,note",
    "0,a,t,0,",
    "1,b,t,1,",
    "2,a,t,2,'=open; wide",
    '3,a,t,3,"for all, a while"',
    "4,a,t,4,",
  ]);
  expect(await csv("device=a&layout=wide&notes=1")).toEqual([
    "time,device,t,u,note",
    "0,a,0,0,",
    "2,a,2,2,'=open; wide",
    '3,a,3,3,"for all, a while"',
    "4,a,4,4,",
  ]);
  // What no reading follows has a row of its own, and only once.
  await add(hub, { time: START + 7_000, text: "all done" });
  await add(hub, { time: START + 2_000, text: "taken away", device: "b" });
  expect((await csv("metric=t&notes=1")).slice(-3)).toEqual(["4,a,t,4,", "2,b,,,taken away", "7,,,,all done"]);
  expect((await csv("device=b&layout=wide&notes=1")).slice(1)).toEqual([
    "1,b,1,1,",
    "2,b,,,taken away",
    '3,,,,"for all, a while"',
    "7,,,,all done",
  ]);
  expect((await csv(`device=b&notes=1&to=${START + 2_000}`)).slice(1)).toEqual(["1,b,t,1,", "1,b,u,1,"]);
  expect((await csv("device=b"))[0]).toBe("time,device,metric,value");
  expect((await hub.fetch("/api/v1/export.csv?notes=yes")).status).toBe(400);
});

test("a note that is written while its device is removed is gone with it", async () => {
  await using open = await openTestStore();
  const pi = deviceId("pi");
  const known = new Set<string>([pi]);
  const events = new HubEvents();
  const annotationsOf = ({ store: { records } }: TestStore) =>
    new Annotations({ records, clock: systemClock, isKnown: (device) => known.has(device), events, onFailure: fail });
  const fail = (error: unknown) => {
    throw error;
  };
  const annotations = annotationsOf(open);
  const removing = open.store.records.removeDevice(pi).then(() => {
    known.delete(pi);
    events.deviceRemoved.emit(pi);
  });
  const written = annotations.put({ time: START, text: "window open", device: pi }, "Ada");
  await removing;
  expect(await written).toMatchObject({ code: "no-such-device" });
  const all = { fromMs: 0, toMs: START * 2 };
  expect(annotations.list(all)).toEqual([]);
  await open.reopen();
  const next = annotationsOf(open);
  await next.start();
  expect(next.list(all)).toEqual([]);
});
