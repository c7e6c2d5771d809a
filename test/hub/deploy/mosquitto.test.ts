// The real Mosquitto of compose.outgrow.yaml: its configuration and ACL allow what the hub needs, and a device only its own topics.
import { connectAsync } from "mqtt";
import { beforeAll, expect, test } from "vitest";
import type { Command } from "../../../src/shared/controls/command.ts";
import { readDeployFile } from "../../support/deploy.ts";
import { startTestHub } from "../../support/hub.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { until } from "../../support/until.ts";

beforeAll(ensureMosquitto, 120_000);

/** The test has a port and a folder of its own. */
const OWN = /^(?:#.*|listener .*|persistence.*|autosave_interval .*|log_.*|)$/;

test("a device's readings, its will and its commands pass, and another's do not", { timeout: 60_000 }, async () => {
  const lines = readDeployFile("mosquitto", "mosquitto.conf")
    .split("\n")
    .filter((line) => !OWN.test(line))
    .map((line) => line.replace("/mosquitto/config/", "FOLDER/"));
  expect(lines).toContain("allow_anonymous false");
  await using broker = await Mosquitto.create(...lines);
  broker.writePasswords({ bramble: "hubsecret", attic: "atticsecret" });
  broker.writeFile("acl", readDeployFile("mosquitto", "acl"));
  await broker.start();
  await using hub = await startTestHub("--broker", broker.url.replace("//", "//bramble:hubsecret@"));
  const login = { username: "attic", password: "atticsecret", reconnectPeriod: 0 };
  const pi = await connectAsync(broker.url, login);
  const commands: string[] = [];
  pi.on("message", (topic) => commands.push(topic));
  await pi.subscribeAsync("bramble/attic/command", { qos: 1 });
  const about = JSON.stringify({ controls: [{ id: "led", kind: "switch" }] });
  await pi.publishAsync("bramble/attic/about", about, { qos: 1, retain: true });
  await pi.publishAsync("bramble/attic/status", "online", { qos: 1, retain: true });
  // MQTT 3.1.1 has no word for “you may not”: what is forbidden is acknowledged, and goes nowhere.
  await pi.publishAsync("sensor/cellar/data", '{"t":1}', { qos: 1 });
  await pi.publishAsync("sensor/attic/data", '{"t":21}', { qos: 1 });
  await pi.publishAsync("bramble/attic/metric/room/humidity", "55", { qos: 1 });
  const rows = await until("both readings", async () => {
    const { readings } = await hub.json<{ readings: { device: string; metric: string }[] }>("/api/v1/readings");
    return readings.length >= 2 ? readings : undefined;
  });
  expect(rows.map(({ device, metric }) => `${device} ${metric}`).toSorted()).toEqual([
    "attic room/humidity",
    "attic t",
  ]);
  const body = JSON.stringify({ control: "led", value: true });
  const headers = { "Content-Type": "application/json" };
  const given: Command = await (
    await hub.fetch("/api/v1/devices/attic/commands", { method: "POST", body, headers })
  ).json();
  await until("the command", async () => commands[0]);
  await pi.publishAsync("bramble/attic/reply", JSON.stringify({ id: given.id, ok: true }), { qos: 1 });
  const isDone = async () => (await hub.json<Command>(`/api/v1/commands/${given.id}`)).state === "done" || undefined;
  await until("the reply", isDone);
  await pi.endAsync(true);
  await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow("Not authorized");
});
