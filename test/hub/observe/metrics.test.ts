// The metrics: names and units by Prometheus' conventions, and correct values.
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { describeHealth } from "../../../src/hub/observe/health.ts";
import { type HubFigures, Metrics } from "../../../src/hub/observe/metrics.ts";
import { message } from "../../../src/shared/messages/message.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

const figures: HubFigures = {
  store: {
    storedBytes: 4_000,
    storedReadings: 1_000,
    pendingReadings: 100,
    pendingSinceMs: 7_500,
    damagedParts: 2,
    details: {},
  },
  diskFreeBytes: 5e9,
  budget: { inFlightBytes: 0, heldBytes: 0, waiting: 0, cut: 0 },
  maxEventLoopDelaySeconds: 0,
  mqttClients: 3,
  devicesOnline: 2,
  devicesOffline: 1,
};

/** The samples of a text, by name and labels. */
function parse(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [name = "", value = ""] = line.split(/ (?=\S+$)/);
      return [name, Number(value)];
    }),
  );
}

async function scrape(hub: TestHub): Promise<Map<string, number>> {
  return parse(await (await fetch(`${hub.file.http}/metrics`)).text());
}

test("events are counted, and gauges read on demand", async () => {
  const metrics = new Metrics("1.2.3", new FakeClock(10_000));
  metrics.message("mqtt", "stored", 20);
  metrics.message("http", "stored", 5);
  metrics.message("http", "refused", 0);
  metrics.message("mqtt", "deferred", 0);
  metrics.refused("bad-device-id");
  metrics.commit(0.002, 2);
  const first = parse(await metrics.text(figures));
  expect(Object.fromEntries(first)).toMatchObject({
    bramble_readings_total: 25,
    'bramble_messages_total{transport="mqtt",outcome="stored"}': 1,
    'bramble_messages_total{transport="mqtt",outcome="refused"}': 0,
    'bramble_messages_total{transport="mqtt",outcome="deferred"}': 1,
    'bramble_messages_total{transport="http",outcome="stored"}': 1,
    'bramble_messages_total{transport="http",outcome="refused"}': 1,
    'bramble_refused_messages_total{code="bad-device-id"}': 1,
    'bramble_commit_duration_seconds_bucket{le="0.001"}': 0,
    'bramble_commit_duration_seconds_bucket{le="0.0025"}': 1,
    bramble_commit_duration_seconds_sum: 0.002,
    bramble_commit_messages_sum: 2,
    bramble_journal_readings: 100,
    bramble_sealing_lag_seconds: 2.5,
    bramble_stored_readings: 1_000,
    bramble_store_bytes: 4_000,
    bramble_bytes_per_reading: 4,
    bramble_damaged_chunks: 2,
    bramble_disk_free_bytes: 5e9,
    bramble_mqtt_clients: 3,
    'bramble_devices{presence="online"}': 2,
    'bramble_devices{presence="offline"}': 1,
    'bramble_build_info{version="1.2.3"}': 1,
  });

  metrics.message("mqtt", "stored", 1);
  const empty = { ...figures.store, storedReadings: 0, pendingReadings: 0, pendingSinceMs: null };
  const second = parse(await metrics.text({ ...figures, store: empty, diskFreeBytes: null }));
  expect(second.get("bramble_readings_total")).toBe(26);
  expect(second.get("bramble_bytes_per_reading")).toBe(0);
  expect(second.get("bramble_sealing_lag_seconds")).toBe(0);
  expect(second.get("bramble_disk_free_bytes")).toBeNaN();
});

test("every metric has help, type, and a valid name", async () => {
  const text = await new Metrics("1.2.3", new FakeClock(0)).text(figures);
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => ({ name, type }));
  const helped = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
  expect(helped).toEqual(types.map(({ name }) => name));
  for (const { name, type } of types) {
    expect(name).toMatch(/^(?:bramble|process)_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
  }
});

test("a hub answers anyone on the network, without a session", async () => {
  await using hub = await startTestHub();
  await hub.post([
    { device_id: "pi-1", t: 1, h: 2 },
    { device_id: "pi-2", t: 1 },
  ]);
  await hub.post({ device_id: "/", t: 1 });
  const client = await connectAsync(hub.file.mqtt);
  await client.publishAsync("sensor/pi-1/data", '{"t":2}', { qos: 1 });
  await client.publishAsync("sensor/pi-1/data", "{", { qos: 1 });
  const samples = await scrape(hub);
  expect(Object.fromEntries(samples)).toMatchObject({
    bramble_readings_total: 4,
    'bramble_messages_total{transport="http",outcome="stored"}': 1,
    'bramble_messages_total{transport="http",outcome="refused"}': 1,
    'bramble_messages_total{transport="mqtt",outcome="stored"}': 1,
    'bramble_messages_total{transport="mqtt",outcome="refused"}': 1,
    'bramble_refused_messages_total{code="bad-device-id"}': 1,
    'bramble_refused_messages_total{code="not-json"}': 1,
    bramble_mqtt_clients: 1,
    'bramble_devices{presence="online"}': 2,
    'bramble_devices{presence="offline"}': 0,
  });
  await client.endAsync();

  const positive = [
    "bramble_store_bytes",
    "bramble_disk_free_bytes",
    "bramble_commit_duration_seconds_count",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    ...(process.platform === "linux" ? ["process_open_fds"] : []),
  ];
  for (const name of positive) expect(samples.get(name), name).toBeGreaterThan(0);

  const answer = await fetch(`${hub.file.http}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
});

test("health is that of the worst part, with a message", () => {
  const sound = {
    version: "1.2.3",
    uptimeSeconds: 5,
    ingestFailure: null,
    store: { ...figures.store, damagedParts: 0 },
    disk: { status: "ok", freeBytes: 5e9 },
    mqttClients: 3,
    certificateNote: null,
  } as const;
  expect(describeHealth(sound)).toEqual({
    status: "ok",
    version: "1.2.3",
    uptimeSeconds: 5,
    store: { status: "ok" },
    disk: { status: "ok", freeBytes: 5e9 },
    mqtt: { status: "ok", clients: 3 },
  });
  expect(describeHealth({ ...sound, store: { ...figures.store, damagedParts: 1 } })).toMatchObject({
    status: "warning",
    store: { status: "warning", damagedChunks: 1, message: expect.stringContaining("1 damaged chunk was found") },
  });
  expect(describeHealth({ ...sound, store: new Error("no answer") })).toMatchObject({
    status: "failing",
    store: { status: "failing", message: "no answer" },
  });
  expect(describeHealth({ ...sound, ingestFailure: "disk I/O error" })).toMatchObject({
    status: "failing",
    store: { status: "failing", message: "disk I/O error" },
  });
  const certificateNote = message("certificate/expired/title", { untilMs: Date.UTC(2026, 4, 1) });
  expect(describeHealth({ ...sound, certificateNote })).toMatchObject({
    status: "warning",
    tls: { status: "warning", message: "The hub's certificate expired on 2026-05-01" },
  });
  expect(describeHealth({ ...sound, disk: { status: "low", freeBytes: 1e9 } }).status).toBe("warning");
  expect(describeHealth({ ...sound, disk: { status: "full", freeBytes: 1e6 } }).status).toBe("failing");
});
