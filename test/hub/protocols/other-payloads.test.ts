// A message as Telegraf sends it, and the bare payload of a metric topic.
import { describe, expect, test } from "vitest";
import { decodeMetricValue } from "../../../src/hub/protocols/bramble/readings.ts";
import type { Decoded } from "../../../src/hub/protocols/protocol.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { bytes, decode, metric, NOW_MS, PI, refusal, taken, values } from "../../support/messages.ts";

describe("a message of Telegraf", () => {
  const cpu = (tags: object) => ({ fields: { usage_idle: 91 }, name: "cpu", tags, timestamp: NOW_MS / 1_000 });

  test("has its tags in the names of its metrics", () => {
    expect(values(decode(cpu({ host: "rp", cpu: "cpu0" }), { device: parseDeviceId("rp") ?? null }))).toEqual([
      ["cpu.cpu0.usage_idle", 91],
    ]);
    expect(values(decode(cpu({ host: "rp", cpu: "cpu1" }), { device: parseDeviceId("rp") ?? null }))).toEqual([
      ["cpu.cpu1.usage_idle", 91],
    ]);
    expect(values(decode(cpu({ host: "rp", path: "/boot (ro)" }), { device: parseDeviceId("rp") ?? null }))).toEqual([
      ["cpu./boot_ro_.usage_idle", 91],
    ]);
  });

  test("is of its host where nothing else names the device", () => {
    expect(taken(decode(cpu({ host: "rp" }))).readings).toMatchObject([{ device: "rp", tsMs: NOW_MS }]);
  });

  test("may have no tag of a forbidden name", () => {
    const text = '{"name":"cpu","tags":{"host":"rp","__proto__":"x"},"fields":{"v":1}}';
    expect(refusal(decode(text))).toMatchObject({ error: "forbidden-key", details: [{ field: "tags.__proto__" }] });
  });

  test("may have a tag that no text can be made of, which is in no name", () => {
    const text = '{"name":"cpu","tags":{"host":"rp","a":{"toString":1},"b":null},"fields":{"v":1}}';
    expect(values(decode(text))).toEqual([["cpu.v", 1]]);
  });

  test("has names that are short enough, however long its tags and fields are", () => {
    const field = "throttling_throttled_periods";
    const tags = { container_image: "ghcr.io/home-assistant/home-assistant", container_name: "homeassistant" };
    expect(values(decode({ name: "docker_container_cpu", tags, fields: { [field]: 3 } }, PI))).toEqual([
      [`docker_container_cpu.ghcr_io/home-a.${field}`, 3],
    ]);
  });

  test("may have many metrics, as its output over HTTP writes them", () => {
    const cpus = ["cpu0", "cpu1"].map((one) => cpu({ host: "rp", cpu: one }));
    expect(taken(decode({ metrics: cpus })).readings).toMatchObject([
      { device: "rp", metric: "cpu.cpu0.usage_idle", tsMs: NOW_MS, value: 91 },
      { device: "rp", metric: "cpu.cpu1.usage_idle", tsMs: NOW_MS, value: 91 },
    ]);
    const text = { fields: { state: "running" }, name: "docker", tags: { host: "rp" }, timestamp: NOW_MS / 1_000 };
    expect(taken(decode({ metrics: [...cpus, text] }))).toMatchObject({
      readings: [{ value: 91 }, { value: 91 }],
      attributes: [{ device: "rp", name: "docker.state", text: "running" }],
    });
    expect(values(decode({ t: 1, metrics: cpus }, PI))).toEqual([["t", 1]]);
    expect(refusal(decode({ metrics: [] }, PI)).error).toBe("no-usable-value");
    expect(values(decode({ metrics: [1, 2] }, PI))).toEqual([
      ["metrics.0", 1],
      ["metrics.1", 2],
    ]);
  });
});

describe("the bare payload of a metric topic", () => {
  const bare = (text: string): Decoded => decodeMetricValue(bytes(text), PI.device, metric("t"));

  test.each([
    ["25.5", 25.5],
    [" -3\n", -3],
    ["1e3", 1_000],
    [".5", 0.5],
    ["true", 1],
    ["false", 0],
    ["ON", 1],
    ["OFF", 0],
    ["on", 1],
    ["25.5 °C", 25.5],
    ["25.5\0", 25.5],
  ])("may be %j", (text, value) => {
    expect(taken(bare(text)).readings).toEqual([{ device: "pi", metric: "t", tsMs: null, value }]);
  });

  test.each(["", "warm", "25,5", "0x10", '{"t":1}', "1 2", "NaN", "-inf", "1e999"])("may not be %j", (text) => {
    expect(refusal(bare(text))).toMatchObject({
      error: "no-usable-value",
      message: expect.stringMatching(/“t” says /),
    });
  });

  test("is UTF-8, of at most 256 KiB", () => {
    expect(refusal(decodeMetricValue(Uint8Array.of(0xff), PI.device, metric("t"))).error).toBe("not-json");
    expect(refusal(bare("1".padEnd(256 * 1024 + 1))).error).toBe("too-large");
  });
});
