// The hub without its ports: from the store up to ingest and the live feed. Each part is made of those above it, and notifies the
// others by events.
import { randomUUID } from "node:crypto";
import { Access } from "./access/access.ts";
import { Budget } from "./access/limits/budget.ts";
import type { Clock } from "./clock.ts";
import { Commands } from "./commands/commands.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { DelayedRemovals } from "./devices/delayed-removals.ts";
import { DeviceView } from "./devices/device-view.ts";
import { DeviceDirectory } from "./devices/directory.ts";
import { ImportedDevices } from "./devices/imported.ts";
import { Registry } from "./devices/registry.ts";
import { Retention } from "./devices/retention.ts";
import { HubEvents } from "./events.ts";
import { FirstStart } from "./first-start/first-start.ts";
import { Imports } from "./import/imports.ts";
import { Ingest } from "./ingest/accept.ts";
import { Refusals } from "./ingest/refusals.ts";
import { refusedRecords } from "./ingest/refused-records.ts";
import { LiveFeed } from "./live/feed.ts";
import { MessageLog } from "./live/message-log.ts";
import { MendList } from "./mend/mend-list.ts";
import { mendedReadings } from "./mend/mended-readings.ts";
import { Mending } from "./mend/mending.ts";
import type { Mover } from "./move/mover.ts";
import { openStores } from "./move/open-stores.ts";
import { DiskGuard, type DiskGuardOptions } from "./observe/disk-guard.ts";
import type { Log } from "./observe/log/log.ts";
import { LogThrottle } from "./observe/log/log-throttle.ts";
import { MessageTap } from "./observe/message-tap.ts";
import { Metrics } from "./observe/metrics.ts";
import { PrometheusApi } from "./prometheus/prometheus-api.ts";
import { Inbox } from "./protocols/inbox.ts";
import { deviceTopics } from "./protocols/protocols.ts";
import { Administration } from "./settings/administration.ts";
import { SimulatedDevices } from "./simulation/simulated-devices.ts";
import { HubIdentity } from "./store/hub-identity.ts";
import type { ReadingStore } from "./store/readings.ts";
import type { ServerStore } from "./store/server-sql/server-store.ts";
import type { SpoolStatus, Store } from "./store/store.ts";
import { Timeline } from "./timeline/timeline.ts";
import { SavedViews } from "./views/saved-views.ts";
import { WorkerPlaces } from "./worker/places.ts";
import { WorkerNews } from "./worker/worker-news.ts";

export interface CoreOptions {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly version: string;
  readonly clock: Clock;
  readonly freeBytes: DiskGuardOptions["freeBytes"];
  readonly log: Log;
  /** Stops the hub and starts it again; where it is left out, only a person can. */
  readonly onRestart?: () => void;
  /** Called once when an essential part has failed. */
  readonly onDeath: (error: Error) => void;
}

export interface Core {
  readonly events: HubEvents;
  readonly metrics: Metrics;
  readonly access: Access;
  readonly budget: Budget;
  readonly store: Store;
  readonly identity: HubIdentity;
  /** The readings of the store with the corrections that people made (`mends`) applied. */
  readonly readings: ReadingStore;
  readonly mends: MendList;
  readonly mending: Mending;
  readonly directory: DeviceDirectory;
  readonly commands: Commands;
  readonly registry: Registry;
  readonly removals: DelayedRemovals;
  readonly disk: DiskGuard;
  readonly refusals: Refusals;
  readonly retention: Retention;
  readonly timeline: Timeline;
  readonly administration: Administration;
  readonly ingest: Ingest;
  readonly inbox: Inbox;
  readonly feed: LiveFeed;
  readonly imports: Imports;
  readonly tap: MessageTap;
  readonly messageLog: MessageLog;
  readonly floodLog: LogThrottle;
  /** Of workers on the same database server; null where the store is a file. */
  readonly places: ((hubId: string) => WorkerPlaces) | null;
  readonly workerNews: Part;
  readonly mover: Mover;
  /** The readings that wait for the database server: null where none do, undefined where the store has no spool. */
  readonly spool: () => Promise<SpoolStatus | null | undefined>;
  readonly firstStart: FirstStart;
  readonly prometheus: PrometheusApi;
}

/** A part that is started and stopped: in order, and in reverse. */
export interface Part {
  start(): unknown;
  stop(): unknown;
}

const NO_PART: Part = { start: () => undefined, stop: () => undefined };

/** Makes the parts; nothing runs until they are started. */
export function createCore(options: CoreOptions): Core {
  const { server, hasSpool, ...foundation } = createFoundation(options);
  const { simulated, view, ...devices } = createDevices(options, foundation);
  const { store, readings, directory } = foundation;
  return {
    ...foundation,
    ...devices,
    ...createIntake(options, { ...foundation, ...devices, server, simulated, view }),
    places: server === null ? null : (hubId) => new WorkerPlaces(server, hubId),
    spool: async () => (hasSpool ? ((await store.status()).spool ?? null) : undefined),
    prometheus: new PrometheusApi({ directory, readings, clock: options.clock }),
  };
}

