// Faults on a Pi are reported by its agent, and affect nothing else: a read-only card, a cloned card, an invalid configuration. Real
// agents, a real hub, real file systems. Each test mostly waits for its agent, so they run concurrently.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { DeviceList } from "../../../src/shared/api.ts";
import { ensureAgentPackages, TestAgent } from "../../support/agent.ts";
import { makeTemporaryFolder, startTestHub, type TestHub } from "../../support/hub.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

const COUNTING = `
device = "pi"
vitals = false
interval = 0.2
[inputs.count]
kind = "command"
run = "cut -d. -f1 /proc/uptime"
[outputs.led]
kind = "led"
pin = 17
`;

/** Three times pushed out, with the pauses between; the disk is tried again every 10 s. */
const LOGGED_WITHIN_MS = 60_000;
const STATUS_WITHIN_MS = 30_000;
/** Each question starts a Python. */
const STATUS_PAUSE_MS = 300;
const SAME_ID = `device = "greenhouse"\nvitals = false\n`;

beforeAll(ensureAgentPackages, 120_000);

const reach = (hub: TestHub) => `127.0.0.1:${hub.mqttPort}:${hub.httpPort}`;

const untilLogged = (agent: TestAgent, words: string) =>
  until(`"${words}" in the log`, async () => agent.output.includes(words) || undefined, LOGGED_WITHIN_MS);

async function statusSays(agent: TestAgent, words: string): Promise<{ code: number | null; output: string }> {
  const ask = async () => {
    const status = await agent.command("status");
    return status.output.includes(words) ? status : undefined;
  };
  return until(`"${words}" in the status`, ask, STATUS_WITHIN_MS, STATUS_PAUSE_MS);
}

/** Waits until its status has nothing to complain of. */
async function untilAllIsWell(agent: TestAgent): Promise<void> {
  const isWell = async () => (await agent.command("status")).code === 0 || undefined;
  await until("a status without a word of it", isWell, STATUS_WITHIN_MS, STATUS_PAUSE_MS);
}

async function readingsOf(hub: TestHub): Promise<number> {
  const { readings } = await hub.json<{ readings: unknown[] }>("/api/v1/readings?device=pi&metric=count&limit=10000");
  return readings.length;
}

const untilMoreThan = (hub: TestHub, count: number) =>
  until(`more than ${count} readings`, async () => ((await readingsOf(hub)) > count ? true : undefined));

const remount = (path: string, how: "ro" | "rw") => execFileSync("mount", ["-o", `remount,${how}`, path]);

test.skipIf(!mayMountSmallDisk())(
  "a read-only card: all goes on in memory, is said, and goes back",
  { concurrent: true, timeout: 90_000 },
  async () => {
    await using hub = await startTestHub("--joining", "open");
    const disk = mountSmallDisk(4);
    await using agent = new TestAgent(reach(hub), COUNTING, [], disk);
    await untilMoreThan(hub, 2);
    await agent.end("SIGTERM");
    remount(disk.path, "ro");
    const before = await readingsOf(hub);
    agent.start();
    await untilMoreThan(hub, before + 2);
    const status = await statusSays(agent, "pi: connected");
    expect(status.code).toBe(1);
    expect(status.output).toContain("is on a read-only file system");
    expect(agent.output).toContain("in memory alone");
    expect(await agent.command("test", "led", "on")).toEqual({ code: 0, output: "led: true\n" });

    remount(disk.path, "rw");
    await untilLogged(agent, "readings are kept on the disk again");
    await untilLogged(agent, "commands are remembered on the disk again");
    await untilAllIsWell(agent);
    expect(await agent.end("SIGTERM"), agent.output).toBe(0);
  },
);

test.skipIf(!mayMountSmallDisk())(
  "a card that fills up while it runs: nothing stops, and readings arrive",
  { concurrent: true, timeout: 90_000 },
  async () => {
    await using hub = await startTestHub("--joining", "open");
    const disk = mountSmallDisk(1);
    await using agent = new TestAgent(reach(hub), COUNTING, [], disk);
    await untilMoreThan(hub, 2);
    // Takes what is left, and says that there was not more.
    const fill = () => execFileSync("sh", ["-c", `cat /dev/zero >"$0/filler" 2>/dev/null || true`, disk.path]);
    fill();
    await until("the words for it", async () => {
      // What the agent freed is taken, too.
      fill();
      return agent.output.includes("is full: make room") || undefined;
    });
    await untilMoreThan(hub, await readingsOf(hub));
    expect((await statusSays(agent, "is full: make room")).code).toBe(1);
    execFileSync("rm", [`${disk.path}/filler`]);
    await untilLogged(agent, "on the disk again");
    await untilAllIsWell(agent);
    expect(await agent.end("SIGTERM"), agent.output).toBe(0);
  },
);

