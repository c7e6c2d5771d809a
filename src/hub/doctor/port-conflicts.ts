// Ports that the hub wanted but another program had at its start, with the name of that program.
import type { HubInfo } from "../../shared/api.ts";
import { message } from "../../shared/messages/message.ts";
import type { DoctorOptions } from "./context.ts";
import type { Finding } from "./finding.ts";
import { findPortHolder } from "./port-holder.ts";
import type { System } from "./system.ts";

interface MovedPort {
  readonly id: string;
  readonly protocol: string;
  readonly wanted: number;
  readonly got: number;
}

export async function checkPortConflicts(
  hub: Pick<HubInfo, "httpPort" | "mqttPort">,
  listening: Pick<DoctorOptions["listening"], "httpPort" | "mqttPort">,
  system: System,
): Promise<readonly Finding[]> {
  const ports: MovedPort[] = [
    { id: "mqtt-port-conflict", protocol: "MQTT", wanted: listening.mqttPort.number, got: hub.mqttPort },
    { id: "http-port-conflict", protocol: "HTTP", wanted: listening.httpPort.number, got: hub.httpPort },
  ];
  // Port 0 lets the system choose.
  const moved = ports.filter(({ wanted, got }) => wanted !== 0 && wanted !== got);
  if (moved.length > 0) return Promise.all(moved.map((port) => checkMovedPort(port, system)));
  return [
    {
      id: "port-conflict",
      state: "fine",
      title: message("port-conflict/none/title"),
      message: message("port-conflict/none/message"),
    },
  ];
}

async function checkMovedPort({ id, protocol, wanted, got }: MovedPort, system: System): Promise<Finding> {
  const holder = await findPortHolder(wanted, system);
  if (holder.kind === "nobody") {
    return {
      id,
      state: "hint",
      title: message("port-conflict/over/title", { protocol, port: wanted }),
      message: message("port-conflict/over/message", { used: got }),
      remedy: message("port-conflict/over/remedy", { port: wanted }),
    };
  }
  const hasCommand = "command" in holder;
  return {
    id,
    state: "wrong",
    title: message("port-conflict/taken/title", { protocol, port: wanted, holder }),
    message: message("port-conflict/taken/message", { used: got, port: wanted }),
    remedy: message("port-conflict/taken/remedy", { used: got, hasCommand }),
    ...(hasCommand && { command: holder.command }),
  };
}
