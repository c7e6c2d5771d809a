// Imports by the API of a whole hub: what is counted is what is stored, the same file twice changes nothing, and an export that is
// imported into an empty hub is exported as the same bytes.
import { describe, expect, test } from "vitest";
import type { Import, ImportFormChanges } from "../../../src/shared/history/import.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { Importer, importFile } from "../../support/importer.ts";
import { until } from "../../support/until.ts";

const NOW_MS = Date.UTC(2026, 6, 1);
const LONG = "time,device,metric,value\r\n";

const startEmptyHub = () => startHubInside({ nowMs: NOW_MS });
const exported = async (hub: HubInside, query = "") => (await hub.fetch(`/api/v1/export.csv?${query}`)).text();

test("the same file twice changes nothing, and a changed value is counted and wins", async () => {
  await using hub = await startEmptyHub();
  const rows = Array.from({ length: 6_000 }, (_, at) => `${1_700_000_000 + 60 * at},pi,t,${at / 4}`);
  const file = ["time,device,metric,value", ...rows, ""].join("\n");
  const importer = await Importer.begin(hub, file);
  expect((await importer.pass("check"))?.counts).toMatchObject({
    rows: 6_000,
    fresh: 6_000,
    newDevices: ["pi"],
    newMetrics: 1,
  });
  expect(await exported(hub), "a check stores nothing").toBe(LONG);
  expect((await importer.pass("store"))?.counts).toMatchObject({ fresh: 6_000, known: 0 });
  const stored = await exported(hub);
  expect(stored.split("\r\n")).toHaveLength(6_002);
  const again = await importFile(hub, file);
  expect(again.pass?.counts).toMatchObject({ fresh: 0, changed: 0, known: 6_000, newDevices: [], newMetrics: 0 });
  expect(await exported(hub)).toBe(stored);
  const corrected = await importFile(hub, file.replace("1700000060,pi,t,0.25", "1700000060,pi,t,99"));
  expect(corrected.pass?.counts).toMatchObject({ fresh: 0, changed: 1, known: 5_999 });
  expect(await exported(hub)).toContain(",99\r\n");
});

test("hourly readings are looked up among those of a fast series", async () => {
  await using hub = await startEmptyHub();
  const second = Array.from({ length: 9_000 }, (_, at) => ({ device_id: "pi", ts: 1_700_000_000 + at, t: at }));
  for (const part of [second.slice(0, 4_500), second.slice(4_500)]) await hub.post(part);
  const hours = [0, 3_600, 7_200, 10_800].map((at) => `${1_700_000_000 + at},${at === 3_600 ? -1 : at}`);
  const { pass } = await importFile(hub, ["time,t", ...hours].join("\n"), { device: "pi" });
  expect(pass?.counts).toMatchObject({ fresh: 1, changed: 1, known: 2 });
});

test("a hidden reading that is imported again stays hidden", async () => {
  await using hub = await startEmptyHub();
  const file = "time,device,t\n2026-01-01T00:00:00Z,pi,20\n2026-01-01T00:01:00Z,pi,4711\n";
  await importFile(hub, file);
  const hide = { metric: "t", from: 0, to: NOW_MS, least: 100, repair: { kind: "hide" } };
  await hub.fetch("/api/v1/devices/pi/mends", { method: "POST", body: JSON.stringify(hide) });
  await importFile(hub, file);
  const { metrics } = await (await hub.fetch("/api/v1/devices/pi")).json();
  expect(metrics).toMatchObject([{ name: "t", latest: { value: 20 } }]);
});

test("a unit is learnt also where the readings with it are known", async () => {
  await using hub = await startEmptyHub();
  await hub.post({ device_id: "pi", ts: "2026-01-01T00:00:00Z", t: 20 });
  const { pass } = await importFile(hub, "time,device,t [°C]\n2026-01-01T00:00:00Z,pi,20\n");
  expect(pass?.counts).toMatchObject({ fresh: 0, known: 1 });
  const { metrics } = await (await hub.fetch("/api/v1/devices/pi")).json();
  expect(metrics).toMatchObject([{ name: "t", unit: "°C" }]);
});

