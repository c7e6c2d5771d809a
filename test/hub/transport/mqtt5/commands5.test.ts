// Commands to an MQTT 5 device: their properties, and refusal by its client.
import { expect, test } from "vitest";
import type { Command } from "../../../../src/shared/controls/command.ts";
import type { MqttClientList } from "../../../../src/shared/mqtt/mqtt-clients.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer } from "../../../support/mqtt/mqtt-peer.ts";
import { until } from "../../../support/until.ts";

const ABOUT = JSON.stringify({
  controls: [
    { id: "led", kind: "switch", label: "LED" },
    { id: "fan", kind: "switch", label: "Fan" },
  ],
});

async function give(hub: HubInside, control: string, ttl: number): Promise<Command> {
  const body = JSON.stringify({ control, value: true, ttl });
  const answer = await hub.fetch("/api/v1/devices/pi/commands", { method: "POST", body });
  expect(answer.status, await answer.clone().text()).toBe(202);
  return answer.json();
}

const untilState = (hub: HubInside, { id }: Command, state: string) =>
  until(state, async () => {
    const command: Command = await (await hub.fetch(`/api/v1/commands/${id}`)).json();
    return command.state === state ? command : undefined;
  });

test("a command has a Response Topic, Correlation Data and an expiry; a refused one fails", async () => {
  await using hub = await startHubInside();
  await using pi = await connectPeer(hub.mqttPort, { clientId: "pi", properties: { receiveMaximum: 2 } });
  await pi.publish("bramble/pi/about", ABOUT);
  await pi.subscribe([{ topic: "bramble/pi/command", qos: 1 }]);
  const done = await give(hub, "led", 30);
  const sent = await pi.next("publish");
  expect(sent).toMatchObject({
    topic: "bramble/pi/command",
    properties: {
      responseTopic: "bramble/pi/reply",
      correlationData: Buffer.from(done.id),
      messageExpiryInterval: 30,
    },
  });
  pi.send({ cmd: "puback", messageId: sent.messageId ?? 0, reasonCode: 0 });
  await untilState(hub, done, "delivered");
  const { clients }: MqttClientList = await (await hub.fetch("/api/v1/clients")).json();
  expect(clients).toMatchObject([{ id: "pi", sent: { messages: 1 } }]);
  await pi.publish(sent.properties?.responseTopic ?? "", JSON.stringify({ id: done.id, ok: true, value: true }));
  await untilState(hub, done, "done");

  const refused = await give(hub, "led", 30);
  const { messageId = 0 } = await pi.next("publish");
  pi.send({ cmd: "puback", messageId, reasonCode: 0x83 });
  expect(await untilState(hub, refused, "failed")).toMatchObject({
    error: "refused by the device's client (0x83)",
    timeline: [{ state: "queued" }, { state: "sent" }, { state: "failed" }],
  });
  const next = await give(hub, "led", 30);
  const again = await pi.next("publish");
  pi.send({ cmd: "puback", messageId: again.messageId ?? 0, reasonCode: 0 });
  await untilState(hub, next, "delivered");
});

test("a plug whose client refuses gets the command once", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  await hub.post({ device_id: "pi", t: 1 });
  const plugged = {
    control: { id: "plug", kind: "switch", label: "Plug" },
    publishes: { topic: "plug/power", on: "ON", off: "OFF" },
  };
  const added = await hub.fetch("/api/v1/devices/pi", {
    method: "PATCH",
    body: JSON.stringify({ controls: [plugged] }),
  });
  expect(added.status, await added.clone().text()).toBe(200);
  await using plug = await connectPeer(hub.mqttPort);
  await plug.subscribe([{ topic: "plug/power", qos: 1 }]);
  const command = await give(hub, "plug", 30);
  const sent = await plug.next("publish");
  expect(sent.properties).toEqual({ messageExpiryInterval: 30 });
  plug.send({ cmd: "puback", messageId: sent.messageId ?? 0, reasonCode: 0x87 });
  await untilState(hub, command, "failed");
  plug.send({ cmd: "pingreq" });
  await plug.next("pingresp");
  expect(plug.received).toEqual([]);
});

test("commands and messages together respect the Receive Maximum, without loss", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  await using pi = await connectPeer(hub.mqttPort, { clientId: "pi", properties: { receiveMaximum: 1 } });
  await pi.publish("bramble/pi/about", ABOUT);
  await pi.subscribe([
    { topic: "bramble/pi/command", qos: 1 },
    { topic: "news", qos: 1 },
  ]);
  /** The one message that is open; what is behind it has not come. */
  const takeOne = async () => {
    const sent = await pi.next("publish");
    pi.send({ cmd: "pingreq" });
    await pi.next("pingresp");
    expect(pi.received).toEqual([]);
    pi.send({ cmd: "puback", messageId: sent.messageId ?? 0, reasonCode: 0 });
    return sent.topic;
  };
  for (const text of ["1", "2"]) await pi.publish("news", text);
  const first = await give(hub, "led", 30);
  const second = await give(hub, "fan", 30);
  const topics = [await takeOne(), await takeOne(), await takeOne(), await takeOne()];
  expect(topics, "commands go first").toEqual(["news", "bramble/pi/command", "bramble/pi/command", "news"]);
  for (const command of [first, second]) await untilState(hub, command, "delivered");
});
