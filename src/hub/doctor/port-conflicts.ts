// Ports that the hub wanted but another program had at its start, with the name of that program.
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import type { DoctorOptions } from "./context.ts";
import { describeHolder, findPortHolder } from "./port-holder.ts";
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
): Promise<readonly Check[]> {
  const ports: MovedPort[] = [
    { id: "mqtt-port-conflict", protocol: "MQTT", wanted: listening.mqttPort.number, got: hub.mqttPort },
    { id: "http-port-conflict", protocol: "HTTP", wanted: listening.httpPort.number, got: hub.httpPort },
  ];
  // Port 0 lets the system choose.
  const moved = ports.filter(({ wanted, got }) => wanted !== 0 && wanted !== got);
  if (moved.length > 0) return Promise.all(moved.map((port) => checkMovedPort(port, system)));
  const message = "No other program has a port that the hub wanted.";
  return [{ id: "port-conflict", state: "fine", title: "The hub has its ports", message }];
}

async function checkMovedPort({ id, protocol, wanted, got }: MovedPort, system: System): Promise<Check> {
  const holder = await findPortHolder(wanted, system);
  if (holder.kind === "nobody") {
    return {
      ...{ id, state: "hint", title: `${protocol} port ${wanted} is free again` },
      message: `Another program had it when the hub started, so the hub uses ${got}. Devices that do not know that do not reach it.`,
      remedy: `Restart the hub: it then takes ${wanted}.`,
    };
  }
  return {
    ...{ id, state: "wrong", title: `${protocol} port ${wanted} is taken by ${describeHolder(holder)}` },
    message: `This hub uses ${got} instead. A device that asks at ${wanted} reaches the other program.`,
    remedy:
      `End that program and restart the hub, or give devices the port ${got}.` +
      ("command" in holder ? " This names the program:" : ""),
    ...("command" in holder ? { command: holder.command } : {}),
  };
}
