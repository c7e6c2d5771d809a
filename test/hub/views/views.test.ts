// Named comparisons: persistent, removable, and visible only with the rights to their devices.
import { expect, test } from "vitest";
import type { SavedView } from "../../../src/shared/history/saved-view.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

const save = (hub: HubInside, body: object) =>
  hub.fetch("/api/v1/views", { method: "POST", body: JSON.stringify(body) });

async function views(hub: HubInside): Promise<SavedView[]> {
  return (await (await hub.fetch("/api/v1/views")).json()).views;
}

test("a view is kept, and removed for good", async () => {
  await using hub = await startHubInside();
  const wanted = { name: "Greenhouse week", series: [{ device: "pi", metric: "t" }], range: "7d" };
  const answer = await save(hub, wanted);
  expect(answer.status).toBe(201);
  const { id } = await answer.json();
  await hub.restart();
  expect(await views(hub)).toEqual([{ ...wanted, id }]);
  expect((await hub.fetch(`/api/v1/views/${id}`, { method: "DELETE", body: "{}" })).status).toBe(204);
  await hub.restart();
  expect(await views(hub)).toEqual([]);
});

test("a view is changed in its place, and comes back as it was once it is forgotten", async () => {
  await using hub = await startHubInside();
  const first = { name: "Attic", series: [{ device: "pi", metric: "t" }] };
  const { id } = await (await save(hub, first)).json();
  await save(hub, { ...first, name: "Cellar" });
  const put = (body: object, of = id) =>
    hub.fetch(`/api/v1/views/${of}`, { method: "PUT", body: JSON.stringify(body) });
  const changed = { ...first, name: "Loft", range: "all" };
  expect(await (await put(changed)).json()).toEqual({ ...changed, id });
  expect((await views(hub)).map(({ name }) => name)).toEqual(["Loft", "Cellar"]);
  await hub.fetch(`/api/v1/views/${id}`, { method: "DELETE", body: "{}" });
  expect((await put(changed)).status).toBe(200);
  await hub.restart();
  expect((await views(hub)).find((view) => view.id === id)).toEqual({ ...changed, id });
  expect((await put({ ...first, series: [] })).status).toBe(400);
  expect((await put(first, "a%20b")).status).toBe(400);
});

test("200 views are kept, and one of them can still be changed", async () => {
  await using hub = await startHubInside();
  const series = [{ device: "pi", metric: "t" }];
  const { id } = await (await save(hub, { name: "0", series })).json();
  for (let name = 1; name < 200; name++) await save(hub, { name: String(name), series });
  expect((await save(hub, { name: "one more", series })).status).toBe(400);
  const put = (of: string) =>
    hub.fetch(`/api/v1/views/${of}`, { method: "PUT", body: JSON.stringify({ name: "changed", series }) });
  expect([(await put(id)).status, (await put("another")).status]).toEqual([200, 400]);
  expect(await views(hub)).toHaveLength(200);
});

test.each([
  { name: " ", series: [{ device: "pi", metric: "t" }] },
  { name: "none", series: [] },
  { name: "many", series: Array(13).fill({ device: "pi", metric: "t" }) },
  { name: "range", series: [{ device: "pi", metric: "t" }], range: "a b" },
])("a view that cannot be is refused: $name", async (body) => {
  await using hub = await startHubInside();
  expect((await save(hub, body)).status).toBe(400);
  expect(await views(hub)).toEqual([]);
});

test("a view with a device of another room is not shown", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "near", t: 1 });
  await hub.post({ device_id: "far", t: 1 });
  await hub.fetch("/api/v1/devices/near", { method: "PATCH", body: JSON.stringify({ room: "attic" }) });
  await save(hub, { name: "mine", series: [{ device: "near", metric: "t" }] });
  await save(hub, { name: "both", series: ["near", "far"].map((device) => ({ device, metric: "t" })) });
  const body = JSON.stringify({ name: "reader", role: "viewer", rooms: ["attic"] });
  const { key } = await (await hub.fetch("/api/v1/api-keys", { method: "POST", body })).json();
  const shown = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/views`, {
    headers: { Authorization: `Bearer ${key}` },
  });
  expect((await shown.json()).views.map(({ name }: SavedView) => name)).toEqual(["mine"]);
});

test("a series of a device that became part of another is one of that, once", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "old", t: 1, u: 1 });
  await hub.post({ device_id: "new", t: 2 });
  const series = (...of: readonly (readonly [string, string])[]) => of.map(([device, metric]) => ({ device, metric }));
  await save(hub, { name: "both", series: series(["old", "t"], ["new", "t"], ["old", "u"]) });
  await save(hub, { name: "new", series: series(["new", "t"]) });
  const body = JSON.stringify({ into: "new" });
  expect((await hub.fetch("/api/v1/devices/old/merge", { method: "POST", body })).status).toBe(200);
  await hub.restart();
  expect((await views(hub)).map((view) => view.series)).toEqual([
    series(["new", "t"], ["new", "u"]),
    series(["new", "t"]),
  ]);
});
