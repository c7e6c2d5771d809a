// The Pi's agent: its own tests, and the real thing against a real hub.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { beforeAll, expect, test } from "vitest";
import type { DeviceList, Installer } from "../../../src/shared/api.ts";
import type { Command } from "../../../src/shared/controls/command.ts";
import { AGENT_FOLDER, ensureAgentPackages, PYTHON, PYTHON_ENV, TestAgent } from "../../support/agent.ts";
import { makeTemporaryFolder, startTestHub, TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

/** Counts up by one in a file: so it can be seen whether one is missing, or there twice. */
const counting = (file: string) => `
device = "pi"
vitals = false
interval = 0.1
[inputs.count]
kind = "command"
run = "n=$(($(cat ${file} 2>/dev/null || echo 0) + 1)); echo $n >${file}; echo $n"
`;

const LED = `
device = "pi"
name = "Attic"
interval = 1
[outputs.led]
kind = "led"
pin = 17
label = "Light"
`;

interface Rows {
  readonly readings: readonly { readonly ts: number; readonly value: number }[];
}

beforeAll(ensureAgentPackages, 120_000);

const reach = (hub: TestHub) => `127.0.0.1:${hub.mqttPort}:${hub.httpPort}`;

/** Values of the counter as the hub has them, oldest first. */
async function counted(hub: TestHub): Promise<number[]> {
  const { readings } = await hub.json<Rows>("/api/v1/readings?device=pi&metric=count&limit=10000");
  return readings.map(({ value }) => value).reverse();
}

async function deviceOf(hub: TestHub) {
  const { devices } = await hub.json<DeviceList>("/api/v1/devices");
  return devices.find(({ id }) => id === "pi");
}

test("its own tests pass, without a warning", () => {
  const args = ["-W", "error", "-m", "unittest", "discover", "-s", "tests", "-t", "."];
  const { status, stderr } = spawnSync(PYTHON, args, { cwd: AGENT_FOLDER, env: PYTHON_ENV, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Ran \d{2,} tests/);
}, 120_000);

test("it publishes about, reports vitals, and disconnects cleanly", async () => {
  await using hub = await startTestHub("--joining", "open");
  using state = makeTemporaryFolder();
  await using agent = new TestAgent(reach(hub), LED, [], state);
  const device = await until("its readings", async () => {
    const found = await deviceOf(hub);
    return found?.metrics.some(({ name }) => name === "uptime") && found.name === "Attic" ? found : undefined;
  });
  const metric = (name: string) => device.metrics.find((one) => one.name === name);
  expect(metric("memory_used")).toMatchObject({ unit: "%", label: "Memory used" });
  expect(Math.abs((metric("uptime")?.latest.ts ?? 0) - Date.now())).toBeLessThan(60_000);
  const isConnected = async () => {
    const asked = await agent.command("status");
    return asked.code === 0 ? asked.output : undefined;
  };
  const status = await until("that it knows it is connected", isConnected, 30_000, 300);
  expect(status).toMatch(/^pi: connected to the hub at 127\.0\.0\.1/);
  // By its id the hub is known from now on, though only its address was given.
  expect(JSON.parse(readFileSync(join(state.path, "hub.json"), "utf8"))).toMatchObject({ id: hub.file.hubId });

  expect(await agent.end("SIGTERM"), agent.output).toBe(0);
  const gone = await deviceOf(hub);
  expect(gone?.presence.online).toBe(false);
  expect(await agent.command("status")).toMatchObject({ code: 1 });
});

test("a hub that is killed and comes back has every reading once, in its order, though the agent was killed too", async () => {
  await using hub = await startTestHub("--joining", "open");
  await using again = new TestHub(
    ["--joining", "open"],
    ["--http-port", `${hub.httpPort}`, "--mqtt-port", `${hub.mqttPort}`],
    hub.folder,
  );
  const file = join(hub.folder.path, "counter");
  await using agent = new TestAgent(reach(hub), counting(file));
  const counter = () => Number(readFileSync(file, "utf8"));
  const counterReaches = (value: number) =>
    until(`the counter at ${value}`, async () => (counter() >= value ? true : undefined));
  await until("the first readings", async () => ((await counted(hub)).length >= 5 ? true : undefined));
  await hub.end("SIGKILL");
  await counterReaches(counter() + 15);
  await agent.end("SIGTERM");
  agent.start();
  await counterReaches(counter() + 5);
  const atReturn = counter();
  await again.start();
  const values = await until("all of them", async () => {
    const found = await counted(again);
    return found.length > atReturn ? found : undefined;
  });
  expect(values, agent.output).toEqual(Array.from(values, (_, index) => index + 1));
  const { readings } = await again.json<Rows>("/api/v1/readings?device=pi&metric=count&limit=10000");
  expect(new Set(readings.map(({ ts }) => ts)).size).toBe(readings.length);
});

test("a command moves its output once, and gets a reply", async () => {
  await using hub = await startTestHub("--joining", "open");
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    username: "admin",
    password: hub.file.token,
  });
  const heard: { topic: string; message: unknown }[] = [];
  client.on("message", (topic, payload) => {
    heard.push({ topic: topic.replace("bramble/pi/", ""), message: JSON.parse(payload.toString()) });
  });
  const next = (topic: string) =>
    until(`a message on ${topic}`, async () => {
      const index = heard.findIndex((one) => one.topic === topic);
      return index < 0 ? undefined : heard.splice(index, 1)[0]?.message;
    });
  await client.subscribeAsync(["bramble/pi/state", "bramble/pi/reply", "bramble/pi/about"]);
  await using agent = new TestAgent(reach(hub), LED);
  const send = async (message: object) => {
    await client.publishAsync("bramble/pi/command", JSON.stringify(message), { qos: 1 });
    return next("reply");
  };
  expect(await next("about")).toMatchObject({
    name: "Attic",
    controls: [{ id: "led", label: "Light", kind: "switch" }],
  });
  expect(await next("state"), agent.output).toEqual({ led: false });

  const on = { id: "1", control: "led", value: true, at: Date.now(), ttl_ms: 60_000 };
  expect(await send(on)).toEqual({ id: "1", ok: true, value: true });
  expect(await next("state")).toEqual({ led: true });
  expect(await send({ ...on, id: "2", value: false })).toEqual({ id: "2", ok: true, value: false });
  expect(await next("state")).toEqual({ led: false });
  // The first one again: the same reply, and the light stays off.
  expect(await send(on)).toEqual({ id: "1", ok: true, value: true });
  expect(await next("state")).toEqual({ led: false });
  expect(await send({ ...on, id: "3", at: Date.now() - 120_000 })).toMatchObject({ id: "3", ok: false });
  // The state follows each reply, a refusal's too.
  expect(await next("state")).toEqual({ led: false });
  expect(await send({ ...on, id: "4", control: "horn" })).toMatchObject({
    ok: false,
    error: "there is no “horn” here",
  });
  expect(await next("state")).toEqual({ led: false });

  // At the bench, through the running agent, and the hub hears of it.
  expect(await agent.command("test", "led", "on")).toEqual({ code: 0, output: "led: true\n" });
  expect(await next("state")).toEqual({ led: true });

  // A change of the file counts without a restart; a broken one changes nothing, and is said with its line.
  agent.configure(LED.replace("outputs.led", "outputs.lamp"));
  expect(await next("about")).toMatchObject({ controls: [{ id: "lamp" }] });
  expect(await next("state")).toEqual({ lamp: false });
  agent.configure(`${LED}pin = 18\n`);
  await until("the error", async () => (agent.output.includes("line 9") ? true : undefined));
  expect(await send({ ...on, id: "5", control: "lamp" })).toEqual({ id: "5", ok: true, value: true });
  expect((await agent.command("status")).output).toContain("line 9");
  await client.endAsync();
});

