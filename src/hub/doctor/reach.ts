// Where the hub is reached: connects to each of its addresses from this computer; this very hub must answer.
import { networkInterfaces } from "node:os";
import type { HubInfo } from "../../shared/api.ts";
import { message } from "../../shared/messages/message.ts";
import { isLoopback } from "../access/networks.ts";
import { rankedAddresses } from "../discovery/interfaces.ts";
import type { DoctorOptions } from "./context.ts";
import type { Finding } from "./finding.ts";
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

export async function checkReach(hub: HubInfo, options: Options): Promise<readonly Finding[]> {
  const { host } = options.listening;
  const all = hub.plainPorts === undefined ? [...loopbackAddresses(host), ...hub.addresses] : ["127.0.0.1"];
  const addresses = [...new Set(all)].filter(options.allows);
  const probeAll = (probe: (address: string) => Promise<Reached>) =>
    Promise.all(addresses.map(async (address): Promise<Answer> => [address, await probe(address)]));
  const [mqtt, http] = await Promise.all([
    probeAll((address) => probeMqtt(address, hub.mqttPort, options.isMqttClient)),
    probeAll((address) => probeHttp(address, hub.httpPort, hub)),
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

function checkNetwork(host: string, addresses: readonly string[], allows: (address: string) => boolean): Finding {
  const id = "network";
  if (host === "localhost" || isLoopback(host)) {
    return {
      id,
      state: "wrong",
      title: message("network/loopback/title"),
      message: message("network/loopback/message", { host }),
      remedy: message("network/loopback/remedy"),
    };
  }
  const reachable = addresses.filter((address) => !isLoopback(address));
  if (reachable.length === 0) {
    const missed = host === "0.0.0.0" ? rankedAddresses("::") : [];
    if (missed.length > 0) {
      return {
        id,
        state: "wrong",
        title: message("network/ipv6-alone/title"),
        message: message("network/ipv6-alone/message", { host, addresses: missed }),
        remedy: message("network/ipv6-alone/remedy"),
      };
    }
    return {
      id,
      state: "wrong",
      title: message("network/none/title"),
      message: message("network/none/message"),
      remedy: message("network/none/remedy"),
    };
  }
  const notAllowed = reachable.filter((address) => !allows(address));
  if (notAllowed.length > 0) {
    return {
      id,
      state: "hint",
      title: message("network/not-allowed/title", { addresses: notAllowed }),
      message: message("network/not-allowed/message"),
      remedy: message("network/not-allowed/remedy"),
    };
  }
  return {
    id,
    state: "fine",
    title: message("network/fine/title", { addresses: reachable }),
    message: message("network/fine/message"),
  };
}

function checkAnswers({ id, protocol, port, flag, answers }: ProbedPort): Finding {
  const at = (wanted: Reached) => answers.filter(([, reached]) => reached === wanted).map(([address]) => address);
  const ours = at("ours");
  if (ours.length === answers.length) {
    return {
      id,
      state: "fine",
      title: message("port/answers/title", { protocol, port }),
      message: message("port/answers/message", { addresses: ours }),
    };
  }
  const another = at("another");
  return {
    id,
    state: "wrong",
    title: message("port/fails/title", { protocol, port }),
    message: message("port/fails/message", { another, closed: at("closed"), silent: at("silent") }),
    remedy: another.length > 0 ? message("port/another-program/remedy", { flag }) : message("port/unreachable/remedy"),
  };
}
