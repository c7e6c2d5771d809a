// A real Prometheus that reads a hub from afar: all of PromQL over its readings, and nothing that it may not see.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packSnappy, unpackSnappy } from "../../../src/hub/prometheus/remote-read/snappy.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { ensurePackages } from "../../support/system/apt.ts";

const HOUR_MS = 3_600_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Resolves once it answers. */
async function startPrometheus(folder: string, port: number, readFrom: string, key: string): Promise<ChildProcess> {
  const config = {
    remote_read: [{ url: readFrom, read_recent: true, basic_auth: { username: "any", password: key } }],
  };
  writeFileSync(join(folder, "prometheus.yaml"), JSON.stringify(config));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let errors = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (text) => {
      errors += text;
      if (errors.includes("ready to receive web requests")) resolve();
    });
    child.once("close", () => reject(new Error(`Prometheus ended: ${errors}`)));
  });
  return child;
}

test("a real Prometheus reads a hub", async () => {
  ensurePackages(["prometheus"], "the test of a Prometheus that reads a hub");
  using folder = makeTemporaryFolder();
  const nowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  await using hub = await startHubInside({ nowMs });
  const times = Array.from({ length: 3_000 }, (_, n) => nowMs - HOUR_MS + n * 1_000);
  await hub.post(times.map((ts, n) => ({ device_id: "attic", ts, temperature: `${n / 8} °C`, pulses: n })));
  await hub.post(times.slice(0, 100).map((ts) => ({ device_id: "cellar", ts, temperature: -1.5 })));
  for (const id of ["attic", "cellar"])
    await hub.fetch(`/api/v1/devices/${id}`, { method: "PATCH", body: JSON.stringify({ room: id }) });
  const body = JSON.stringify({ name: "prometheus", role: "viewer", rooms: ["attic"] });
  const { key } = await (await hub.fetch("/api/v1/api-keys", { method: "POST", body })).json();
  const port = await freePort();
  const from = `http://127.0.0.1:${hub.httpPort}/api/prometheus/api/v1/read`;
  const prometheus = await startPrometheus(folder.path, port, from, key);
  try {
    const ask = async (query: string) => {
      const time = String(nowMs / 1_000 - 1_000);
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query, time })}`);
      return (await answer.json()).data.result;
    };
    const value = (text: string) => [nowMs / 1_000 - 1_000, text];
    const temperature = { device: "attic", metric: "temperature", room: "attic", unit: "°C" };
    expect(await ask('bramble_reading{metric="temperature"}')).toEqual([
      { metric: { __name__: "bramble_reading", ...temperature }, value: value("325") },
    ]);
    expect(await ask('quantile_over_time(0.5, bramble_reading{metric=~"temp.+"}[99500ms])')).toEqual([
      { metric: temperature, value: value("318.8125") },
    ]);
    expect(await ask('count_over_time(bramble_reading{metric!="temperature"}[2579500ms])')).toMatchObject([
      { metric: { metric: "pulses" }, value: value("2580") },
    ]);
    expect(await ask('bramble_reading{device="cellar"}[2h]')).toEqual([]);
  } finally {
    prometheus.removeAllListeners("close");
    prometheus.kill("SIGKILL");
    await once(prometheus, "close");
  }
  for (const bytes of [Buffer.from("no request"), Buffer.from([2, 4, 0xff, 0xff]), Buffer.alloc(0)]) {
    const answer = await fetch(from, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/x-protobuf",
        "Content-Encoding": "snappy",
      },
      body: bytes,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errorType: "bad_data", error: expect.stringContaining("snappy") });
  }
});

test("snappy: what is packed is unpacked, copies too, and anything else ends", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 500 }), (bytes, times) => {
      const long = Buffer.concat(Array.from({ length: times }, () => bytes));
      expect(Buffer.from(unpackSnappy(packSnappy(long), long.length) ?? []).equals(long)).toBe(true);
      unpackSnappy(bytes, 1_000);
    }),
    { numRuns: 100 },
  );
  const text = (packed: readonly number[], most = 100) =>
    Buffer.from(unpackSnappy(Uint8Array.from(packed), most) ?? []).toString();
  // "ab", then a copy of seven from two before, by one byte, by two, and by four of offset.
  expect(text([9, 4, 97, 98, 0x0d, 2])).toBe("ababababa");
  expect(text([9, 4, 97, 98, 0x1a, 2, 0])).toBe("ababababa");
  expect(text([9, 4, 97, 98, 0x1b, 2, 0, 0, 0])).toBe("ababababa");
  expect(text([9, 4, 97, 98, 0x0d, 3])).toBe("");
  expect(text([9, 4, 97, 98, 0x0d, 2], 8)).toBe("");
});
