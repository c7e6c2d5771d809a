// Series in columns, for dashboards.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Frames } from "../../../../src/shared/history/frames.ts";
import { deployFile } from "../../../support/deploy.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";

const T = Date.UTC(2026, 0, 31, 12);
const RANGE = `from=${T}&to=${T + 60_000}`;

async function filled(): Promise<TestHub> {
  const hub = await startTestHub();
  const readings = Array.from({ length: 6 }, (_, n) => ({ device_id: "attic", ts: T + n * 10_000, t: n, h: 50 + n }));
  expect((await hub.post([...readings, { device_id: "cellar", ts: T, t: 9 }])).status).toBe(200);
  const body = JSON.stringify({ name: "Attic" });
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/devices/attic", { method: "PATCH", body, headers });
  return hub;
}

test("each series is a frame of a column of times and one of values", async () => {
  await using hub = await filled();
  const { frames } = await hub.json<Frames>(`/api/v1/frames?device=attic&metric=t&${RANGE}&points=60`);
  expect(frames).toEqual([
    {
      schema: {
        name: "Attic t",
        fields: [
          { name: "time", type: "time" },
          { name: "value", type: "number", labels: { device: "attic", metric: "t" } },
        ],
      },
      data: { values: [[0, 1, 2, 3, 4, 5].map((n) => T + n * 10_000), [0, 1, 2, 3, 4, 5]] },
    },
  ]);
  const all = await hub.json<Frames>(`/api/v1/frames?${RANGE}`);
  expect(all.frames?.map(({ schema }) => schema.name).toSorted()).toEqual(["Attic h", "Attic t", "cellar t"]);
  expect(await hub.json("/api/v1/frames?device=nobody")).toEqual({ frames: [] });
});

test("points are buckets, of which a value is chosen", async () => {
  await using hub = await filled();
  const valuesOf = async (value: string) =>
    (await hub.json<Frames>(`/api/v1/frames?device=attic&metric=t&${RANGE}&points=2&value=${value}`)).frames?.[0]?.data
      .values[1];
  expect(await valuesOf("avg")).toEqual([1, 4]);
  expect(await valuesOf("min")).toEqual([0, 3]);
  expect(await valuesOf("max")).toEqual([2, 5]);
  expect((await hub.fetch(`/api/v1/frames?${RANGE}&value=median`)).status).toBe(400);
});

test("a dashboard's own request gets rows with the columns that it names", async () => {
  await using hub = await filled();
  const dashboard = JSON.parse(readFileSync(deployFile("grafana", "dashboards", "readings.json"), "utf8"));
  const [{ url, url_options, root_selector, columns }] = dashboard.panels[0].targets;
  const values: Record<string, string> = {
    device: "attic",
    __from: String(T),
    __to: String(T + 60_000),
    __maxDataPoints: "60",
  };
  const query = url_options.params.map(({ key, value }: { key: string; value: string }) => [
    key,
    value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => values[name] ?? "?"),
  ]);
  const answer = await hub.json<Record<string, Record<string, unknown>[]>>(`${url}?${new URLSearchParams(query)}`);
  const rows = answer[root_selector] ?? [];
  expect(rows.length).toBe(12);
  for (const row of rows)
    for (const { selector, type } of columns)
      expect(typeof row[selector]).toBe(type === "string" ? "string" : "number");
});

test("too many series are refused, and those outside a key's scope omitted", async () => {
  await using hub = await startTestHub();
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`m${n}`, n]));
  await hub.post({ device_id: "pi", ...many });
  const refused = await hub.fetch("/api/v1/frames");
  expect(refused.status).toBe(400);
  expect((await refused.json()).message).toContain("101 series");
  expect((await fetch(`${hub.file.http}/api/v1/frames`)).status).toBe(401);
});
