// The registry of a worker: the hub's own, which saves only unknown devices. The hub's decisions about devices are read from the
// database: at the first message of a device, when the hub notifies of a change, and every half minute, then of the devices alone about
// which it has decided something: their records change with every message.
// Order for an unknown device: look it up; where there is none, save it as waiting (or as joined, where the hub lets all join) and
// notify the hub; then store its readings.
import type { JoiningMode } from "../../shared/api.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import { deviceKeyRecords } from "../access/accounts/device-keys.ts";
import type { Clock } from "../clock.ts";
import { DeviceView } from "../devices/device-view.ts";
import { DeviceDirectory, type DirectoryLimits } from "../devices/directory.ts";
import { countStored, type Rejection } from "../devices/joining.ts";
import { Registry } from "../devices/registry.ts";
import { restoreDevices } from "../devices/restore.ts";
import { type DeviceRecord, deviceRecords } from "../devices/state/device-record.ts";
import { newState } from "../devices/state/device-state.ts";
import type { Source } from "../devices/stored-messages.ts";
import type { HubEvents } from "../events.ts";
import type { IngestRegistry } from "../ingest/accept.ts";
import { MendList } from "../mend/mend-list.ts";
import type { Log } from "../observe/log/log.ts";
import type { RecordStore } from "../store/records.ts";
import type { ServerStore } from "../store/server-sql/server-store.ts";
import { sharedSettings } from "./news.ts";
import type { NewsWriter } from "./news-writer.ts";

const REFRESH_PERIOD_MS = 30_000;
/** The properties of a record that `#take` reads. */
const DECISIONS = ["joining", "zone"] as const;

export interface FollowerOptions extends DirectoryLimits {
  readonly store: ServerStore;
  readonly news: NewsWriter;
  readonly events: HubEvents;
  readonly clock: Clock;
  readonly log: Log;
}

