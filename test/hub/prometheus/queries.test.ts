// The Prometheus API of a hub, used as by Grafana and promtool: responses, authorisation, and errors of unsupported queries.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { selectSeries } from "../../../src/hub/prometheus/reading-series.ts";
import { toMatcher } from "../../../src/hub/prometheus/syntax/matchers.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { deviceId, metricName } from "../../support/stores/store.ts";
import { ensurePackages } from "../../support/system/apt.ts";

const T0 = Date.UTC(2026, 0, 31, 12);
const SECONDS = T0 / 1_000;
const API = "/api/prometheus/api/v1";
const run = promisify(execFile);

type Parameters = Readonly<Record<string, string>>;

/** By GET, as the administrator. */
async function ask(hub: HubInside, path: string, parameters: Parameters = {}) {
  const answer = await hub.fetch(`${API}/${path}?${new URLSearchParams(parameters)}`);
  return { status: answer.status, body: await answer.json() };
}

/** By POST with a form, as Grafana asks, with what an API key or a person's token is good for. */
async function post(hub: HubInside, path: string, parameters: Parameters, key = hub.token) {
  const answer = await fetch(`http://127.0.0.1:${hub.httpPort}${API}/${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: new URLSearchParams(parameters),
  });
  return { status: answer.status, body: await answer.json() };
}

async function apiKey(hub: HubInside, rooms?: readonly string[]): Promise<string> {
  const body = JSON.stringify({ name: "grafana", role: "viewer", ...(rooms && { rooms }) });
  return (await (await hub.fetch("/api/v1/api-keys", { method: "POST", body })).json()).key;
}

/** Ten minutes of readings of two devices in two rooms, and one that is blocked. */
async function filled(): Promise<HubInside> {
  const hub = await startHubInside({ nowMs: T0 });
  const times = Array.from({ length: 61 }, (_, n) => T0 - 600_000 + n * 10_000);
  await hub.post(times.map((ts, n) => ({ device_id: "attic", ts, temperature: `${n} °C`, humidity: 50 })));
  await hub.post(times.map((ts, n) => ({ device_id: "cellar", ts, temperature: n / 2 })));
  await hub.post({ device_id: "blocked", temperature: 1 });
  await hub.fetch("/api/v1/devices/blocked/block", { method: "POST", body: "{}" });
  for (const room of ["attic", "cellar"])
    await hub.fetch(`/api/v1/devices/${room}`, { method: "PATCH", body: JSON.stringify({ room: `${room} room` }) });
  return hub;
}

const attic = { device: "attic", metric: "temperature", room: "attic room", unit: "°C" };
const cellar = { device: "cellar", metric: "temperature", room: "cellar room" };
const named = { __name__: "bramble_reading" };

test("answers the queries of Grafana's data source", async () => {
  await using hub = await filled();
  const key = await apiKey(hub);
  const grafana = (path: string, parameters: Parameters) => post(hub, path, parameters, key);
  // “Save & test”.
  expect(await grafana("query", { query: "1+1", time: "4" })).toEqual({
    status: 200,
    body: { status: "success", data: { resultType: "scalar", result: [4, "2"] } },
  });
  expect((await ask(hub, "status/buildinfo")).body.data.version).toMatch(/^3\./);
  // A panel.
  const range = { start: String(SECONDS - 30), end: String(SECONDS), step: "15" };
  const query = 'bramble_reading{metric="temperature"}';
  expect((await grafana("query_range", { ...range, query })).body.data).toEqual({
    resultType: "matrix",
    result: [
      {
        metric: { ...named, ...attic },
        values: [
          [SECONDS - 30, "57"],
          [SECONDS - 15, "58"],
          [SECONDS, "60"],
        ],
      },
      {
        metric: { ...named, ...cellar },
        values: [
          [SECONDS - 30, "28.5"],
          [SECONDS - 15, "29"],
          [SECONDS, "30"],
        ],
      },
    ],
  });
  // An alert's rule.
  const alert = 'avg by (room) (avg_over_time(bramble_reading{metric=~"temp.*"}[1m])) > 40';
  expect((await grafana("query", { query: alert, time: new Date(T0).toISOString() })).body.data).toEqual({
    resultType: "vector",
    result: [{ metric: { room: "attic room" }, value: [SECONDS, "57.5"] }],
  });
  const ever = 'max_over_time(bramble_reading{device="cellar"}[290y])';
  expect((await grafana("query", { query: ever, time: String(SECONDS) })).body.data.result).toEqual([
    { metric: cellar, value: [SECONDS, "30"] },
  ]);
  // The editor, and variables of dashboards.
  const limit = { limit: "40000", start: String(SECONDS - 3_600), end: String(SECONDS) };
  expect((await grafana("labels", limit)).body.data).toEqual(["__name__", "device", "metric", "room", "unit"]);
  const values = (label: string, more: Parameters = {}) => ask(hub, `label/${label}/values`, { ...limit, ...more });
  expect((await values("__name__")).body.data).toEqual(["bramble_reading", "bramble_reading_timestamp_seconds"]);
  expect((await values("device", { "match[]": 'bramble_reading{metric="humidity"}' })).body.data).toEqual(["attic"]);
  expect((await values("no_such")).body.data).toEqual([]);
  const series = { ...limit, "match[]": 'bramble_reading{device="cellar"}' };
  expect((await grafana("series", series)).body.data).toEqual([{ ...named, ...cellar }]);
  expect((await grafana("series", { "match[]": '{__name__!=""}', limit: "2" })).body).toMatchObject({
    data: [{}, {}],
    warnings: [expect.stringContaining("limit")],
  });
  expect((await ask(hub, "metadata", { metric: "bramble_reading" })).body.data).toEqual({
    bramble_reading: [{ type: "gauge", help: expect.any(String), unit: "" }],
  });
  expect((await ask(hub, "format_query", { query: "sum(bramble_reading)by(room)" })).body.data).toBe(
    "sum by (room) (bramble_reading)",
  );
});

test("readings are valid for five minutes, or until their metric is stale", async () => {
  await using hub = await startHubInside({ nowMs: T0 });
  for (let hour = 0; hour < 6; hour++) {
    await hub.post({ device_id: "slow", temperature: hour });
    await hub.post({ device_id: "fast", ts: hub.clock.now(), temperature: hour });
    for (let second = 0; second < 5; second++) {
      hub.clock.advance(1_000);
      await hub.post({ device_id: "fast", temperature: 9 });
    }
    hub.clock.advance(3_595_000);
  }
  const devices = async (minutes: number): Promise<string[]> => {
    const time = String((hub.clock.now() - 3_600_000) / 1_000 + minutes * 60);
    const { body } = await ask(hub, "query", { query: "bramble_reading", time });
    return body.data.result.map(({ metric }: { metric: { device: string } }) => metric.device);
  };
  expect(await devices(4)).toEqual(["slow", "fast"]);
  expect(await devices(6)).toEqual(["slow"]);
  expect(await devices(179)).toEqual(["slow"]);
  expect(await devices(181)).toEqual([]);
});

test("a key for some rooms sees the series of those, on every route", async () => {
  await using hub = await filled();
  const key = await apiKey(hub, ["attic room"]);
  const devicesIn = (body: unknown) => [...new Set(JSON.stringify(body).match(/attic|cellar|blocked/g))];
  const query = "bramble_reading";
  const range = { query, start: String(SECONDS - 60), end: String(SECONDS), step: "30s" };
  for (const [path, parameters] of [
    ["query", { query }],
    ["query", { query: "bramble_reading[1m]" }],
    ["query", { query: "sum by (device) (rate(bramble_reading[5m]))" }],
    ["query_range", range],
    ["series", { "match[]": query }],
  ] as const) {
    expect(devicesIn((await post(hub, path, parameters, key)).body), path).toEqual(["attic"]);
    expect(devicesIn((await post(hub, path, parameters)).body), path).toEqual(["attic", "cellar"]);
  }
  const values = await fetch(`http://127.0.0.1:${hub.httpPort}${API}/label/device/values`, {
    headers: { Authorization: `Basic ${Buffer.from(`grafana:${key}`).toString("base64")}` },
  });
  expect(await values.json()).toEqual({ status: "success", data: ["attic"] });
});

