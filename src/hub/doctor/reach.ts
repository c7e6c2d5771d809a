// Where the hub is reached: connects to each of its addresses from this computer; this very hub must answer.
import { networkInterfaces } from "node:os";
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import { isLoopback } from "../access/networks.ts";
import { rankedAddresses } from "../discovery/interfaces.ts";
import type { DoctorOptions } from "./context.ts";
import { listed } from "./lists.ts";
import { probeHttp, probeMqtt, type Reached } from "./probes.ts";

type Options = Pick<DoctorOptions, "listening" | "isMqttClient" | "allows">;
type Answer = readonly [address: string, reached: Reached];

interface ProbedPort {
  readonly id: string;
  readonly protocol: string;
  readonly port: number;
  readonly flag: string;
  readonly answers: readonly Answer[];
}

export async function checkReach(hub: HubInfo, options: Options): Promise<readonly Check[]> {
  const { host } = options.listening;
  const addresses = [...new Set([...loopbackAddresses(host), ...hub.addresses])].filter(options.allows);
  const all = (probe: (address: string) => Promise<Reached>) =>
    Promise.all(addresses.map(async (address): Promise<Answer> => [address, await probe(address)]));
  const [mqtt, http] = await Promise.all([
    all((address) => probeMqtt(address, hub.mqttPort, options.isMqttClient)),
    all((address) => probeHttp(address, hub.httpPort, hub.hubId)),
  ]);
  const network = checkNetwork(host, hub.addresses, options.allows);
  if (addresses.length === 0) return [network];
  return [
    network,
    checkAnswers({ id: "mqtt-port", protocol: "MQTT", port: hub.mqttPort, flag: "--mqtt-port", answers: mqtt }),
    checkAnswers({ id: "http-port", protocol: "HTTP", port: hub.httpPort, flag: "--http-port", answers: http }),
  ];
}

/** Loopback addresses at which a hub that listens on `host` answers. */
function loopbackAddresses(host: string): string[] {
  if (host === "0.0.0.0" || host === "localhost") return ["127.0.0.1"];
  return host === "::" ? ["127.0.0.1", ...(hasIPv6Loopback() ? ["::1"] : [])] : [];
}

function hasIPv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((infos) => infos?.some(({ address }) => address === "::1"));
}

function checkNetwork(host: string, addresses: readonly string[], allows: (address: string) => boolean): Check {
  const id = "network";
  if (host === "localhost" || isLoopback(host)) {
    return {
      ...{ id, state: "wrong", title: "No Raspberry Pi can reach this hub" },
      message: `It was started with --host ${host}, and listens to this computer alone.`,
      remedy: "Start it without --host.",
    };
  }
  const reachable = addresses.filter((address) => !isLoopback(address));
  if (reachable.length === 0) {
    const missed = host === "0.0.0.0" ? rankedAddresses("::") : [];
    if (missed.length > 0) {
      return {
        ...{ id, state: "wrong", title: "No Raspberry Pi can reach this hub: its network is IPv6 alone" },
        message: `This computer’s address is ${listed(missed)}. The hub was started with --host ${host}: it listens to IPv4 alone.`,
        remedy: "Start it with --host ::, which is IPv6 and IPv4, or without --host.",
      };
    }
    return {
      ...{ id, state: "wrong", title: "This computer is on no network" },
      message: "It has no address but its own loopback, so no Raspberry Pi can reach it.",
      remedy: "Connect it to the network of the Pis, by cable or Wi-Fi.",
    };
  }
  const notAllowed = reachable.filter((address) => !allows(address));
  if (notAllowed.length > 0) {
    return {
      ...{ id, state: "hint", title: `The hub lets nobody in from the network of ${listed(notAllowed)}` },
      message: "It lets in private networks, and this one is not private.",
      remedy: "If Pis are on that network, start the hub with --allow and the network.",
    };
  }
  const message = "Pis must be on the same network, and not on one for guests.";
  return { id, state: "fine", title: `This computer’s address is ${listed(reachable)}`, message };
}

function checkAnswers({ id, protocol, port, flag, answers }: ProbedPort): Check {
  const at = (wanted: Reached) => answers.filter(([, reached]) => reached === wanted).map(([address]) => address);
  const [foreign, closed, silent] = [at("another"), at("closed"), at("silent")];
  const faults = [
    foreign.length > 0 ? [`At ${listed(foreign)} another program answers.`] : [],
    closed.length > 0 ? [`At ${listed(closed)} connections are refused.`] : [],
    silent.length > 0 ? [`At ${listed(silent)} nothing answers within two seconds.`] : [],
  ].flat();
  if (faults.length === 0) {
    return {
      ...{ id, state: "fine", title: `${protocol} answers on port ${port}` },
      message: `At ${listed(at("ours"))}. That is seen from this computer: a firewall may still keep others out.`,
    };
  }
  return {
    ...{ id, state: "wrong", title: `${protocol} does not answer on port ${port} as it should` },
    message: faults.join(" "),
    remedy:
      foreign.length > 0
        ? `End the other program, or start the hub with another ${flag}.`
        : "Restart the hub. If that does not help, a firewall or a security program on this computer is in the way.",
  };
}
