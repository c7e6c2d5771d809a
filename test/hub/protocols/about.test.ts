// The about message, and the valid values of controls.
import { connectAsync } from "mqtt";
import { describe, expect, test } from "vitest";
import { decodeStatement, interpretStatement } from "../../../src/hub/protocols/bramble/about.ts";
import type { ApiError, RefusedList } from "../../../src/shared/api.ts";
import { type Control, checkControlValue } from "../../../src/shared/controls/control.ts";
import { errorOf } from "../../../src/shared/errors.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { render } from "../../../src/shared/messages/render.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { refusal } from "../../support/messages.ts";

const PI = parseDeviceId("pi") ?? expect.unreachable("a bad id");
const decode = (about: unknown) =>
  decodeStatement("about", PI, Buffer.from(typeof about === "string" ? about : JSON.stringify(about)));
const decodeState = (payload: string) => decodeStatement("state", PI, Buffer.from(payload));
const told = (about: unknown) => ({ kind: "decoded", messages: [{ kind: "about", device: PI, about }] });
const fan = { id: "fan", kind: "number", min: 0, max: 100, step: 5 } as const;

test("declared fields are stored, unknown ones are not", () => {
  const metrics = { t: { unit: "°C", label: "Air" } };
  const about = { name: "Attic", model: "Pi 4", controls: [fan, { id: "led", kind: "switch" }], metrics };
  expect(decode(about)).toEqual(told(about));
  const later = {
    ...about,
    colour: "red",
    controls: [
      { ...fan, curve: [1, 2] },
      { id: "led", kind: "switch", confirm: { text: "Sure?" } },
    ],
    metrics: { t: { ...metrics.t, range: { from: 1 } } },
  };
  expect(decode(later)).toEqual(told(about));
});

test("a status is online or offline; what is none is refused, even what no text can be made of", () => {
  const statusOf = (status: unknown) => interpretStatement("status", PI, status);
  expect(statusOf("online")).toMatchObject({ kind: "decoded", messages: [{ isOnline: true }] });
  for (const [wrong, quoted] of [
    ["on", "on"],
    [{ toString: 1 }, "an object"],
    [undefined, "undefined"],
  ])
    expect(refusal(statusOf(wrong)).message).toContain(quoted);
});

test("deeper nesting than any known field is refused without recursion", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const inControl = (depth: number) => `{"controls":[{"id":"led","kind":"switch","x":${nested(depth)}}]}`;
  expect(decode(inControl(5))).toHaveProperty("kind", "decoded");
  for (const depth of [6, 100_000]) {
    const problem = { error: "too-deep", details: [{ limit: 8 }] };
    expect(refusal(decode(inControl(depth)))).toMatchObject(problem);
    expect(refusal(decodeState(`{"led":${nested(depth + 2)}}`))).toMatchObject(problem);
  }
});

test.each([
  ["two controls of one id", { controls: [fan, { id: "fan", kind: "switch" }] }, "bad-about", "two controls “fan”"],
  ["a range without a value", { controls: [{ ...fan, min: 7, max: 3 }] }, "bad-about", "“fan” can be set to nothing"],
  ["a step of nothing", { controls: [{ ...fan, step: 0 }] }, "bad-about", "controls.0"],
  ["an endless range", '{"controls":[{"id":"fan","kind":"number","max":1e999}]}', "bad-about", "controls.0"],
  ["a metric __proto__", '{"metrics":{"t":{},"__proto__":{"unit":"V"}}}', "forbidden-key", "“metrics.__proto__”"],
  ["a metric constructor", { metrics: { constructor: { unit: "V" } } }, "forbidden-key", "“metrics.constructor”"],
  ["a metric prototype", { metrics: { prototype: {} } }, "forbidden-key", "“metrics.prototype”"],
])("%s: refused, and named", (_what, about, error, words) => {
  expect(refusal(decode(about))).toMatchObject({ error, message: expect.stringContaining(words) });
});

test("a device holds at most 64 KiB of it", () => {
  const metrics = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`m${index}`, { label: "x".repeat(64), unit: "°".repeat(32) }]),
    );
  expect(decode({ metrics: metrics(300) })).toHaveProperty("kind", "decoded");
  expect(refusal(decode({ metrics: metrics(450) }))).toMatchObject({
    error: "too-large",
    details: [{ limit: 65_536 }],
  });
  expect(refusal(decode({ metrics: { ["x".repeat(65_600)]: {} } })).error).toBe("too-large");
});

