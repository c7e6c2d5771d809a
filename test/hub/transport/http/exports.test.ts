// Exports over HTTP: the requested format, compressed for clients that accept it, at the speed of the client.
import { once } from "node:events";
import { get, type IncomingHttpHeaders } from "node:http";
import { createGunzip, gunzipSync } from "node:zlib";
import fastify from "fastify";
import { expect, test } from "vitest";
import { preferredType, prefersGzip } from "../../../../src/hub/transport/http/preferences.ts";
import { addExportRoutes } from "../../../../src/hub/transport/http/routes/exports.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";

const T0 = Date.UTC(2026, 0, 31, 12);

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** As it comes over the wire: `fetch` asks for gzip by itself, and unpacks. */
async function ask(hub: HubInside, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const options = { headers: { Authorization: `Bearer ${hub.token}`, ...headers } };
  const request = get(`http://127.0.0.1:${hub.httpPort}${path}`, options);
  const [answer] = await once(request, "response");
  return { headers: answer.headers, bytes: Buffer.concat(await answer.toArray()) };
}

async function hubWith(readings: number): Promise<HubInside> {
  const hub = await startHubInside({ nowMs: T0 + readings });
  const batch = Array.from({ length: readings }, (_, index) => ({ device_id: "pi", t: index / 4, ts: T0 + index }));
  for (let from = 0; from < batch.length; from += 5_000)
    await hub.fetch("/data", { method: "POST", body: JSON.stringify(batch.slice(from, from + 5_000)) });
  return hub;
}

test.each([
  ["/api/v1/export.json", "application/json; charset=utf-8", "json"],
  ["/api/v1/export.ndjson", "application/x-ndjson; charset=utf-8", "ndjson"],
  ["/api/v1/export.csv", "text/csv; charset=utf-8; header=present", "csv"],
])("%s says what it is, and is named as it", async (path, type, extension) => {
  await using hub = await hubWith(2);
  const { headers, bytes } = await ask(hub, `${path}?device=pi`, {});
  expect(headers["content-type"]).toBe(type);
  expect(headers["content-disposition"]).toBe(`attachment; filename="bramble-pi-2026-01-31.${extension}"`);
  expect(headers["content-encoding"]).toBeUndefined();
  expect(bytes.toString()).toContain("0.25");
});

test("a client that accepts JSON and not CSV gets JSON", async () => {
  await using hub = await hubWith(2);
  const typeFor = async (accept: string, query = "") => {
    const { headers, bytes } = await ask(hub, `/api/v1/export.csv${query}`, { Accept: accept });
    return [headers["content-type"]?.replace(/;.*/, ""), bytes.toString()];
  };
  const rows = [0, 1].map((index) => ({ device: "pi", metric: "t", ts: T0 + index, value: index / 4 }));
  const [type, json = ""] = await typeFor("application/json");
  expect([type, JSON.parse(json)]).toEqual(["application/json", rows]);
  expect((await typeFor("application/x-ndjson;q=0.9, application/json;q=0.1"))[0]).toBe("application/x-ndjson");
  for (const accept of ["*/*", "text/csv", "application/json, text/plain, */*", "text/*;q=0.1", "image/png"])
    expect((await typeFor(accept))[0], accept).toBe("text/csv");
  expect((await typeFor("application/json", "?sep=tab"))[1]).toContain("“sep” is for CSV");
});

test("compressed and uncompressed responses are equal: exports, pages, metrics", async () => {
  await using hub = await hubWith(20_000);
  for (const path of ["/api/v1/export.csv", "/api/v1/export.json", "/api/v1/readings", "/api/v1/openapi.json"]) {
    const plain = await ask(hub, path, {});
    const packed = await ask(hub, path, { "Accept-Encoding": "br, gzip;q=0.8" });
    expect([path, packed.headers["content-encoding"], packed.headers["vary"]]).toEqual([
      path,
      "gzip",
      "Accept-Encoding",
    ]);
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(gunzipSync(packed.bytes).equals(plain.bytes), path).toBe(true);
    expect(packed.headers["content-type"]).toBe(plain.headers["content-type"]);
  }
  const figures = await ask(hub, "/metrics", { "Accept-Encoding": "gzip" });
  expect(gunzipSync(figures.bytes).toString()).toContain("bramble_readings_total 20000");
  for (const encoding of ["", "br", "gzip;q=0", "identity, gzip;q=0.5", "*;q=0"]) {
    const { headers } = await ask(hub, "/api/v1/export.csv", { "Accept-Encoding": encoding });
    expect(headers["content-encoding"], encoding).toBeUndefined();
  }
  // Not worth it.
  expect(
    (await ask(hub, "/api/v1/retention", { "Accept-Encoding": "gzip" })).headers["content-encoding"],
  ).toBeUndefined();
});

test("a client that aborts a compressed export leaves nothing behind", async () => {
  await using hub = await hubWith(60_000);
  for (let time = 0; time < 3; time++) {
    const options = { headers: { Authorization: `Bearer ${hub.token}`, "Accept-Encoding": "gzip" } };
    const request = get(`http://127.0.0.1:${hub.httpPort}/api/v1/export.json`, options);
    const [answer] = await once(request, "response");
    await once(answer.pipe(createGunzip()), "data");
    request.destroy();
  }
  const { bytes } = await ask(hub, "/api/v1/export.ndjson", { "Accept-Encoding": "gzip" });
  expect(gunzipSync(bytes).toString().split("\n")).toHaveLength(60_001);
});

test("preferences are read with their qualities", () => {
  const gzip = ["gzip", "GZIP;q=1.0", "x-gzip", "*", "deflate, gzip;q=0.2", "br;q=1, *;q=0.1", "identity;q=0, gzip"];
  expect(gzip.filter((header) => !prefersGzip(header))).toEqual([]);
  const plain = [undefined, "", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "identity;q=1, gzip;q=0.5"];
  expect(plain.filter((header) => prefersGzip(header))).toEqual([]);
  const types = ["text/csv", "application/json"] as const;
  expect(preferredType(undefined, types)).toBe("text/csv");
  expect(preferredType("application/*, text/csv;q=0.4", types)).toBe("application/json");
  expect(preferredType("text/html", types)).toBeNull();
});

test("of more exports than there may be at once some are refused in words, and made when others have ended", async () => {
  const MOST = 32;
  const app = fastify();
  const ended = Promise.withResolvers<void>();
  addExportRoutes(app, {
    readings: {
      async *export() {
        await ended.promise;
        yield { bytes: Buffer.from("a row"), release: () => undefined };
      },
    },
    registry: { shown: (devices) => devices },
    timeline: { annotations: { list: () => [] } },
    clock: new FakeClock(T0),
  });
  await app.ready();
  // It is asked when it is waited for.
  const ask = async () => await app.inject("/api/v1/export.ndjson");
  const begun = Array.from({ length: MOST }, ask);
  const refused = await ask();
  expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "5"]);
  expect(refused.json()).toMatchObject({ error: "too-many-requests", message: expect.stringContaining("exports") });
  expect(refused.headers["content-disposition"]).toBeUndefined();
  ended.resolve();
  for (const answer of await Promise.all(begun)) expect(answer.body).toBe("a row");
  expect((await ask()).statusCode).toBe(200);
  await app.close();
});