test("a hub killed while a command is executed gets the reply after its restart", async () => {
  await using hub = await startTestHub();
  await using again = new TestHub([], ["--http-port", `${hub.httpPort}`, "--mqtt-port", `${hub.mqttPort}`], hub.folder);
  const go = join(hub.folder.path, "go");
  const slow = `
device = "pi"
vitals = false
[outputs.slow]
kind = "command"
run = "while [ ! -e ${go} ]; do sleep 0.05; done"
`;
  await using agent = new TestAgent(reach(hub), slow);
  await until("its control", async () => (await deviceOf(hub))?.controls[0]);
  const given = await hub.fetch("/api/v1/devices/pi/commands", {
    method: "POST",
    body: '{"control":"slow"}',
    headers: { "Content-Type": "application/json" },
  });
  const { id }: Command = await given.json();
  const reaches = (at: TestHub, state: Command["state"]) =>
    until(`${state}: ${agent.output}`, async () => {
      const command = await at.json<Command>(`/api/v1/commands/${id}`);
      return command.state === state || undefined;
    });
  await reaches(hub, "delivered");
  await hub.end("SIGKILL");
  writeFileSync(go, "");
  await until("the reply is lost", async () => agent.output.includes("did not reach the hub") || undefined);
  await again.start();
  await reaches(again, "done");
});

