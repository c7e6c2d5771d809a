// The latest readings as Prometheus metrics: off by default, authorised, in the exact text format.
import { expect, test } from "vitest";
import { type LatestReading, readingMetrics } from "../../../src/hub/observe/reading-metrics.ts";
import { startHubInside } from "../../support/hub-inside.ts";

const T0 = Date.UTC(2026, 0, 31, 12);

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Prometheus' text format, read strictly: each family has its HELP and TYPE before its samples, which stand together. */
function parse(text: string): Sample[] {
  expect(text.endsWith("\n")).toBe(true);
  const families: string[] = [];
  const samples = text
    .slice(0, -1)
    .split("\n")
    .flatMap((line) => {
      const head = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
      if (head !== null) {
        if (head[1] === "HELP") families.push(head[2] ?? "");
        else expect([head[2], head[3]]).toEqual([families.at(-1), "gauge"]);
        return [];
      }
      const [, name = "", labels = "", value = ""] =
        /^([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\[\\n"])*",?)+)\} (\S+)$/.exec(line) ??
        expect.unreachable(`no sample: ${line}`);
      expect(name).toBe(families.at(-1));
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\[\\n"])*)"/g)].map(([, label = "", quoted = ""]) => {
        const unescaped = quoted.replaceAll(/\\([\\n"])/g, (_, character) => (character === "n" ? "\n" : character));
        return [label, unescaped] as const;
      });
      return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
    });
  expect(new Set(families).size).toBe(families.length);
  return samples;
}

const textOf = (latest: readonly LatestReading[]) => Buffer.concat([...readingMetrics(() => latest)]).toString();

test("labels are escaped, and every double is exact", () => {
  const units = [undefined, "°C", 'a"b', "back\\slash", "two\nlines", "{}=,"];
  const values = [25.5, -1.5e-7, 1e21, 5e-324, 0, Number.MAX_VALUE];
  const latest = units.map((unit, index) => ({
    device: "pi:1",
    metric: "温度 %",
    unit,
    tsMs: T0 + 458,
    value: values[index] ?? 0,
  }));
  const samples = parse(textOf(latest));
  const labelled = latest.map(({ device, metric, unit }) => ({ device, metric, ...(unit !== undefined && { unit }) }));
  expect(samples.slice(0, 6)).toEqual(
    labelled.map((labels, index) => ({ name: "bramble_reading", labels, value: values[index] })),
  );
  expect(samples.slice(6)).toEqual(
    labelled.map((labels) => ({ name: "bramble_reading_timestamp_seconds", labels, value: T0 / 1_000 + 0.458 })),
  );
});

test("half a million series come in small pieces", () => {
  function* latest(): Generator<LatestReading> {
    for (let index = 0; index < 500_000; index++)
      yield { device: `pi-${index % 1_000}`, metric: `m${index}`, unit: "°C", tsMs: T0 + index, value: index / 4 };
  }
  let lines = 0;
  for (const piece of readingMetrics(latest)) {
    expect(piece.length).toBeLessThan(100_000);
    for (const byte of piece) if (byte === 0x0a) lines++;
  }
  expect(lines).toBe(2 * 500_000 + 4);
});

test("they are served if enabled, to authorised clients, for joined devices", async () => {
  await using hub = await startHubInside({ nowMs: T0, flags: ["--metrics-readings"] });
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await hub.post({ device_id: "blocked", temperature: 1 });
  await hub.fetch("/api/v1/devices/blocked/block", { method: "POST", body: "{}" });
  expect((await fetch(`http://127.0.0.1:${hub.httpPort}/metrics/readings`)).status).toBe(401);
  const answer = await hub.fetch("/metrics/readings");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const labels = { device: "pi", metric: "temperature" };
  expect(parse(await answer.text())).toEqual([
    { name: "bramble_reading", labels, value: 25.5 },
    { name: "bramble_reading_timestamp_seconds", labels, value: T0 / 1_000 },
  ]);
  expect((await hub.fetch("/metrics/readings", { method: "HEAD" })).status).toBe(200);
});

test("by default they are refused with a message", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  const answer = await hub.fetch("/metrics/readings");
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining("--metrics-readings") });
  expect(await (await hub.fetch("/metrics")).text()).not.toContain("bramble_reading{");
});
