// The interface of the hub for the doctor's checks. A file of its own: the checks import it, and the doctor imports the checks.

import type { HubInfo } from "../../shared/api.ts";
import type { broker } from "../../shared/messages/en/network/broker.ts";
import type { Message } from "../../shared/messages/message.ts";
import type { TlsStatus } from "../../shared/security/tls.ts";
import type { BackupCondition } from "../backups/backups.ts";
import type { Clock } from "../clock.ts";
import type { Port } from "../config.ts";
import type { Registry } from "../devices/registry.ts";
import type { ConnectionFailures } from "../diagnostics/connection-failures.ts";
import type { BrowseResult } from "../discovery/browse.ts";
import type { Refusals } from "../ingest/refusals.ts";
import type { Log } from "../observe/log/log.ts";
import type { spoolNote } from "../observe/spool-note.ts";
import type { LostName } from "../reach/reach.ts";

/** The state of the connection to an outside broker. */
export interface BrokerCondition {
  readonly url: string;
  /** Of MQTT. */
  readonly version: string;
  /** Why no messages arrive; null while they do. */
  readonly problem: Message<keyof typeof broker> | null;
}

export interface DoctorOptions {
  readonly hubInfo: () => Promise<HubInfo>;
  /** Address and ports of the configuration; those in use are in `hubInfo`. */
  readonly listening: { readonly host: string; readonly httpPort: Port; readonly mqttPort: Port };
  /** Whether the hub advertises itself. */
  readonly mdns: boolean;
  /** Hubs that advertise themselves on the networks of this computer, this one among them. */
  readonly browse: () => Promise<BrowseResult>;
  /** Whether the hub's MQTT port has a client at that address and port. */
  readonly isMqttClient: (address: string, port: number) => boolean;
  /** Whether the allowed networks contain the address. */
  readonly allows: (address: string) => boolean;
  /** Addresses that name clients in X-Forwarded-For and are no trusted proxies. */
  readonly untrustedForwarders: () => readonly string[];
  readonly connectionFailures: Pick<ConnectionFailures, "list">;
  /** The public name where it does not point here. */
  readonly findLostName: () => Promise<LostName | null>;
  readonly refusals: Pick<Refusals, "list">;
  readonly registry: Pick<Registry, "list">;
  /** The condition of the nightly backups. */
  readonly backups?: () => BackupCondition;
  /** Null in a hub without an outside broker. */
  readonly broker?: () => BrokerCondition | null;
  /** Readings that are spooled for a database server; null where there are none, undefined in a hub without a spool. */
  readonly spool?: () => Promise<Parameters<typeof spoolNote>[0] | null | undefined>;
  /** Null in a hub without TLS. */
  readonly tls?: () => TlsStatus | null;
  readonly clock: Clock;
  readonly log: Log;
}