test("an oversized message is refused before its fields are checked", () => {
  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, at) => one(at)).join();
  for (const text of [
    `{"metrics":{${many(15_000, (at) => `"m${at}":{"unit":"x"}`)}}}`,
    `{"metrics":{${many(5_000, (at) => `"m${at}":1`)}}}`,
    `{"controls":[${many(1_500, (at) => `{"id":"c${at}","kind":"switch"}`)}]}`,
  ]) {
    expect(decode(text)).toHaveProperty("kind", "refused");
  }
  expect(
    refusal(decode({ metrics: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`m${at}`, {}])) })),
  ).toMatchObject({ error: "bad-about", message: "“about” is not understood: “metrics” has over 500 entries." });
});

describe("a number", () => {
  const number = (limits: Omit<Extract<Control, { kind: "number" }>, "id" | "kind">): Control => ({
    id: "fan",
    kind: "number",
    ...limits,
  });

  test.each([
    [{}, 5.5],
    [{ step: 3 }, 6],
    [{ step: 3 }, -6],
    [{ min: 1, step: 3 }, 7],
    [{ step: 0.1 }, 0.3],
    [{ step: 0.1 }, 0.7],
    [{ min: -1, step: 0.1 }, 0.2],
    [{ min: 0.05, max: 1, step: 0.05 }, 0.15],
    [{ step: 0.01 }, 1_234_567.89],
    [{ step: 1e-7 }, 3e-7],
    [{ min: 0, max: 100, step: 3 }, 99],
  ])("with %j takes %d", (limits, value) => {
    expect(checkControlValue(number(limits), value)).toBeNull();
  });

  test.each([
    [{ step: 3 }, 5.5, "fan takes numbers in steps of 3 from 0."],
    [{ min: 1, step: 3 }, 6, "fan takes numbers in steps of 3 from 1."],
    [{ step: 0.1 }, 0.35, "fan takes numbers in steps of 0.1 from 0."],
    [{ step: 1 }, 0.001, "fan takes numbers in steps of 1 from 0."],
    [{ min: 0, max: 100, step: 3 }, 102, "fan takes a number from 0 to 100."],
    [{ step: 3 }, Number.NaN, "fan takes numbers in steps of 3 from 0."],
  ])("with %j does not take %d", (limits, value, message) => {
    const wrong = checkControlValue(number(limits), value) ?? expect.unreachable("it is taken");
    expect([errorOf(wrong), render(wrong)]).toEqual(["bad-value", message]);
  });
});

test("over MQTT and HTTP: what is refused is listed, and a value between two steps is no command", async () => {
  await using hub = await startHubInside();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 0 });
  const say = (about: object) => client.publishAsync("bramble/pi/about", JSON.stringify(about), { qos: 1 });
  await say({ controls: [{ id: "fan", kind: "number", step: 3 }] });
  await say({ controls: [fan, fan] });
  await client.endAsync();
  const { refused }: RefusedList = await (await hub.fetch("/api/v1/refused")).json();
  expect(refused).toMatchObject([
    { code: "bad-about", source: "bramble/pi/about", details: [{ field: "controls.1" }] },
  ]);
  const order = (value: number) =>
    hub.fetch("/api/v1/devices/pi/commands", { method: "POST", body: JSON.stringify({ control: "fan", value }) });
  const answer = await order(5.5);
  const { message }: ApiError = await answer.json();
  expect([answer.status, message]).toEqual([400, "fan takes numbers in steps of 3 from 0."]);
  expect((await order(6)).status).toBe(202);
});

test("metrics that a device declares come first, in its order", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", cpu_temperature: 48, load: 1 });
  await hub.post({ device_id: "pi", water: 18, more: 1 });
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  const metrics = { water: { unit: "°C" }, cpu_temperature: { unit: "°C" }, load: {} };
  await client.publishAsync("bramble/pi/about", JSON.stringify({ metrics }), { qos: 1 });
  await client.endAsync();
  const { devices } = await (await hub.fetch("/api/v1/devices")).json();
  const names = devices[0].metrics.map(({ name }: { readonly name: string }) => name);
  expect(names).toEqual(["water", "cpu_temperature", "load", "more"]);
});