test("the installer and its files name this hub, whatever the Host header", async () => {
  await using hub = await startTestHub();
  const answer = await hub.fetch("/install.sh", { headers: { Authorization: "" } });
  expect(answer.headers.get("content-type")).toMatch(/^text\/x-shellscript/);
  const script = await answer.text();
  expect(script).not.toMatch(/@[A-Z_]+@/);
  expect(script).toContain(`hub=http://127.0.0.1:${hub.httpPort}\n`);
  const origin = `http://127.0.0.1:${hub.httpPort}`;
  expect(script).toContain(`'{"id":"${hub.file.hubId}","http":"${origin}","mqtt_port":${hub.mqttPort}}'`);
  expect(script).toContain('authority=""');
  expect(spawnSync("sh", ["-n"], { input: script }).status).toBe(0);

  const named = await new Promise<string>((resolve, reject) => {
    const options = { host: "127.0.0.1", port: hub.httpPort, path: "/install.sh", headers: { Host: "bramble.local" } };
    const sent = httpRequest(options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end();
  });
  expect(named).toBe(script);

  const sums = [...script.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)].map(([, sum = "", path = ""]) => ({ sum, path }));
  const modules = readdirSync(join(AGENT_FOLDER, "bramble_agent"), { encoding: "utf8", recursive: true })
    .filter((path) => path.endsWith(".py"))
    .map((path) => `bramble_agent/${path}`);
  expect(modules).toContain("bramble_agent/hub/link.py");
  expect(sums.map(({ path }) => path)).toEqual([
    "bramble-agent",
    "bramble-agent.service",
    "bramble-agent.toml",
    ...modules.toSorted(),
  ]);
  for (const { sum, path } of sums) {
    const file = await hub.fetch(`/agent/${path}`, { headers: { Authorization: "" } });
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.equals(readFileSync(join(AGENT_FOLDER, path))), path).toBe(true);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sum);
  }
});

test("nothing else is served, and HEAD is answered", async () => {
  await using hub = await startTestHub();
  for (const path of ["install.sh", "tests/support.py", "..%2f..%2fpackage.json", "bramble_agent/hub", ""]) {
    expect((await hub.fetch(`/agent/${path}`)).status, path).toBe(404);
  }
  for (const path of ["/install.sh", "/agent/bramble-agent"]) {
    const head = await hub.fetch(path, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(100);
  }
});

test("the window can show what the installer of an address is checked by, of its own addresses alone", async () => {
  await using hub = await startTestHub();
  const installer = await hub.json<Installer>("/api/v1/installer?address=127.0.0.1");
  expect(installer.url).toBe(`http://127.0.0.1:${hub.httpPort}/install.sh`);
  const script = await (await fetch(installer.url)).text();
  expect(createHash("sha256").update(script).digest("hex")).toBe(installer.sha256);
  expect(script).toContain(installer.hubId);
  const foreign = await hub.fetch("/api/v1/installer?address=203.0.113.7");
  expect([foreign.status, await foreign.json()]).toEqual([400, expect.objectContaining({ error: "bad-request" })]);
});
