// The devices: their latest values, settings and presence. They are held in memory and saved as they change; the readings are the
// store's.

import type { JoiningMode } from "../../shared/api.ts";
import { type ControlValue, MAX_CONTROLS_PER_DEVICE } from "../../shared/controls/control.ts";
import type { Device, DeviceChanges } from "../../shared/device.ts";
import type { DeviceAbout } from "../../shared/device-about.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { SeenAddress } from "../../shared/security/access.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import type { DeviceView } from "./device-view.ts";
import type { DeviceDirectory } from "./directory.ts";
import { countByDevice, Joining, leaving, type Rejection, refusal } from "./joining.ts";
import { type DeviceMends, readNewest } from "./mends.ts";
import { newMetricsOf } from "./new-metrics.ts";
import { Presence } from "./presence.ts";
import { restoreDevices } from "./restore.ts";
import { deviceRecords } from "./state/device-record.ts";
import { type DeviceState, keepNewest, newState, toRecord } from "./state/device-state.ts";
import { readingsInUtc, type TimedReadings } from "./state/device-zone.ts";
import { saveEdited, saveRemoval, saveUnsaved } from "./state/save.ts";
import { type Source, StoredMessages, type StoredReadings } from "./stored-messages.ts";

const SAVE_PERIOD_MS = 10_000;

export interface RegistryOptions {
  readonly directory: DeviceDirectory;
  readonly view: DeviceView;
  readonly readings: ReadingStore;
  readonly mends: DeviceMends;
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly joining: JoiningMode;
  /** Whether a key was made for the device before its first message: then it joins at once. */
  readonly isInvited: (device: DeviceId) => boolean;
  readonly events: Pick<
    HubEvents,
    "deviceChanged" | "deviceRemoved" | "deviceMerged" | "attributeChanged" | "controlsChanged"
  >;
  readonly onSaveFailed: (error: unknown) => void;
}

export class Registry {
  readonly presence: Presence;
  readonly #options: RegistryOptions;
  readonly #devices: Map<string, DeviceState>;
  readonly #joining: Joining<DeviceState>;
  readonly #storedMessages: StoredMessages;
  #endTimer: (() => void) | null = null;

