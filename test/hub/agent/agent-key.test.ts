// The agent's key: offered when it joins, accepted by its code, kept over restarts. Where the hub refuses it, readings wait.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { DeviceList } from "../../../src/shared/api.ts";
import type { NewDeviceKey } from "../../../src/shared/security/access.ts";
import { ensureAgentPackages, TestAgent } from "../../support/agent.ts";
import { makeTemporaryFolder, startTestHub, type TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

/** Counts up by one in a file: so it can be seen whether one is missing, or there twice. */
const counting = (file: string, more = "") => `
device = "pi"
vitals = false
interval = 0.1
${more}
[inputs.count]
kind = "command"
run = "n=$(($(cat ${file} 2>/dev/null || echo 0) + 1)); echo $n >${file}; echo $n"
`;
const REFUSED = "the hub refuses the key of “pi”";

beforeAll(ensureAgentPackages, 120_000);

const reach = (hub: TestHub) => `127.0.0.1:${hub.mqttPort}:${hub.httpPort}`;

interface Rows {
  readonly readings: readonly { readonly value: number }[];
}

/** Values of the counter as the hub has them, oldest first. */
async function counted(hub: TestHub): Promise<number[]> {
  const { readings } = await hub.json<Rows>("/api/v1/readings?device=pi&metric=count&limit=10000");
  return readings.map(({ value }) => value).reverse();
}

const deviceOf = async (hub: TestHub) =>
  (await hub.json<DeviceList>("/api/v1/devices")).devices.find(({ id }) => id === "pi");

const untilCounted = (hub: TestHub, agent: TestAgent, count: number, withinMs = 30_000) =>
  until(
    `${count} readings: ${agent.output}`,
    async () => {
      const values = await counted(hub);
      return values.length >= count ? values : undefined;
    },
    withinMs,
  );

const send = (hub: TestHub, method: string, path: string, body?: object) =>
  hub.fetch(path, {
    method,
    ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });

test("it joins with a key of its own, which approval pins and a restart keeps; another key is refused", {
  timeout: 60_000,
}, async () => {
  await using hub = await startTestHub("--joining", "ask");
  using state = makeTemporaryFolder();
  const file = join(hub.folder.path, "counter");
  await using agent = new TestAgent(reach(hub), counting(file), [], state);
  const offered = await until("an offered key", async () => (await deviceOf(hub))?.offeredKey);
  expect(await agent.command("key")).toEqual({ code: 0, output: `${offered.code}\n` });
  expect(agent.output).toContain(`its code is ${offered.code}`);
  expect(statSync(join(state.path, "key")).mode & 0o777).toBe(0o600);
  const approved = await send(hub, "POST", "/api/v1/devices/pi/approve", { keyCode: offered.code });
  expect(approved.status).toBe(200);
  await untilCounted(hub, agent, 5);
  expect((await hub.post({ device_id: "pi", count: 0 })).status).toBe(401);

  const other = join(hub.folder.path, "other-counter");
  await using second = new TestAgent(reach(hub), counting(other));
  await until("a refusal", async () => (second.output.includes(REFUSED) ? true : undefined));
  await until("readings that wait", async () => {
    const { output } = await second.command("status");
    return /waiting to be sent: [1-9]/.test(output) ? true : undefined;
  });
  await second.end("SIGTERM");

  await agent.end("SIGTERM");
  const before = (await counted(hub)).length;
  agent.start();
  const values = await untilCounted(hub, agent, before + 5);
  expect(values).toEqual(Array.from(values, (_, index) => index + 1));
});

test("its key is revoked: it says so once and keeps its readings, until it is set a new one, and none is lost", {
  timeout: 60_000,
}, async () => {
  await using hub = await startTestHub();
  const file = join(hub.folder.path, "counter");
  const counter = () => Number(readFileSync(file, "utf8"));
  const made: NewDeviceKey = await (await send(hub, "POST", "/api/v1/devices/pi/key")).json();
  await using agent = new TestAgent(reach(hub), counting(file, `key = "${made.key}"`));
  await untilCounted(hub, agent, 5);
  expect((await send(hub, "DELETE", "/api/v1/devices/pi/key")).status).toBe(204);
  await until(`a refusal: ${agent.output}`, async () => (agent.output.includes(REFUSED) ? true : undefined));
  const refusedAt = counter();
  await until("readings that wait", async () => (counter() >= refusedAt + 10 ? true : undefined));
  expect(agent.output.split(REFUSED)).toHaveLength(2);

  const next: NewDeviceKey = await (await send(hub, "POST", "/api/v1/devices/pi/key")).json();
  agent.configure(counting(file, `key = "${next.key}"`));
  const at = counter();
  const values = await untilCounted(hub, agent, at + 5);
  expect(values).toEqual(Array.from(values, (_, index) => index + 1));
});

test("a key is set from standard input, and taken without a restart", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub();
  using state = makeTemporaryFolder();
  const { key, code }: NewDeviceKey = await (await send(hub, "POST", "/api/v1/devices/pi/key")).json();
  const file = join(hub.folder.path, "counter");
  await using agent = new TestAgent(reach(hub), counting(file), [], state);
  await until("a refusal", async () => (agent.output.includes(REFUSED) ? true : undefined));
  const given = join(hub.folder.path, "given");
  writeFileSync(given, `${key}\n`);
  const set = await agent.commandReading(given, "key", "set");
  expect(set).toEqual({ code: 0, output: `The key is set; its code is ${code}.\n` });
  const values = await untilCounted(hub, agent, 5);
  expect(values).toEqual(Array.from(values, (_, index) => index + 1));
  writeFileSync(given, "no key\n");
  expect((await agent.commandReading(given, "key", "set")).code).toBe(1);
});
