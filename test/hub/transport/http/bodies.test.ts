// Bodies of messages: packed or not, and in which characters.
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ApiError } from "../../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../../src/shared/doctor.ts";
import { startTestHub } from "../../../support/hub.ts";
import { run } from "../../../support/run.ts";

test("a message may be compressed with gzip or deflate, in any notation of the header", async () => {
  await using hub = await startTestHub();
  const message = (t: number) => Buffer.from(JSON.stringify({ device_id: "pi", t, ts: 1.7e12 + t }));
  const send = (path: string, encoding: string, body: Uint8Array<ArrayBuffer>, type = "application/json") =>
    hub.fetch(path, { method: "POST", body, headers: { "Content-Encoding": encoding, "Content-Type": type } });
  const ndjson = Buffer.from(`${message(6)}\n${message(7)}`);
  const answers = [
    await send("/data", "gzip", gzipSync(message(1))),
    await send("/api/v1/readings", "X-GZip", gzipSync(message(2))),
    await send("/data", "deflate", deflateSync(message(3))),
    await send("/data", "Deflate", deflateRawSync(message(4))),
    await send("/data", "identity", message(5), 'application/json; charset="UTF-8"'),
    await send("/data", "gzip", gzipSync(ndjson), "application/x-ndjson; charset=us-ascii"),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ value }) => value)).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test("JSON that its sender does not name is taken, as curl and Python's urllib send it", async () => {
  await using hub = await startTestHub();
  const send = async (body: string) => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
    const answer = await hub.fetch("/data", { method: "POST", body, headers });
    return [answer.status, await answer.json()];
  };
  expect(JSON.parse(await run("curl", ["-s", "-d", '{"device_id":"pi","t":1}', `${hub.file.http}/data`]))).toEqual({
    status: "success",
    accepted: 1,
  });
  expect(await send(' \n[{"device_id":"pi","t":2}]')).toEqual([200, expect.objectContaining({ accepted: 1 })]);
  expect(await send('{"device_id":"pi","t":}')).toEqual([400, expect.objectContaining({ error: "not-json" })]);
  expect(await send("device_id=pi&t=3")).toEqual([415, expect.objectContaining({ error: "unsupported-media-type" })]);
});

test("a message that does not match its headers is refused with a reason", async () => {
  await using hub = await startTestHub();
  const plain = Buffer.from('{"device_id":"pi","t":1}');
  const send = async (headers: Readonly<Record<string, string>>, body: Uint8Array<ArrayBuffer>, path = "/data") => {
    const init = { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } };
    const answer = await hub.fetch(path, init);
    const { error, message }: ApiError = await answer.json();
    return `${answer.status} ${error}: ${message}`;
  };
  const packed = (encoding: string, body: Uint8Array<ArrayBuffer>) => send({ "Content-Encoding": encoding }, body);
  const gzip = gzipSync(plain);
  const words = "the message is not gzip, or is broken";
  expect(await packed("gzip", plain)).toMatch(`400 bad-encoding: The header says Content-Encoding: gzip, but ${words}`);
  expect(await packed("gzip", gzip.subarray(0, -9))).toMatch(
    `400 bad-encoding: The header says Content-Encoding: gzip`,
  );
  expect(await packed("gzip", Buffer.alloc(0))).toMatch("400 bad-encoding: ");
  expect(await packed("deflate", plain)).toMatch("400 bad-encoding: ");
  expect(await packed("gzip", gzipSync("{"))).toMatch("400 not-json: ");
  for (const encoding of ["br", "zstd", "gzip, gzip", "compress"]) {
    expect(await packed(encoding, gzip)).toBe(
      "415 unsupported-media-type: Send the body as it is, or packed once, with gzip or deflate.",
    );
  }
  for (const charset of ["utf-16", '"UTF-16LE"', "iso-8859-1"]) {
    const type = `application/json; charset=${charset}`;
    expect(await send({ "Content-Type": type }, plain)).toBe("415 unsupported-media-type: Send JSON as UTF-8.");
  }
  for (const [path, method] of [
    ["/api/v1/devices/pi/commands", "POST"],
    ["/api/v1/devices/pi", "PATCH"],
    ["/api/v1/retention", "PUT"],
  ] as const) {
    const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    const answer = await hub.fetch(path, { method, headers, body: gzip });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ error: "unsupported-media-type" });
  }
  // Packed on the way alone, which nobody does; and a header that speaks of no body.
  const transfer = await run("curl", [
    "-s",
    "-H",
    "Transfer-Encoding: gzip, chunked",
    "-d",
    "{}",
    `${hub.file.http}/data`,
  ]);
  expect(transfer).toContain("“Transfer-Encoding: gzip, chunked” is not taken: only chunked is.");
  expect((await hub.fetch("/healthz", { headers: { "Content-Encoding": "gzip" } })).status).toBe(200);
  const { clients } = await hub.json<DiagnosticReport>("/api/v1/doctor");
  const shown = clients.map(({ code, message }) => `${code}: ${message}`);
  expect(
    shown.filter((one) => one.startsWith("unsupported-media-type: It sent “Content-Encoding: br” to /data.")),
  ).toHaveLength(1);
  // Each in its own words.
  expect(shown.filter((one) => one.startsWith("bad-encoding: On POST /data: "))).toHaveLength(3);
  expect((await hub.json<{ refused: unknown[] }>("/api/v1/refused")).refused).toHaveLength(5);
});

test("a decompression bomb is refused at its first bytes over the limit", async () => {
  await using hub = await startTestHub();
  const residentBytes = async () => {
    const text = await (await hub.fetch("/metrics")).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  };
  const bomb = gzipSync(Buffer.alloc(200_000_000, " "));
  expect(bomb.length).toBeLessThan(262_144);
  const send = async (body: Uint8Array<ArrayBuffer>) => {
    const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    const answer = await hub.fetch("/data", { method: "POST", headers, body });
    return [answer.status, await answer.json()];
  };
  const refused = [413, expect.objectContaining({ error: "too-large" })];
  expect(await send(bomb)).toEqual(refused);
  const before = await residentBytes();
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(bomb)));
  expect(answers).toEqual(answers.map(() => refused));
  expect((await residentBytes()) - before).toBeLessThan(100_000_000);
  const longest = gzipSync(`{"device_id":"pi","t":1}${" ".repeat(262_144 - 24)}`);
  expect(await send(longest)).toMatchObject([200, { accepted: 1 }]);
  expect(await send(gzipSync(`{"device_id":"pi","t":1}${" ".repeat(262_144 - 23)}`))).toEqual(refused);
});
