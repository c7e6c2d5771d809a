// Whether the hub is found by its name: the check browses for it as a Pi would, and reports other hubs that answer.
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import { isLoopback } from "../access/networks.ts";
import type { BrowseFailure, SeenHub } from "../discovery/browse.ts";
import type { DoctorOptions } from "./context.ts";
import { listed } from "./lists.ts";
import type { System } from "./system.ts";

const DEFAULT_NAME = "bramble.local";
const ID = "mdns";

type Options = Pick<DoctorOptions, "mdns" | "browse" | "listening">;

export async function checkMdns(hub: HubInfo, options: Options, system: System): Promise<readonly Check[]> {
  const { host } = options.listening;
  // A hub on loopback alone is not advertised; checkNetwork reports that.
  if (host === "localhost" || isLoopback(host)) return [];
  const { hubs, failures } = await options.browse();
  const others = hubs.filter(({ hubId }) => hubId !== hub.hubId).map(otherHub);
  // A hub that nobody reaches has no address to give; checkNetwork reports that as well.
  if (hub.addresses.every(isLoopback)) return others;
  if (!options.mdns) {
    return [
      {
        ...{ id: ID, state: "hint", title: "Pis do not find this hub by themselves" },
        message: "It was started with --no-mdns, and does not advertise itself.",
        remedy: giveAddress(hub),
      },
      ...others,
    ];
  }
  const own = hubs.filter(({ hubId }) => hubId === hub.hubId);
  const [first] = own;
  return [first === undefined ? await notFound(hub, failures, system) : foundAs(first.host, own), ...others];
}

function foundAs(name: string, own: readonly SeenHub[]): Check {
  const addresses = [...new Set(own.flatMap((one) => one.addresses))];
  const message = `It was searched for on the network, and answered as ${name} at ${listed(addresses)}.`;
  if (name === DEFAULT_NAME) return { id: ID, state: "fine", title: `Pis find this hub as ${name}`, message };
  return {
    ...{ id: ID, state: "hint", title: `This hub is ${name}: another machine is called ${DEFAULT_NAME}` },
    message: `${message} A script that asks for ${DEFAULT_NAME} reaches the other machine.`,
    remedy: `Give such scripts the name ${name}, or give the other machine another name and restart this hub.`,
  };
}

async function notFound(hub: HubInfo, failures: readonly BrowseFailure[], system: System): Promise<Check> {
  const isInside = (await system.readText("/.dockerenv")) !== null;
  const [failure] = failures;
  const why =
    failure !== undefined
      ? `UDP port 5353 cannot be used on ${failure.interfaceName} (${failure.error.message}): another program may keep it to itself.`
      : isInside
        ? "It runs in a container, whose network keeps multicast to itself unless the container is run with --network host."
        : "A firewall or a VPN may be in the way.";
  return {
    ...{ id: ID, state: "hint", title: "This hub was not found on the network" },
    message:
      hub.mdnsName === undefined
        ? `It has no name there yet: either it has just been started, or it could not advertise itself. ${why}`
        : `It calls itself ${hub.mdnsName}, but did not answer when it was searched for. ${why}`,
    remedy: giveAddress(hub),
  };
}

function otherHub({ hubId, instance, host, addresses }: SeenHub): Check {
  const at = addresses.length > 0 ? ` at ${listed(addresses)}` : "";
  return {
    ...{ id: `other-hub-${hubId}`, state: "hint", title: `There is another hub: ${instance}` },
    message: `It is ${host}${at}. A Pi that looks for a hub may find that one in place of this.`,
    remedy: "If a Pi is missing here, look for it there.",
  };
}

function giveAddress({ addresses, httpPort, mqttPort }: HubInfo): string {
  const [address = ""] = addresses;
  const words = `Give Pis the address ${address}, with port ${mqttPort} for MQTT and ${httpPort} for HTTP.`;
  return address.includes(":") ? `${words} A URL has it in brackets: http://[${address}]:${httpPort}.` : words;
}