test("two agents with one id: each says so in its log and status, until one of them is given another", {
  concurrent: true,
  timeout: 120_000,
}, async () => {
  await using hub = await startTestHub("--joining", "open");
  await using one = new TestAgent(reach(hub), SAME_ID);
  await using other = new TestAgent(reach(hub), SAME_ID);
  for (const agent of [one, other]) {
    await untilLogged(agent, "another machine seems to use the id “greenhouse”, too");
    const status = await statusSays(agent, "another machine seems to use the id");
    expect(status.code).toBe(1);
    expect(status.output).toContain('device = "greenhouse-2" in /etc/bramble-agent.toml');
  }
  other.configure(SAME_ID.replace("greenhouse", "greenhouse-2"));
  await until("both are connected", async () => {
    const { devices } = await hub.json<DeviceList>("/api/v1/devices");
    const online = devices.filter(({ presence }) => presence.online).map(({ id }) => id);
    return online.includes("greenhouse") && online.includes("greenhouse-2") ? true : undefined;
  });
  expect((await statusSays(other, "greenhouse-2: connected")).output).not.toContain("another machine");
});

test("a stop does not wait for a command that takes long: readings go on meanwhile, and the queue is closed", {
  concurrent: true,
  timeout: 90_000,
}, async () => {
  await using hub = await startTestHub("--joining", "open");
  using state = makeTemporaryFolder();
  const [began, go] = [join(state.path, "began"), join(state.path, "go")];
  const slow = `${COUNTING}[outputs.slow]
kind = "command"
timeout = 3600
run = "trap '' TERM; touch ${began}; until [ -e ${go} ]; do sleep 0.1; done"
`;
  await using agent = new TestAgent(reach(hub), slow, [], state);
  using _end = { [Symbol.dispose]: () => writeFileSync(go, "") };
  await untilMoreThan(hub, 0);
  await hub.fetch("/api/v1/devices/pi/commands", {
    method: "POST",
    body: '{"control":"slow"}',
    headers: { "Content-Type": "application/json" },
  });
  await until("it to begin", async () => existsSync(began) || undefined);
  // It introduces itself anew, with all of its controls and states.
  agent.configure(slow.replace("vitals = false", 'vitals = false\nname = "Attic"'));
  await until("its new name", async () => {
    const { devices } = await hub.json<DeviceList>("/api/v1/devices");
    return devices.find(({ name }) => name === "Attic");
  });
  await untilMoreThan(hub, await readingsOf(hub));
  expect(await agent.end("SIGTERM"), agent.output).toBe(0);
  // SQLite takes it away when the last connection closes.
  expect(existsSync(join(state.path, "outbox.db-wal"))).toBe(false);
});

test("a configuration that cannot work is refused with its lines, and the device stays who it is", {
  concurrent: true,
  timeout: 90_000,
}, async () => {
  await using hub = await startTestHub("--joining", "open");
  const faulty = `device = "pi"
[hub]
address = "http://192.168.1.2:8080"
mqtt_port = 70000
[outputs.fan]
kind = "pmw"
pin = 18
`;
  await using agent = new TestAgent(reach(hub), faulty);
  const status = await statusSays(agent, "pi: connected");
  expect(status.code).toBe(1);
  const check = await agent.command("check");
  expect(check.code).toBe(1);
  for (const words of [
    'line 3: [hub] address takes a host name or an IP address, not a URL: write address = "192.168.1.2"',
    "line 4: [hub] mqtt_port is 1 to 65535, not 70000",
    "line 6: [outputs.fan] kind is one of led, relay, pwm, servo, rgb, command; not 'pmw'; did you mean “pwm”?",
  ]) {
    for (const output of [agent.output, status.output, check.output]) expect(output).toContain(words);
  }
  const { devices } = await hub.json<DeviceList>("/api/v1/devices");
  expect(devices.map(({ id }) => id)).toEqual(["pi"]);

  agent.configure('device = "pi"\n[inputs.a]\nkind = "command"\nrun = "echo nan"\n');
  const noNumber = await statusSays(agent, "input a: line 4: the command printed no number: 'nan'");
  expect(noNumber.code).toBe(1);
  expect(await agent.command("check")).toMatchObject({ code: 1 });
  agent.configure('device = "pi"\n[inputs.a]\nkind = "command"\nrun = "echo 5"\n');
  await untilAllIsWell(agent);
  const right = await agent.command("check");
  expect(right.code).toBe(0);
  expect(right.output).toContain("a: 5\n");
});