test("unsupported queries are refused in Prometheus' format with a message", async () => {
  await using hub = await filled();
  const range = { query: "bramble_reading", start: "0", end: "60", step: "1" };
  for (const [path, parameters, status, errorType, words] of [
    ["query", {}, 400, "bad_data", "“query” is missing"],
    ["query", { query: "1", time: "noon" }, 400, "bad_data", "“time” is “noon”"],
    ["query", { query: "1", timeout: "-1" }, 400, "bad_data", "“timeout” is “-1”"],
    ["query", { query: "topk(1, bramble_reading)" }, 400, "bad_data", "“topk” is no aggregation"],
    ["query", { query: '{device!=""} + 1' }, 422, "execution", "several series of the same labels"],
    ["query_range", { ...range, step: "0" }, 400, "bad_data", "“step” is “0”"],
    ["query_range", { ...range, end: "" }, 400, "bad_data", "“end” is missing"],
    ["query_range", { ...range, start: "61" }, 400, "bad_data", "before “start”"],
    ["query_range", { ...range, end: "11000" }, 400, "bad_data", "11001 points of each series, and 11000 is the most"],
    ["query_range", { ...range, query: "bramble_reading[5m]" }, 400, "bad_data", "put a function around it"],
    ["series", {}, 400, "bad_data", "“match[]” is missing"],
    ["series", { "match[]": "1" }, 400, "bad_data", "is no selector"],
    ["labels", { limit: "many" }, 400, "bad_data", "“limit” is “many”"],
  ] as const) {
    const error = expect.stringContaining(words);
    const expected = { status, body: { status: "error", errorType, error } };
    expect(await ask(hub, path, parameters), `${path} ${words}`).toEqual(expected);
    expect(await post(hub, path, parameters), `${path} ${words}`).toEqual(expected);
  }
  const korean = await fetch(`http://127.0.0.1:${hub.httpPort}${API}/query?query=x%20and%20y`, {
    headers: { Authorization: `Bearer ${hub.token}`, "Accept-Language": "ko" },
  });
  expect((await korean.json()).error).toContain("이 API에 없는 연산자입니다");
  expect((await hub.fetch(`${API}/query?query=1`, { method: "HEAD" })).status).toBe(200);
  expect((await hub.fetch(`${API}/query`, { method: "POST", body: "x".repeat(70_000) })).status).toBe(413);
});

