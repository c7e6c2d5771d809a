// The hub's side of its workers: their readings appear in charts, presence and latest values as if the hub had ingested them; the
// devices that they saved and the messages that they refused are listed. They are notified of people's decisions about devices.

import type { JoiningMode } from "../../shared/api.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { DeviceDirectory } from "../devices/directory.ts";
import type { Registry } from "../devices/registry.ts";
import { deviceRecords } from "../devices/state/device-record.ts";
import { newState } from "../devices/state/device-state.ts";
import type { HubEvents } from "../events.ts";
import { noExtras } from "../ingest/device-message.ts";
import type { Refusals } from "../ingest/refusals.ts";
import type { Log } from "../observe/log/log.ts";
import type { ServerStore } from "../store/server-sql/server-store.ts";
import { type News, parseNews, refusedByWorkers, sharedSettings } from "./news.ts";

const COMPARE_PERIOD_MS = 5 * 60_000;
const FROM_HUB = "hub";

export interface WorkerNewsOptions {
  readonly store: ServerStore;
  readonly directory: DeviceDirectory;
  readonly registry: Registry;
  readonly refusals: Refusals;
  readonly events: HubEvents;
  readonly joining: JoiningMode;
  readonly clock: Clock;
  readonly log: Log;
}

export class WorkerNews {
  readonly #options: WorkerNewsOptions;
  /** By device: whether it has joined, as it was last announced to the workers. */
  readonly #announced = new Map<DeviceId, string>();
  /** News are processed one after the other. */
  #taking: Promise<void> = Promise.resolve();
  #hasWorkers = false;
  #endTimer: (() => void) | null = null;

  constructor(options: WorkerNewsOptions) {
    this.#options = options;
    const { events, directory } = options;
    events.deviceChanged.on((id) => {
      const joining = directory.states.get(id)?.joining?.kind ?? "joined";
      if (this.#announced.get(id) === joining) return;
      this.#announced.set(id, joining);
      this.#notify([id]);
    });
    events.deviceRemoved.on((id) => {
      this.#announced.delete(id);
      this.#notify([id]);
    });
  }

  async start(): Promise<void> {
    const { store, joining, clock, directory } = this.#options;
    await store.records.collection(sharedSettings).save([{ joining }]);
    for (const { id, joining } of directory.states.values()) this.#announced.set(id, joining?.kind ?? "joined");
    store.listen({
      onNotice: (text) => {
        const news = parseNews(text);
        if (news !== null && news.from !== FROM_HUB) this.#inTurn(() => this.#take(news));
      },
      onGap: () => this.#inTurn(() => this.#compare()),
    });
    this.#endTimer = clock.every(COMPARE_PERIOD_MS, () => {
      if (this.#hasWorkers) this.#inTurn(() => this.#compare());
    });
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#taking;
  }

  #notify(devices: readonly DeviceId[]): void {
    const news: News = { from: FROM_HUB, devices: [...devices] };
    // A worker that misses the notice reads the change within half a minute.
    void this.#options.store.notify(JSON.stringify(news)).catch(() => undefined);
  }

  #inTurn(act: () => Promise<void>): void {
    this.#taking = this.#taking
      .then(act)
      .catch((error: unknown) => this.#options.log.debug({ err: error }, "news of a worker could not be taken"));
  }

  async #take({
    address = "",
    readings = [],
    attributes = [],
    units = [],
    devices = [],
    hasRefused,
  }: News): Promise<void> {
    this.#hasWorkers = true;
    await this.#learnDevices(devices);
    const series = readings.map(({ device, metric, points }) => {
      const times = points.filter((_, index) => index % 2 === 0);
      return times.map((tsMs, index): IncomingReading & { readonly tsMs: number } => ({
        device,
        metric,
        tsMs,
        value: points[2 * index + 1] ?? 0,
      }));
    });
    const isKnown = ({ device }: { readonly device: DeviceId }) => this.#options.directory.states.has(device);
    await this.#stored(series.flat(), address, {
      attributes: attributes.filter(isKnown),
      units: units.filter(isKnown),
    });
    if (hasRefused === true) await this.#listRefused();
  }

  async #stored(
    readings: readonly (IncomingReading & { readonly tsMs: number })[],
    address: string,
    extras: Partial<Pick<typeof noExtras, "attributes" | "units">> = {},
  ): Promise<void> {
    const { store, registry, directory, events, clock } = this.#options;
    const source = { address, session: null };
    const unknown = readings.filter(({ device }) => !directory.states.has(device)).map(({ device }) => device);
    await this.#learnDevices([...new Set(unknown)]);
    await store.shared.learnSeries(readings);
    let admitted = registry.admit(readings, source);
    while (typeof admitted !== "number" && admitted.kind === "not-yet") {
      await admitted.until;
      admitted = registry.admit(readings, source);
    }
    const tsMs = Float64Array.from(readings, (reading) => reading.tsMs);
    const receivedAtMs = clock.now();
    registry.stored({ ...noExtras, ...extras, readings }, tsMs, receivedAtMs, source);
    for (const listener of events.readingsStored) listener(readings, tsMs, receivedAtMs);
  }

  /** Devices that a worker saved, and that this hub does not have. */
  async #learnDevices(ids: readonly DeviceId[]): Promise<void> {
    const { store, directory, events } = this.#options;
    const unknown = ids.filter((id) => !directory.states.has(id));
    if (unknown.length === 0) return;
    for (const record of await store.shared.find(deviceRecords, unknown)) {
      if (directory.states.has(record.id)) continue;
      const state = newState(record, { online: false, sinceMs: record.lastSeenMs });
      state.known = true;
      state.isRecorded = true;
      this.#announced.set(record.id, state.joining?.kind ?? "joined");
      directory.states.set(record.id, state);
      directory.invalidate();
      events.deviceChanged.emit(record.id);
    }
  }

  async #listRefused(): Promise<void> {
    const { store, refusals } = this.#options;
    const collection = store.records.collection(refusedByWorkers);
    for (const { id, ...record } of await collection.list()) {
      await refusals.addRecord(record);
      await collection.save([], [id]);
    }
  }

  /** Reads the newest reading of each series, after notifications were interrupted. */
  async #compare(): Promise<void> {
    const { store, directory } = this.#options;
    await store.shared.learnAllSeries();
    const newer = (await store.readings.latest()).filter(
      ({ device, metric, tsMs }) => tsMs > (directory.states.get(device)?.latest.get(metric)?.ts ?? 0),
    );
    for (const [device, ofDevice] of Map.groupBy(newer, (reading) => reading.device))
      await this.#stored(ofDevice, directory.states.get(device)?.address ?? "");
    await this.#listRefused();
  }
}