  constructor(options: RegistryOptions) {
    const { directory, isInvited, readings, mends, records, clock, events, onSaveFailed } = options;
    this.#options = options;
    this.#devices = directory.states;
    const onChange = (state: DeviceState) => this.#announce(state);
    this.presence = new Presence({ directory, clock, onChange });
    const stateOf = (id: DeviceId, address: string) => this.#stateOf(id, address);
    const { presence } = this;
    this.#storedMessages = new StoredMessages({ presence, mends, clock, events, stateOf, onChange });
    this.#joining = new Joining({
      mode: () => options.joining,
      isInvited,
      devices: directory.states,
      readings,
      records,
      clock,
      save: (state) => records.collection(deviceRecords).save([toRecord(state)]),
      onChange,
      onGone: ({ id }) => {
        directory.states.delete(id);
        directory.invalidate();
        events.deviceRemoved.emit(id);
      },
      onFailure: onSaveFailed,
    });
  }

  /** Restores the devices from the store. */
  async start(): Promise<void> {
    const { readings, records, clock } = this.#options;
    await restoreDevices(this.#devices, readings, records, clock.now());
    await this.#joining.start();
    this.presence.start();
    this.#endTimer = clock.every(SAVE_PERIOD_MS, () => void this.#save().catch(this.#options.onSaveFailed));
  }

  async stop(): Promise<void> {
    this.presence.stop();
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#joining.stop();
    await this.#save();
  }

  list(): Device[] {
    return this.#options.view.list();
  }

  /** One after another: all of those that there may be take a second. */
  each(): Iterable<Device> {
    return this.#options.view.each();
  }

  /** Of all devices. */
  get metricCount(): number {
    return this.#options.directory.metricCount;
  }

  get(id: string): Device | undefined {
    return this.#options.view.get(id);
  }

  /** The addresses from which a device sent, the latest first; undefined where there is no such device. */
  addressesOf(id: string): SeenAddress[] | undefined {
    return this.#options.directory.addressesOf(id);
  }

  /** Those of `devices`, or of all where there is null, that have joined and may be seen: readings of others are not shown. */
  shown(
    devices: readonly DeviceId[] | null,
    viewer: { readonly maySee: (device: DeviceId) => boolean },
  ): readonly DeviceId[] | null {
    return this.#options.directory.shown(devices, viewer.maySee);
  }

  /** Lets a device join with its quarantined readings; resolves with it once that is on disk. */
  approve(id: string): Promise<Device | Problem> {
    return this.#change(id, (state) => this.#joining.approve(state));
  }

  /** Refuses a device from now on; resolves with it once that is on disk. */
  block(id: string): Promise<Device | Problem> {
    return this.#change(id, (state) => this.#joining.block(state));
  }

  /** Saves what people set of a device; resolves with it once that is on disk. */
  edit(id: string, changes: DeviceChanges): Promise<Device | Problem> {
    return this.#change(id, async (state) => {
      await saveEdited(state, changes, this.#options.records);
      this.#announce(state);
      if (changes.controls !== undefined) this.#controlsChanged(state);
      return null;
    });
  }

  /** Reads the latest reading of a metric again, after its mends changed. */
  async readAgain(id: DeviceId, metric: MetricName): Promise<void> {
    const state = this.#devices.get(id);
    if (state === undefined) return;
    await readNewest(state, metric, this.#options.readings);
    this.#announce(state);
  }

  /** Makes a device part of another, with its history; resolves with that one once all is on disk. */
  async merge(id: string, intoId: string): Promise<Device | Problem> {
    // Loaded here since it is seldom needed.
    const { mergeDevices } = await import("./merge.ts");
    const into = this.#devices.get(intoId);
    if (!into?.known) return noSuchDevice(intoId);
    const merged = await this.#change(id, (from) =>
      mergeDevices(from, into, {
        ...this.#options,
        remove: (state, before) => this.#joining.remove(state, before),
        onCopied: () => this.#options.events.deviceMerged.emit({ from: from.id, into: into.id }),
        onChange: (state) => {
          this.#announce(state);
          this.#controlsChanged(state);
        },
      }),
    );
    return "code" in merged ? merged : this.#options.view.show(into);
  }

  /** Says when a device is to be removed, or with null that it stays; resolves with it once that is on disk. */
  setRemoval(id: string, dueMs: number | null): Promise<Device | Problem> {
    return this.#change(id, async (state) => {
      await saveRemoval(state, dueMs, this.#options.records);
      this.#announce(state);
      return null;
    });
  }

  /** Removes a device with its history, for ever; if it sends again, it is unknown. */
  async remove(id: string): Promise<Problem | null> {
    const removed = await this.#change(id, (state) => this.#joining.remove(state));
    return "code" in removed ? removed : null;
  }

  /**
   * Reserves places for the devices and metrics of a message that is about to be stored, and answers how many of the metrics are
   * new; or why it is rejected. The places stay reserved where the store then fails, since the sender repeats the message.
   */
  admit(readings: readonly IncomingReading[], source: Source): number | Rejection {
    let state: DeviceState | undefined;
    const notAdmitted = readings.filter(({ device, metric }) => {
      // Most messages are of one device.
      if (state?.id !== device) state = this.#devices.get(device);
      return state?.joining !== null || state.isLeaving || !state.admitted.has(metric);
    });
    return notAdmitted.length === 0 ? 0 : this.#admitNew(notAdmitted, source);
  }

  /** Admitted readings could not be stored. */
  notStored(readings: readonly IncomingReading[]): void {
    this.#joining.giveBack(readings);
  }

  isBlocked(id: DeviceId): boolean {
    return this.#options.directory.isBlocked(id);
  }

  /** Why another message than readings is rejected; null where it is not. */
  rejectionOf(id: DeviceId, source: Source): Rejection | null {
    return this.#joining.rejection([[id, 0]], source.address);
  }

  /** The readings of a message with their times in UTC: those without an offset may be in the zone of the hub. */
  inUtc(timed: TimedReadings): readonly IncomingReading[] {
    const { clock } = this.#options;
    return readingsInUtc(timed, clock.now(), {
      get: (id) => this.#devices.get(id)?.zone ?? null,
      learned: (id, name) => {
        const state = this.#devices.get(id);
        if (state === undefined) return;
        state.zone = { name, by: "messages" };
        state.unsaved = true;
        this.#announce(state);
      },
    });
  }

  /** Updates the devices with stored readings and the time of each; true where they are quarantined. */
  stored(received: StoredReadings, tsMs: Float64Array, receivedAtMs: number, source: Source): boolean {
    return this.#storedMessages.note(received, tsMs, receivedAtMs, source);
  }

  /** Saves the `about` of a device; resolves once that is on disk. */
  async describe(id: DeviceId, about: DeviceAbout, source: Source): Promise<Rejection | null> {
    const rejection = this.rejectionOf(id, source);
    if (rejection !== null) return rejection;
    const { maxDevices } = this.#options.directory;
    if (!this.#devices.has(id) && this.#devices.size >= maxDevices) {
      return refusal(message("too-many-devices", { limit: maxDevices }));
    }
    const state = this.#stateOf(id, source.address);
    if (about.model !== undefined) this.#storedMessages.noteAttribute(state, "model", about.model, state.about.model);
    state.about = about;
    if (source.isReplay !== true || !state.known)
      this.presence.received(state, source.address, this.#options.clock.now());
    await this.#options.records.collection(deviceRecords).save([toRecord(state)]);
    state.isRecorded = true;
    this.#announce(state);
    return null;
  }

  /** Machines at these addresses connect with the id of the device, and take each other's connection over. */
  reportDuplicate(id: string, addresses: string[]): void {
    const state = this.#devices.get(id);
    if (state === undefined) return;
    state.duplicate = { addresses, atMs: this.#options.clock.now() };
    this.#announce(state);
  }

  /** The device reports the values of its controls. */
  reported(id: DeviceId, values: ReadonlyMap<string, ControlValue>): void {
    const state = this.#devices.get(id);
    if (state === undefined) return;
    const atMs = this.#options.clock.now();
    for (const [control, value] of values)
      keepNewest(state.reported, control, { value, atMs }, MAX_CONTROLS_PER_DEVICE);
    state.unsaved = true;
    this.#announce(state);
  }

  async #change(id: string, change: (state: DeviceState) => Promise<Problem | null>): Promise<Device | Problem> {
    const state = this.#devices.get(id);
    if (state === undefined || !state.known) return noSuchDevice(id);
    if (state.isLeaving) return leaving(state.id);
    return (await this.#options.directory.during(change(state))) ?? this.#options.view.show(state);
  }

  #admitNew(readings: readonly IncomingReading[], { address }: Source): number | Rejection {
    const rejection = this.#joining.rejection(countByDevice(readings), address);
    if (rejection !== null) return rejection;
    const newMetrics = newMetricsOf(readings, this.#options.directory);
    if (!(newMetrics instanceof Map)) return newMetrics;
    let count = 0;
    for (const [id, names] of newMetrics) {
      const { admitted } = this.#stateOf(id, address);
      for (const name of names) admitted.add(name);
      count += names.size;
    }
    return this.#joining.enter(readings) ?? count;
  }

  #stateOf(id: DeviceId, address: string): DeviceState {
    let state = this.#devices.get(id);
    if (state === undefined) {
      const nowMs = this.#options.clock.now();
      const record = { id, firstSeenMs: nowMs, lastSeenMs: nowMs, address: null, about: {} };
      state = newState(record, { online: false, sinceMs: nowMs });
      state.joining = this.#joining.atFirst(id, address);
      this.#devices.set(id, state);
    }
    return state;
  }

  #controlsChanged(state: DeviceState): void {
    const { directory, events } = this.#options;
    directory.invalidate();
    events.controlsChanged.emit(state.id);
  }

  #announce(state: DeviceState): void {
    if (state.known) this.#options.events.deviceChanged.emit(state.id);
  }

  #save(): Promise<void> {
    return saveUnsaved(this.#devices, this.#options.records);
  }
}

export function noSuchDevice(id: string): Problem {
  return message("no-such-device", { device: id.slice(0, 80) });
}