test("promtool queries a hub", async () => {
  ensurePackages(["prometheus"], "the test of what Prometheus' own client asks");
  await using hub = await filled();
  const key = await apiKey(hub);
  const promtool = async (kind: string, secret: string, ...more: readonly string[]): Promise<string> => {
    const address = `http://promtool:${secret}@127.0.0.1:${hub.httpPort}/api/prometheus`;
    const { stdout, stderr } = await run("promtool", ["query", kind, address, ...more]).catch((error) => error);
    return stdout + stderr;
  };
  const time = ["--time", String(SECONDS)];
  const range = ["--start", String(SECONDS - 60), "--end", String(SECONDS), "--step", "60s"];
  const results = await Promise.all([
    promtool("instant", key, ...time, "1+1"),
    promtool("instant", key, ...time, 'rate(bramble_reading{device="attic",metric="temperature"}[1m])'),
    promtool("range", key, ...range, 'bramble_reading{device="cellar"}'),
    promtool("series", key, "--match", 'bramble_reading{metric="humidity"}', ...range.slice(0, 4)),
    promtool("labels", key, "room"),
    promtool("instant", key, "quantile(0.5, bramble_reading)"),
    promtool("instant", `brk_${"x".repeat(43)}`, "1+1"),
  ]);
  expect(results.map((text) => text.trim())).toEqual([
    `scalar: 2 @[${SECONDS}]`,
    `{device="attic", metric="temperature", room="attic room", unit="°C"} => 0.1 @[${SECONDS}]`,
    `bramble_reading{device="cellar", metric="temperature", room="cellar room"} =>\n27 @[${SECONDS - 60}]\n30 @[${SECONDS}]`,
    '{__name__="bramble_reading", device="attic", metric="humidity", room="attic room"}',
    "attic room\ncellar room",
    expect.stringContaining("bad_data: Character 1: “quantile” is no aggregation of this API"),
    expect.stringContaining("client error: 401"),
  ]);
});

test("a pattern that takes milliseconds for each label leaves others their turns, and ends when nobody waits for it", async () => {
  const described = Array.from({ length: 60 }, (_, index) => ({
    device: deviceId("pi"),
    metric: metricName(`${"a".repeat(60)}${index}`),
    unit: undefined,
    room: undefined,
    latest: { ts: T0, value: 1, usualPauseMs: null, silenceMs: null },
  }));
  const source = { describedSeries: () => described };
  // A matcher remembers what it has matched.
  const matchers = () => [toMatcher("__name__", "=", "bramble_reading"), toMatcher("metric", "=~", "(?:a?){900}.*")];
  let turns = 0;
  const isOver = new AbortController();
  const count = () => {
    turns++;
    if (!isOver.signal.aborted) setImmediate(count);
  };
  setImmediate(count);
  let found = 0;
  for await (const _ of selectSeries(
    source,
    matchers(),
    () => true,
    () => undefined,
  ))
    found++;
  expect(found).toBe(60);
  expect(turns).toBeGreaterThan(10);
  isOver.abort(new Error("nobody waits"));
  const look = async () => {
    for await (const _ of selectSeries(
      source,
      matchers(),
      () => true,
      () => isOver.signal.throwIfAborted(),
    ))
      found++;
  };
  await expect(look()).rejects.toThrow("nobody waits");
});
