// Connects the outside broker with the hub's parts: its messages go to the inbox, and commands are published there.
import type { Budget } from "../../access/limits/budget.ts";
import type { Clock } from "../../clock.ts";
import type { Commands } from "../../commands/commands.ts";
import type { DeviceDirectory } from "../../devices/directory.ts";
import type { Registry } from "../../devices/registry.ts";
import type { HubEvents } from "../../events.ts";
import type { Log } from "../../observe/log/log.ts";
import type { Inbox } from "../../protocols/inbox.ts";
import { commandsOf, deviceFilters, matchTopic } from "../../protocols/protocols.ts";
import type { BrokerAddress } from "../broker-address.ts";
import { ExternalBroker } from "./external-broker.ts";
import type { SessionPlaces } from "./orphaned-sessions.ts";

export interface ExternalBrokerParts {
  readonly inbox: Pick<Inbox, "receive">;
  readonly commands: Commands;
  readonly budget: Budget;
  readonly registry: Registry;
  readonly directory: DeviceDirectory;
  readonly events: Pick<HubEvents, "deviceChanged" | "deviceRemoved">;
  /** Of workers, which share readings with this hub; null where no other process writes to the store. */
  readonly places: ((hubId: string) => SessionPlaces) | null;
}

export interface ExternalBrokerSettings {
  /** Null where the hub has no outside broker. */
  readonly address: BrokerAddress | null;
  readonly hubId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export function createExternalBroker(
  { inbox, commands, budget, registry, directory, events, places }: ExternalBrokerParts,
  { address, hubId, clock, log }: ExternalBrokerSettings,
): ExternalBroker | null {
  if (address === null) return null;
  const broker = new ExternalBroker({
    address,
    hubId,
    filters: deviceFilters,
    places: places && {
      list: () => places(hubId()).list(),
      hold: (number) => places(hubId()).hold(number),
      share: (isShared) => places(hubId()).share(isShared),
    },
    matchTopic,
    commandsOf,
    onPublish: ({ topic, route, ...publish }) =>
      inbox.receive({ ...publish, source: topic, transport: "mqtt" }, route.decode),
    onSession: ({ session, hasTimedOut }) => registry.presence.sessionEnded(session, hasTimedOut),
    commands,
    budget,
    clock,
    log: log.child({ name: "broker" }),
  });
  commands.addPublisher(broker);
  events.deviceChanged.on((id) => broker.deviceChanged(id, directory.known(id)?.presence.online === true));
  events.deviceRemoved.on((id) => broker.deviceChanged(id, false));
  return broker;
}
