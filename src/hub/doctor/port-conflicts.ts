// A port that the hub wanted and another program had: which one, by its name.
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import type { DoctorOptions } from "./context.ts";
import { findPortHolder, holderWords } from "./port-holder.ts";
import type { System } from "./system.ts";

interface MovedPort {
  readonly id: string;
  readonly what: string;
  readonly wanted: number;
  readonly got: number;
}

export async function examineConflicts(
  hub: Pick<HubInfo, "httpPort" | "mqttPort">,
  listening: Pick<DoctorOptions["listening"], "httpPort" | "mqttPort">,
  system: System,
): Promise<readonly Check[]> {
  const ports: MovedPort[] = [
    { id: "mqtt-port-conflict", what: "MQTT", wanted: listening.mqttPort.number, got: hub.mqttPort },
    { id: "http-port-conflict", what: "HTTP", wanted: listening.httpPort.number, got: hub.httpPort },
  ];
  // 0 is any port.
  const moved = ports.filter(({ wanted, got }) => wanted !== 0 && wanted !== got);
  if (moved.length > 0) return Promise.all(moved.map((port) => examineMoved(port, system)));
  const words = "No other program has a port that the hub wanted.";
  return [{ id: "port-conflict", state: "fine", title: "The hub has its ports", words }];
}

async function examineMoved({ id, what, wanted, got }: MovedPort, system: System): Promise<Check> {
  const holder = await findPortHolder(wanted, system);
  if (holder.kind === "nobody") {
    return {
      ...{ id, state: "hint", title: `${what} port ${wanted} is free again` },
      words: `Another program had it when the hub started, so the hub uses ${got}. Devices that do not know that do not reach it.`,
      todo: `Restart the hub: it then takes ${wanted}.`,
    };
  }
  return {
    ...{ id, state: "wrong", title: `${what} port ${wanted} is taken by ${holderWords(holder)}` },
    words: `This hub uses ${got} instead. A device that asks at ${wanted} reaches the other program.`,
    todo:
      `End that program and restart the hub, or give devices the port ${got}.` +
      ("command" in holder ? " This names the program:" : ""),
    ...("command" in holder ? { command: holder.command } : {}),
  };
}
