// Whether the hub is found by its name: the check browses for it as a Pi would, and reports other hubs that answer.
import type { HubInfo } from "../../shared/api.ts";
import { message } from "../../shared/messages/message.ts";
import { isLoopback } from "../access/networks.ts";
import type { BrowseFailure, FoundHub } from "../discovery/browse.ts";
import type { DoctorOptions } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { System } from "./system.ts";

const DEFAULT_NAME = "bramble.local";
const ID = "mdns";

type Options = Pick<DoctorOptions, "mdns" | "browse" | "listening">;

export async function checkMdns(hub: HubInfo, options: Options, system: System): Promise<readonly Finding[]> {
  const { host } = options.listening;
  // A hub on loopback alone is not advertised; checkNetwork reports that.
  if (host === "localhost" || isLoopback(host)) return [];
  const { hubs, failures } = await options.browse();
  const others = hubs.filter(({ hubId }) => hubId !== hub.hubId).map(otherHub);
  // A hub that no Pi can reach has no address to give; checkNetwork reports that as well.
  if (hub.addresses.every(isLoopback)) return others;
  if (!options.mdns) {
    return [
      {
        id: ID,
        state: "hint",
        title: message("mdns/off/title"),
        message: message("mdns/off/message"),
        remedy: giveAddress(hub),
      },
      ...others,
    ];
  }
  const own = hubs.filter(({ hubId }) => hubId === hub.hubId);
  const [first] = own;
  return [first === undefined ? await notFound(hub, failures, system) : foundAs(first.host, own), ...others];
}

function foundAs(name: string, own: readonly FoundHub[]): Finding {
  const addresses = [...new Set(own.flatMap((one) => one.addresses))];
  if (name === DEFAULT_NAME) {
    return {
      id: ID,
      state: "fine",
      title: message("mdns/found/title", { name }),
      message: message("mdns/found/message", { name, addresses }),
    };
  }
  const wanted = DEFAULT_NAME;
  return {
    id: ID,
    state: "hint",
    title: message("mdns/renamed/title", { name, wanted }),
    message: message("mdns/renamed/message", { name, wanted, addresses }),
    remedy: message("mdns/renamed/remedy", { name }),
  };
}

async function notFound(hub: HubInfo, failures: readonly BrowseFailure[], system: System): Promise<Finding> {
  const isInContainer = (await system.readText("/.dockerenv")) !== null;
  const [first] = failures;
  const failure = first === undefined ? null : { interfaceName: first.interfaceName, reason: first.error.message };
  return {
    id: ID,
    state: "hint",
    title: message("mdns/not-found/title"),
    message: message("mdns/not-found/message", { name: hub.mdnsName ?? null, failure, isInContainer }),
    remedy: giveAddress(hub),
  };
}

function otherHub({ hubId, instance, host, addresses }: FoundHub): Finding {
  return {
    id: `other-hub-${hubId}`,
    state: "hint",
    title: message("other-hub/title", { instance }),
    message: message("other-hub/message", { host, addresses }),
    remedy: message("other-hub/remedy"),
  };
}

function giveAddress({ addresses, httpPort, mqttPort }: HubInfo) {
  const [address = ""] = addresses;
  return message("mdns/give-address/remedy", { address, mqttPort, httpPort });
}