type Foundation = Omit<ReturnType<typeof createFoundation>, "server" | "hasSpool">;
type Devices = ReturnType<typeof createDevices>;

/** What all other parts need: the store, access, and commands. */
function createFoundation({ config, folder, version, clock, freeBytes, log, onRestart, onDeath }: CoreOptions) {
  const failed = failureLog(log);
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
  const moveLog = log.child({ name: "move" });
  const stores = openStores({ config, folder, storeOptions, freeBytes, restart: onRestart ?? null, log: moveLog });
  const { store, server, hasSpool, mover } = stores;
  const { records } = store;
  const mends = new MendList(records, clock);
  const readings = mendedReadings(store.readings, mends);
  events.deviceRemoved.on((device) => mends.forget(device));
  const disk = new DiskGuard({ folder: folder.path, freeBytes, clock, log: log.child({ name: "disk" }), events });
  const directory = new DeviceDirectory(config);
  const access = new Access({
    flags: config,
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
  return {
    events,
    metrics,
    budget,
    floodLog,
    store,
    identity: new HubIdentity(records),
    server,
    hasSpool,
    mover,
    readings,
    mends,
    disk,
    directory,
    access,
    commands,
  };
}

/** The devices, and the settings of devices and of the hub. */
function createDevices(
  { config, folder, clock, freeBytes, log, onRestart }: CoreOptions,
  { events, store, readings, mends, disk, directory, access, commands }: Foundation,
) {
  const failed = failureLog(log);
  const { records } = store;
  const simulated = new SimulatedDevices({ records, events });
  const view = new DeviceView({ directory, commands, simulated, keys: access.deviceKeys, mends });
  const registry = new Registry({
    directory,
    view,
    readings,
    records,
    mends,
    clock,
    joining: config.joining,
    isInvited: (device) => access.deviceKeys.isInvited(device) || simulated.has(device),
    events,
    onSaveFailed: failed("devices could not be written down"),
  });
  const removals = new DelayedRemovals({
    directory,
    registry,
    events,
    clock,
    onFailure: failed("a device could not be removed"),
  });
  const mending = new Mending({
    list: mends,
    stored: store.readings,
    clock,
    makeId: randomUUID,
    isKnown: (device) => directory.known(device) !== undefined,
    onChange: (device, metric) => registry.readAgain(device, metric),
  });
  const retention = new Retention({
    readings,
    records,
    series: () => [...directory.series(), ...mends.series()],
    clock,
    onFailure: failed("readings that are too old could not be removed"),
  });
  const timeline = new Timeline({
    records,
    clock,
    events,
    isKnown: (device) => directory.known(device) !== undefined,
    lastSeenMs: () => directory.lastSeenMs(),
    punctualityOf: (device, metric) => directory.punctualityOf(device, metric),
    onFailure: failed("what stands on the time axis could not be written down"),
  });
  const views = new SavedViews(records);
  const onViewsFailure = failed("the named comparisons of a device that was merged could not be changed");
  events.deviceMerged.on(({ from, into }) => void views.move(from, into).catch(onViewsFailure));
  const administration = new Administration({
    config,
    folder,
    store,
    access,
    directory,
    registry,
    retention,
    disk,
    topics: deviceTopics,
    events,
    freeBytes,
    restart: onRestart ?? null,
    clock,
    log,
  });
  return { simulated, view, registry, removals, mending, retention, timeline, administration };
}

/** Ingest, and the live feed behind it. */
function createIntake(
  { config, clock, log }: CoreOptions,
  parts: Foundation & Devices & { readonly server: ServerStore | null },
) {
  const { events, metrics, budget, floodLog, store, server, readings, mends, disk, directory } = parts;
  const { access, commands, simulated, view, registry } = parts;
  const failed = failureLog(log);
  const { records } = store;
  const refusals = new Refusals({
    records: records.collection(refusedRecords),
    clock,
    events,
    onSaveFailed: failed("counts of refused messages could not be written down"),
  });
  const { joining } = config;
  const newsLog = log.child({ name: "workers" });
  const workerNews: Part =
    server === null
      ? NO_PART
      : new WorkerNews({ store: server, directory, registry, refusals, events, joining, clock, log: newsLog });
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
  const firstStart = new FirstStart({
    simulated,
    inbox,
    registry,
    directory,
    commands,
    records,
    budget,
    events,
    clock,
    hasAccount: () => access.people.list().length > 0,
    onFailure: failed("a simulated Pi, or the first steps, could not be written down"),
  });
  const feed = new LiveFeed({ events, devices: view, mends, clock });
  const target = new ImportedDevices({ directory, registry, records, mends, events });
  const imports = new Imports({ readings, target, isDiskFull: () => disk.status === "full", clock });
  const messageLog = new MessageLog({ tap, clock });
  return { refusals, workerNews, tap, ingest, inbox, firstStart, feed, imports, messageLog };
}

function failureLog(log: Log): (message: string) => (error: unknown) => void {
  return (message) => (error) => log.error({ err: error }, message);
}
