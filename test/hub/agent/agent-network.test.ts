// Pis and a hub in separate network namespaces: the agent discovers its hub, finds it again when it moves, and delivers every reading;
// other clients on Pis get their commands.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { DeviceList } from "../../../src/shared/api.ts";
import type { Command, CommandMessage } from "../../../src/shared/controls/command.ts";
import { ensureAgentPackages, TestAgent } from "../../support/agent.ts";
import { TestHub } from "../../support/hub.ts";
import { ensurePackages } from "../../support/system/apt.ts";
import { connectNamespaces, jsonWithin, mayMakeNamespaces, Namespace } from "../../support/system/namespace.ts";
import { until } from "../../support/until.ts";

/** The agent notices a dead connection after 10 s; the hub is advertised anew within 6 s: this is for a slow machine. */
const FOUND_AGAIN_WITHIN_MS = 60_000;
const snippet = (name: string) => fileURLToPath(new URL(`../snippets/${name}`, import.meta.url));

/** Counts up by one in a file: so it can be seen whether one is missing, or there twice. */
const counting = (file: string) => `
device = "pi"
vitals = false
interval = 0.2
[inputs.count]
kind = "command"
run = "n=$(($(cat ${file} 2>/dev/null || echo 0) + 1)); echo $n >${file}; echo $n"
[outputs.led]
kind = "led"
pin = 17
`;

/** The hub's machine and a Pi, with a cable between them. */
class Place implements Disposable {
  readonly home = new Namespace();
  readonly pi = new Namespace();

  constructor() {
    connectNamespaces(
      { machine: this.home, name: "eth1", address: "10.77.1.1/24" },
      { machine: this.pi, name: "eth0", address: "10.77.1.9/24" },
    );
  }

  async startHub(...args: readonly string[]): Promise<TestHub> {
    const hub = new TestHub(args, undefined, undefined, this.home.within);
    await hub.start();
    return hub;
  }

  [Symbol.dispose](): void {
    for (const machine of [this.home, this.pi]) machine[Symbol.dispose]();
  }
}

/** Each question starts a program on the hub's machine. */
const ASK_PAUSE_MS = 150;

interface Rows {
  readonly readings: readonly { readonly ts: number; readonly value: number }[];
}

/** What the hub has of the counter, oldest first. */
const counted = async (hub: TestHub) =>
  (await jsonWithin<Rows>(hub, "/api/v1/readings?device=pi&metric=count&limit=10000")).readings.toReversed();

async function untilControl(hub: TestHub, device: string): Promise<void> {
  const control = async () => {
    const { devices } = await jsonWithin<DeviceList>(hub, "/api/v1/devices");
    return devices.find(({ id }) => id === device)?.controls[0];
  };
  await until(`a control of ${device}`, control, FOUND_AGAIN_WITHIN_MS, ASK_PAUSE_MS);
}

const give = (hub: TestHub, device: string) =>
  jsonWithin<Command>(hub, `/api/v1/devices/${device}/commands`, { body: { control: "led", value: true } });

const untilDone = (hub: TestHub, { id }: Command) =>
  until(
    "done",
    async () => {
      const command = await jsonWithin<Command>(hub, `/api/v1/commands/${id}`);
      return command.state === "done" ? command : undefined;
    },
    FOUND_AGAIN_WITHIN_MS,
    ASK_PAUSE_MS,
  );

