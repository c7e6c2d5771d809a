// Where the hub is reached: every address that it names is tried, from this computer, and must lead to this very hub.
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import { isLoopback } from "../access/networks.ts";
import type { DoctorOptions } from "./context.ts";
import { listed } from "./lists.ts";
import { probeHttp, probeMqtt, type Reached } from "./probes.ts";

type Options = Pick<DoctorOptions, "listening" | "isMqttClient" | "allows">;
type Answer = readonly [address: string, reached: Reached];

interface Tried {
  readonly id: string;
  readonly what: string;
  readonly port: number;
  readonly flag: string;
  readonly answers: readonly Answer[];
}

export async function examineReach(hub: HubInfo, options: Options): Promise<readonly Check[]> {
  const { host } = options.listening;
  const addresses = [...new Set([...ownAddresses(host), ...hub.addresses])].filter(options.allows);
  const all = (probe: (address: string) => Promise<Reached>) =>
    Promise.all(addresses.map(async (address): Promise<Answer> => [address, await probe(address)]));
  const [mqtt, http] = await Promise.all([
    all((address) => probeMqtt(address, hub.mqttPort, options.isMqttClient)),
    all((address) => probeHttp(address, hub.httpPort, hub.hubId)),
  ]);
  const network = examineNetwork(host, hub.addresses, options.allows);
  if (addresses.length === 0) return [network];
  return [
    network,
    examineAnswers({ id: "mqtt-port", what: "MQTT", port: hub.mqttPort, flag: "--mqtt-port", answers: mqtt }),
    examineAnswers({ id: "http-port", what: "HTTP", port: hub.httpPort, flag: "--http-port", answers: http }),
  ];
}

/** Addresses beside those of the network at which a hub that listens on `host` answers. */
function ownAddresses(host: string): string[] {
  if (host === "0.0.0.0" || host === "localhost") return ["127.0.0.1"];
  return host === "::" ? ["127.0.0.1", "::1"] : [];
}

function examineNetwork(host: string, addresses: readonly string[], allows: (address: string) => boolean): Check {
  const id = "network";
  if (host === "localhost" || isLoopback(host)) {
    return {
      ...{ id, state: "wrong", title: "No Raspberry Pi can reach this hub" },
      words: `It was started with --host ${host}, and listens to this computer alone.`,
      todo: "Start it without --host.",
    };
  }
  const reachable = addresses.filter((address) => !isLoopback(address));
  if (reachable.length === 0) {
    return {
      ...{ id, state: "wrong", title: "This computer is on no network" },
      words: "It has no address but its own loopback, so no Raspberry Pi can reach it.",
      todo: "Connect it to the network of the Pis, by cable or Wi-Fi.",
    };
  }
  const shut = reachable.filter((address) => !allows(address));
  if (shut.length > 0) {
    return {
      ...{ id, state: "hint", title: `The hub lets nobody in from the network of ${listed(shut)}` },
      words: "It lets in private networks, and this one is not private.",
      todo: "If Pis are on that network, start the hub with --allow and the network.",
    };
  }
  const words = "Pis must be on the same network, and not on one for guests.";
  return { id, state: "fine", title: `This computer’s address is ${listed(reachable)}`, words };
}

function examineAnswers({ id, what, port, flag, answers }: Tried): Check {
  const at = (wanted: Reached) => answers.filter(([, reached]) => reached === wanted).map(([address]) => address);
  const [foreign, closed, silent] = [at("another"), at("closed"), at("silent")];
  const faults = [
    foreign.length > 0 ? [`At ${listed(foreign)} another program answers.`] : [],
    closed.length > 0 ? [`At ${listed(closed)} connections are refused.`] : [],
    silent.length > 0 ? [`At ${listed(silent)} nothing answers within two seconds.`] : [],
  ].flat();
  if (faults.length === 0) {
    return {
      ...{ id, state: "fine", title: `${what} answers on port ${port}` },
      words: `At ${listed(at("ours"))}. That is seen from this computer: a firewall may still keep others out.`,
    };
  }
  return {
    ...{ id, state: "wrong", title: `${what} does not answer on port ${port} as it should` },
    words: faults.join(" "),
    todo:
      foreign.length > 0
        ? `End the other program, or start the hub with another ${flag}.`
        : "Restart the hub. If that does not help, a firewall or a security program on this computer is in the way.",
  };
}