export class Follower implements IngestRegistry {
  readonly presence: Registry["presence"];
  readonly #options: FollowerOptions;
  readonly #directory: DeviceDirectory;
  readonly #registry: Registry;
  readonly #invited = new Set<string>();
  /** Devices that the database did not have at the last lookup. */
  readonly #unknown = new Set<string>();
  /** By device, the decisions that were taken from its record. */
  readonly #taken = new Map<string, string>();
  #joining: JoiningMode = "ask";
  #refreshing: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: FollowerOptions) {
    const { store, news, events, clock, log } = options;
    this.#options = options;
    const directory = new DeviceDirectory(options);
    this.#directory = directory;
    const joining = () => this.#joining;
    // A worker shows no values, so it needs no mends.
    const mends = new MendList(store.records, clock);
    const records: RecordStore = {
      ...store.records,
      collection: (kind) => ({
        list: () => store.records.collection(kind).list(),
        save: async (saved) => {
          await store.shared.add(kind, saved);
          news.devicesAdded(saved.flatMap((record) => directory.states.get(kind.idOf(record))?.id ?? []));
        },
      }),
    };
    this.#registry = new Registry({
      directory,
      view: new DeviceView({
        directory,
        mends,
        simulated: { pastMsOf: () => null },
        commands: { desired: () => new Map() },
        keys: { get: () => undefined, offerOf: () => undefined },
      }),
      readings: store.readings,
      records,
      mends,
      clock,
      get joining() {
        return joining();
      },
      isInvited: (device) => this.#invited.has(device),
      events,
      onSaveFailed: (error) => log.error({ err: error }, "a device could not be written down"),
    });
    this.presence = this.#registry.presence;
  }

  async start(): Promise<void> {
    const { store, clock } = this.#options;
    await restoreDevices(this.#directory.states, store.readings, store.records, clock.now());
    await this.refresh();
    this.#endTimer = clock.every(REFRESH_PERIOD_MS, () => void this.refresh());
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#refreshing;
  }

  /** Reads the hub's decisions about all devices again. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh()
      .catch((error: unknown) => this.#options.log.debug({ err: error }, "devices could not be read again"))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /** The hub has changed or removed these. */
  async changed(devices: readonly DeviceId[]): Promise<void> {
    const records = await this.#options.store.shared.find(deviceRecords, devices);
    for (const id of devices) {
      this.#unknown.delete(id);
      this.#taken.delete(id);
      const record = records.find((one) => one.id === id);
      if (record === undefined) this.#directory.states.delete(id);
      else this.#take(record);
    }
  }

  get(id: string): ReturnType<Registry["get"]> {
    return this.#registry.get(id);
  }

  admit(readings: readonly IncomingReading[], source: Source): number | Rejection {
    const { states } = this.#directory;
    const unseen = [...new Set(readings.map(({ device }) => device))].filter(
      (device) => !states.has(device) && !this.#unknown.has(device),
    );
    if (unseen.length > 0) return { kind: "not-yet", until: this.#lookUp(unseen) };
    return this.#registry.admit(readings, source);
  }

  notStored(readings: readonly IncomingReading[]): void {
    this.#registry.notStored(readings);
  }

  stored(...args: Parameters<Registry["stored"]>): boolean {
    const [{ attributes, units }] = args;
    this.#options.news.described(attributes, units);
    return this.#registry.stored(...args);
  }

  inUtc(...args: Parameters<Registry["inUtc"]>): ReturnType<Registry["inUtc"]> {
    return this.#registry.inUtc(...args);
  }

  describe(...args: Parameters<Registry["describe"]>): ReturnType<Registry["describe"]> {
    return this.#registry.describe(...args);
  }

  rejectionOf(...args: Parameters<Registry["rejectionOf"]>): ReturnType<Registry["rejectionOf"]> {
    return this.#registry.rejectionOf(...args);
  }

  reported(...args: Parameters<Registry["reported"]>): void {
    this.#registry.reported(...args);
  }

  async #lookUp(devices: readonly DeviceId[]): Promise<void> {
    const { shared } = this.#options.store;
    const records = await shared.find(deviceRecords, devices);
    for (const record of records) this.#take(record);
    for (const { device, madeBy, revokedMs } of await shared.find(deviceKeyRecords, devices))
      if (madeBy === "hub" && revokedMs === undefined) this.#invited.add(device);
    for (const id of devices) if (!this.#directory.states.has(id)) this.#unknown.add(id);
  }

  async #refresh(): Promise<void> {
    const { store } = this.#options;
    const [settings] = await store.records.collection(sharedSettings).list();
    this.#joining = settings?.joining ?? "ask";
    this.#unknown.clear();
    this.#invited.clear();
    const known = [...this.#directory.states.values()].filter(({ joining }) => joining !== null);
    const decisions = await store.shared.excerpts(deviceRecords, DECISIONS);
    const changed = [...decisions.keys()].filter((id) => this.#taken.get(id) !== decisions.get(id));
    for (const record of await store.shared.find(deviceRecords, changed)) {
      this.#take(record);
      this.#taken.set(record.id, decisions.get(record.id) ?? "");
    }
    for (const id of this.#taken.keys()) if (!decisions.has(id)) this.#taken.delete(id);
    // A waiting device without a record was removed; the record of a joined one may not be stored yet.
    for (const { id } of known) if (!decisions.has(id)) this.#directory.states.delete(id);
    for (const state of this.#directory.states.values())
      if (state.joining?.kind === "waiting") state.quarantinedReadings = await countStored(store.readings, state);
  }

  #take(record: DeviceRecord): void {
    const { states } = this.#directory;
    const state = states.get(record.id);
    if (state === undefined) {
      const added = newState(record, { online: false, sinceMs: record.lastSeenMs });
      added.known = true;
      added.isRecorded = true;
      states.set(record.id, added);
      return;
    }
    state.isRecorded = true;
    state.joining = record.joining ?? null;
    if (record.zone?.by === "person" || state.zone === null) state.zone = record.zone ?? state.zone;
  }
}