describe("what is refused", () => {
  test("is reported with line and reason, while the rest is stored", async () => {
    await using hub = await startEmptyHub();
    const file = `time,device,metric,value
2026-01-01T00:00:00Z,pi,t,1
yesterday,pi,t,2
2026-01-01T00:01:00Z,"pi
x!",t,3
2026-01-01T00:02:00Z,pi,t,warm
1999-01-01T00:00:00Z,pi,t,5
2027-01-01T00:00:00Z,pi,t,6
2026-01-01T00:03:00Z,pi,t,unavailable
2026-01-01T00:04:00Z,pi,t,ON
`;
    const { pass } = await importFile(hub, file);
    expect(pass?.counts).toMatchObject({ rows: 8, fresh: 2, empty: 1, refused: 5 });
    expect(pass?.refusedLines.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      "3 “yesterday” is no time in the form that was chosen.",
      "4 “pi\nx!” is no device id: 1 to 64 of A-Z a-z 0-9 _ - . :, and a letter or digit first.",
      "6 “warm” in column 4 is no number.",
      "7 “1999-01-01T00:00:00Z” is before the year 2000.",
      "8 “2027-01-01T00:00:00Z” is in the future. Is the time zone right?",
    ]);
  });

  test("rows of notes at the end of an export are not refused", async () => {
    await using hub = await startEmptyHub();
    const long = "time,device,metric,value,note\n2026-01-01T00:00:00Z,pi,t,1,\n2026-01-01T00:01:00Z,,,,moved\n";
    expect((await importFile(hub, long)).pass?.counts).toMatchObject({ fresh: 1, empty: 1, refused: 0 });
    const wide = "time,device,t,u,note\n2026-01-01T00:02:00Z,pi,1,2,\n2026-01-01T00:03:00Z,,,,moved\n";
    expect((await importFile(hub, wide)).pass?.counts).toMatchObject({ fresh: 2, empty: 1, refused: 0 });
  });

  test("a blocked device is refused; one that waits joins by being imported", async () => {
    await using hub = await startHubInside({ nowMs: NOW_MS, joining: "ask" });
    for (const device of ["bad", "shy"]) await hub.post({ device_id: device, t: 1 });
    await hub.fetch("/api/v1/devices/bad/block", { method: "POST", body: "{}" });
    const { pass } = await importFile(hub, "time,device,t\n2026-01-01,bad,1\n2026-01-01,shy,1\n2026-01-01,new,1\n");
    expect(pass?.refusedLines).toEqual([{ line: 2, reason: "bad is blocked. Approve it first." }]);
    await hub.restart();
    const { devices: list } = await (await hub.fetch("/api/v1/devices")).json();
    const shown = list.map((one: { id: string; joining: string; presence: { online: boolean } }) => [
      one.id,
      one.joining,
    ]);
    expect(shown.toSorted()).toEqual([
      ["bad", "blocked"],
      ["new", "approved"],
      ["shy", "approved"],
    ]);
  });
});

test("what was stored before an import is cancelled stays, and the next one knows it", async () => {
  await using hub = await startEmptyHub();
  const rows = Array.from({ length: 30_000 }, (_, at) => `${1_700_000_000 + at},pi,t,${at}`);
  const file = ["time,device,metric,value", ...rows, ""].join("\n");
  const importer = await Importer.begin(hub, file);
  await importer.start("store");
  await importer.sendPiece();
  const other = await hub.fetch("/api/v1/imports?name=other.csv", { method: "POST", body: file.slice(0, 1_000) });
  expect([other.status, (await other.json()).error]).toEqual([409, "import-running"]);
  await importer.cancel();
  expect(await importer.sendPiece()).toMatchObject({ error: "no-such-import" });
  const stored = (await exported(hub)).split("\r\n").length - 2;
  expect(stored).toBeGreaterThan(1_000);
  expect(stored).toBeLessThan(30_000);
  const { pass } = await importFile(hub, file);
  expect(pass?.counts).toMatchObject({ known: stored, fresh: 30_000 - stored });
});

test("while a piece is imported its form stays, and no other pass begins", async () => {
  await using hub = await startEmptyHub();
  const rows = Array.from({ length: 30_000 }, (_, at) => `${1_700_000_000 + at},pi,t,${at}`);
  const importer = await Importer.begin(hub, ["time,device,metric,value", ...rows, ""].join("\n"));
  await importer.start("store");
  const piece = importer.sendPiece();
  await until("some of it is stored", async () => (await exported(hub)).split("\r\n").length > 3 || undefined);
  for (const tried of [importer.change({ zone: "Asia/Seoul" }), importer.start("check")])
    expect(await tried).toMatchObject({ error: "import-running" });
  expect((await piece).pass).toMatchObject({ kind: "store" });
  expect((await importer.change({ zone: "Asia/Seoul" })).pass).toBeNull();
});

test("importing requires an administrator, and is in the audit log", async () => {
  await using hub = await startEmptyHub();
  await importFile(hub, "time,device,t\n2026-01-01,pi,1\n");
  const done = await until("the entry", async () => {
    const { entries } = await (await hub.fetch("/api/v1/audit?action=import.done")).json();
    return entries[0];
  });
  expect(done).toMatchObject({ subject: "history.csv", details: { fresh: 1, changed: 0, refused: 0 } });
  const body = JSON.stringify({ name: "program", role: "operator" });
  const { key } = await (await hub.fetch("/api/v1/api-keys", { method: "POST", body })).json();
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/imports`, { method: "POST", body: "t", headers });
  expect(answer.status).toBe(403);
});

test("pieces out of order and an invalid form are refused", async () => {
  await using hub = await startEmptyHub();
  const importer = await Importer.begin(hub, "a,b\nx,y\n");
  expect(importer.state.problem).toBe("No column is chosen as the time.");
  expect(await importer.sendPiece()).toMatchObject({ error: "import-offset" });
  const wrong: ImportFormChanges = { zone: "Mars/Base" };
  expect((await importer.change(wrong)).problem).toContain("“Mars/Base” is no time zone");
  const late: Import = await importer.change({ zone: "Asia/Seoul", columns: [{ role: "time" }, { role: "value" }] });
  expect(late.problem).toBeNull();
  expect(late.preview[0]).toMatchObject({
    line: 1,
    cells: ["a", "b"],
    readings: [],
    reason: expect.stringContaining("“a”"),
  });
});