if (!mayMakeNamespaces()) {
  console.warn("This user may not make network namespaces: how agents follow their hub is not tested here.");
} else {
  beforeAll(() => {
    ensureAgentPackages();
    ensurePackages(["curl", "mosquitto-clients"], "the tests of Pis without the agent");
  }, 120_000);

  test("an agent finds its hub, follows it to another address and to another port, and no reading is missing", {
    concurrent: true,
    timeout: 180_000,
  }, async () => {
    using place = new Place();
    await using hub = await place.startHub("--joining", "ask");
    const file = join(hub.folder.path, "counter");
    const counter = () => Number(readFileSync(file, "utf8"));
    await using agent = new TestAgent(null, counting(file), place.pi.within);
    const untilAll = (at: TestHub, least: number) =>
      until(
        `the readings up to ${least}: ${agent.output}`,
        async () => ((await counted(at)).length >= least ? true : undefined),
        FOUND_AGAIN_WITHIN_MS,
        ASK_PAUSE_MS,
      );

    const wantsToJoin = async () => {
      const { devices } = await jsonWithin<DeviceList>(hub, "/api/v1/devices");
      return devices.find(({ id, joining }) => id === "pi" && joining === "waiting");
    };
    await until("it wants to join", wantsToJoin, FOUND_AGAIN_WITHIN_MS, ASK_PAUSE_MS);
    await jsonWithin(hub, "/api/v1/devices/pi/approve", { body: {} });
    await untilAll(hub, 10);
    await untilDone(hub, await give(hub, "pi"));

    place.home.ip("address", "delete", "10.77.1.1/24", "dev", "eth1");
    place.home.ip("address", "add", "10.77.1.2/24", "dev", "eth1");
    await untilAll(hub, counter() + 10);
    expect(agent.output).toContain("connected to the hub at 10.77.1.2");

    await hub.end("SIGKILL");
    const away = counter();
    await until("readings that wait", async () => counter() >= away + 30 || undefined, 30_000);
    await using again = new TestHub(
      ["--joining", "ask"],
      ["--http-port", "8181", "--mqtt-port", "1993"],
      hub.folder,
      place.home.within,
    );
    await again.start();
    await untilAll(again, counter() + 10);
    expect(agent.output).toContain("connected to the hub at 10.77.1.2 port 1993");
    await untilDone(again, await give(again, "pi"));
    const rows = await counted(again);
    expect(rows.map(({ value }) => value)).toEqual(Array.from(rows, (_, index) => index + 1));
    expect(new Set(rows.map(({ ts }) => ts)).size).toBe(rows.length);
  });

  test("a hub that is open over TLS alone is found, pinned, and followed to another address before its certificate is", {
    concurrent: true,
    timeout: 180_000,
  }, async () => {
    using place = new Place();
    await using hub = await place.startHub("--https-port", "9443", "--mqtts-port", "9883");
    await jsonWithin(hub, "/api/v1/tls", { method: "PATCH", body: { plainPorts: "closed-but-loopback" } });
    const file = join(hub.folder.path, "counter");
    await using agent = new TestAgent(null, counting(file), place.pi.within);
    const untilConnected = (address: string) =>
      until(
        `connected: ${agent.output}`,
        async () => agent.output.includes(`connected to the hub at ${address} port 9883 (TLS)`) || undefined,
        FOUND_AGAIN_WITHIN_MS,
      );
    await untilConnected("10.77.1.1");
    expect(agent.output).toContain("this device trusts the authority");
    await untilControl(hub, "pi");
    await untilDone(hub, await give(hub, "pi"));
    place.home.ip("address", "delete", "10.77.1.1/24", "dev", "eth1");
    place.home.ip("address", "add", "10.77.1.2/24", "dev", "eth1");
    await untilConnected("10.77.1.2");
    const rows = await counted(hub);
    expect(rows.map(({ value }) => value)).toEqual(Array.from(rows, (_, index) => index + 1));
  });

  test("a Pi with only paho, a WebSocket or curl gets its commands", {
    concurrent: true,
    timeout: 60_000,
  }, async () => {
    using place = new Place();
    await using hub = await place.startHub();
    const [mqttPort, origin] = [String(hub.mqttPort), `10.77.1.1:${hub.httpPort}`];
    const paho = place.pi.spawn("/usr/bin/python3", snippet("obey_mqtt.py"), "10.77.1.1", mqttPort);
    using _endPaho = { [Symbol.dispose]: () => paho.kill("SIGKILL") };
    const socket = place.pi.spawn(process.execPath, snippet("obey_websocket.mjs"), origin);
    using _endSocket = { [Symbol.dispose]: () => socket.kill("SIGKILL") };
    for (const device of ["paho", "socket"]) {
      await untilControl(hub, device);
      expect(await untilDone(hub, await give(hub, device))).toMatchObject({ reply: true });
    }

    const about = '{"controls":[{"id":"led","kind":"switch"}]}';
    const publish = ["-h", "10.77.1.1", "-p", mqttPort, "-q", "1", "-t", "bramble/curl/about", "-m", about];
    await place.pi.run("mosquitto_pub", ...publish);
    const next = place.pi.run("curl", "-fsS", `http://${origin}/api/v1/devices/curl/commands/next?wait=30`);
    const given = await give(hub, "curl");
    const { id, value }: CommandMessage = JSON.parse(await next);
    expect([id, value]).toEqual([given.id, true]);
    const reply = ["-H", "Content-Type: application/json", "-d", '{"ok":true,"value":true}'];
    await place.pi.run("curl", "-fsS", ...reply, `http://${origin}/api/v1/commands/${id}/reply`);
    expect(await untilDone(hub, given)).toMatchObject({ reply: true });
  });
}
