// What the hub is without its ports: from the store up to ingest and the live feed. Each part is made of those above it,
// and tells the others by events.
import { randomUUID } from "node:crypto";
import { Access } from "./access/access.ts";
import { Budget } from "./access/limits/budget.ts";
import type { Clock } from "./clock.ts";
import { Commands } from "./commands/commands.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { DeviceDirectory } from "./devices/directory.ts";
import { Registry } from "./devices/registry.ts";
import { Retention } from "./devices/retention.ts";
import { DeviceView } from "./devices/state/device-view.ts";
import { HubEvents } from "./events.ts";
import { Ingest } from "./ingest/accept.ts";
import { Refusals } from "./ingest/refusals.ts";
import { LiveFeed } from "./live/feed.ts";
import { MessageLog } from "./live/message-log.ts";
import { DiskGuard, type DiskGuardOptions } from "./observe/disk-guard.ts";
import type { Log } from "./observe/log.ts";
import { LogThrottle } from "./observe/log-throttle.ts";
import { MessageTap } from "./observe/message-tap.ts";
import { Metrics } from "./observe/metrics.ts";
import { Inbox } from "./protocols/inbox.ts";
import { deviceTopics } from "./protocols/protocols.ts";
import { ServerStore } from "./store/server-sql/server-store.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";

export interface CoreOptions {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly version: string;
  readonly clock: Clock;
  readonly freeBytes: DiskGuardOptions["freeBytes"];
  readonly log: Log;
  /** Called once when a part dies that the hub cannot do without. */
  readonly onDeath: (error: Error) => void;
}

export interface Core {
  readonly events: HubEvents;
  readonly metrics: Metrics;
  readonly access: Access;
  readonly budget: Budget;
  readonly store: Store;
  readonly directory: DeviceDirectory;
  readonly commands: Commands;
  readonly registry: Registry;
  readonly disk: DiskGuard;
  readonly refusals: Refusals;
  readonly retention: Retention;
  readonly ingest: Ingest;
  readonly inbox: Inbox;
  readonly feed: LiveFeed;
  readonly tap: MessageTap;
  readonly messageLog: MessageLog;
  readonly floodLog: LogThrottle;
}

/** A part with a life of its own: started in order, stopped in the opposite one. */
export interface Part {
  start(): unknown;
  stop(): unknown;
}

/** Makes the parts; nothing runs until they are started. */
export function createCore({ config, folder, version, clock, freeBytes, log, onDeath }: CoreOptions): Core {
  const failed = (message: string) => (error: unknown) => log.error({ err: error }, message);
  const events = new HubEvents();
  const metrics = new Metrics(version, clock);
  const budget = new Budget(config.memoryBytes, config.rateLimit);
  const floodLog = new LogThrottle(log.child({ name: "clients" }), clock);
  const storeOptions = {
    clock,
    onDeath,
    onWarning: (message: string) => log.error(message),
    onCommit: (seconds: number, messages: number) => metrics.commit(seconds, messages),
  };
  const store: Store =
    config.store === null
      ? new SqliteStore({ ...storeOptions, path: folder.databasePath })
      : new ServerStore({ ...storeOptions, address: config.store });
  const { readings, records } = store;
  const disk = new DiskGuard({ folder: folder.path, freeBytes, clock, log: log.child({ name: "disk" }), events });
  const directory = new DeviceDirectory();
  const access = new Access({
    config,
    store,
    devices: directory,
    topics: deviceTopics,
    events,
    clock,
    onFailure: failed,
  });
  const commands = new Commands({
    records,
    clock,
    makeId: randomUUID,
    controlsOf: (device) => directory.controlsOf(device),
    events,
    onSaveFailed: failed("a command could not be written down"),
  });
  const view = new DeviceView({ directory, commands, keys: access.deviceKeys });
  const registry = new Registry({
    directory,
    view,
    readings,
    records,
    clock,
    joining: config.joining,
    isInvited: (device) => access.deviceKeys.isInvited(device),
    events,
    onSaveFailed: failed("devices could not be written down"),
  });
  const retention = new Retention({
    readings,
    records,
    series: () => directory.series(),
    clock,
    onFailure: failed("readings that are too old could not be removed"),
  });
  const refusals = new Refusals({
    records,
    clock,
    events,
    onSaveFailed: failed("counts of refused messages could not be written down"),
  });
  const tap = new MessageTap();
  const ingest = new Ingest({
    readings,
    registry,
    refusals,
    commands,
    access,
    disk,
    metrics,
    clock,
    log: log.child({ name: "ingest" }),
    floodLog,
    events,
    tap,
  });
  const inbox = new Inbox({ ingest, clock });
  const feed = new LiveFeed({ events, devices: view, clock });
  const messageLog = new MessageLog({ tap, clock });
  return {
    events,
    metrics,
    access,
    budget,
    store,
    directory,
    commands,
    registry,
    disk,
    refusals,
    retention,
    ingest,
    inbox,
    feed,
    tap,
    messageLog,
    floodLog,
  };
}
