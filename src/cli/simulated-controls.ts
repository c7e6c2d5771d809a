// The controls of a synthetic Pi, which executes commands like a real one, so that switches can be tried without any.
import type { MqttClient } from "mqtt";
import type { CommandMessage, CommandReply } from "../shared/controls/command.ts";
import type { Control, ControlValue } from "../shared/controls/control.ts";

const controls: readonly Control[] = [
  { id: "led", kind: "switch", label: "LED" },
  { id: "fan", kind: "number", label: "Fan", min: 0, max: 100, step: 5, unit: "%" },
  { id: "mode", kind: "select", label: "Mode", options: ["eco", "comfort", "off"] },
  { id: "lamp", kind: "color", label: "Lamp" },
  { id: "identify", kind: "button", label: "Identify" },
];

/** Publishes the `about` of `device`, and executes its commands from then on, each once. */
export async function answerCommands(client: MqttClient, device: string): Promise<void> {
  const state: Record<string, ControlValue> = { led: false, fan: 20, mode: "eco", lamp: "#ff8800" };
  const replies = new Map<string, CommandReply>();
  const publish = (leaf: string, body: object, retain = false) =>
    client.publishAsync(`bramble/${device}/${leaf}`, JSON.stringify(body), { qos: 1, retain });
  client.on("message", (topic, payload) => {
    if (topic !== `bramble/${device}/command`) return;
    const { id, control, value }: CommandMessage = JSON.parse(payload.toString());
    let reply = replies.get(id);
    if (reply === undefined) {
      if (control in state) state[control] = value;
      reply = { id, ok: true, value };
      replies.set(id, reply);
    }
    // If the hub stops meanwhile, it sends the command again.
    Promise.all([publish("state", state), publish("reply", reply)]).catch(() => undefined);
  });
  await publish("about", { model: "Simulated Raspberry Pi", controls }, true);
  await publish("state", state);
  await client.subscribeAsync(`bramble/${device}/command`, { qos: 1 });
}
