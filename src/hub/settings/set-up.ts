// The set-up of the hub as a file: export and apply. Applying compares value by value and changes what differs, so it is
// idempotent. The settings of a device that has not joined yet are stored until it does.
import { Type } from "typebox";
import { DeviceChanges } from "../../shared/device.ts";
import type { Problem } from "../../shared/errors.ts";
import { parseDeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import { SET_UP_FORMAT, type SetUpChange, type SetUpFile, type SetUpOutcome } from "../../shared/settings/set-up.ts";
import type { Access } from "../access/access.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";
import type { Backups } from "../backups/backups.ts";
import type { DeviceDirectory } from "../devices/directory.ts";
import type { Registry } from "../devices/registry.ts";
import type { Retention } from "../devices/retention.ts";
import { parseRules } from "../devices/retention-rules.ts";
import { parseChanges } from "../devices/state/overrides.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";
import { SavedViews } from "../views/saved-views.ts";
import { changesTo, exactly } from "./device-set-up.ts";
import { differences } from "./differences.ts";
import type { HubPreferences } from "./hub-settings.ts";
import type { NetworkTrial } from "./network-trial.ts";

const AwaitedRecord = Type.Object({ id: Type.String(), changes: DeviceChanges });

/** Devices that have not joined yet. */
const awaitedRecords: RecordKind<typeof AwaitedRecord> = {
  name: "awaited-device",
  schema: AwaitedRecord,
  idOf: ({ id }) => id,
};

type WantedSetUp = SetUpFile & { readonly devices: Readonly<Record<string, DeviceChanges>> };

export interface SetUpOptions {
  readonly preferences: HubPreferences;
  readonly access: Pick<Access, "settings">;
  readonly backups: () => Backups;
  readonly trial: () => NetworkTrial;
  readonly retention: Retention;
  readonly registry: Pick<Registry, "edit">;
  readonly directory: Pick<DeviceDirectory, "states" | "hasJoined">;
  readonly records: Pick<RecordStore, "collection">;
  readonly topics: DeviceTopics;
  readonly events: Pick<HubEvents, "deviceChanged">;
  readonly onFailure: (error: unknown) => void;
}

export class SetUp {
  readonly #options: SetUpOptions;
  readonly #views: SavedViews;
  readonly #awaited = new Map<string, DeviceChanges>();

  constructor(options: SetUpOptions) {
    this.#options = options;
    this.#views = new SavedViews(options.records);
    options.events.deviceChanged.on((id) => {
      if (this.#awaited.size > 0) void this.#applyAwaited(id).catch(options.onFailure);
    });
  }

  async start(): Promise<void> {
    const { records } = this.#options;
    for (const { id, changes } of await records.collection(awaitedRecords).list()) this.#awaited.set(id, changes);
  }

  stop(): void {
    this.#awaited.clear();
  }

  async export(): Promise<SetUpFile> {
    const { preferences, access, backups, retention } = this.#options;
    const { ownName, advertise, mdnsLabel } = preferences;
    const { nightly, hour } = backups().status("en");
    const { anonymous, allow, setByFlag } = access.settings.show();
    return {
      format: SET_UP_FORMAT,
      version: 1,
      hub: {
        ...(ownName !== undefined && { name: ownName }),
        // A value that a flag sets is not exported.
        ...(preferences.mayAdvertise && { advertise }),
        mdnsLabel,
      },
      access: {
        ...(!setByFlag.includes("anonymous") && { anonymous }),
        ...(!setByFlag.includes("allow") && { allow: allow.toSorted() }),
      },
      backups: { nightly, hour },
      retention: [...retention.rules],
      views: await this.#views.list(),
      devices: this.#devices(),
    };
  }

  /** Answers what is wrong, and has changed nothing then; else what differs, which is changed unless `isDryRun`. */
  async apply(file: SetUpFile, isDryRun: boolean, undoAfter?: string): Promise<SetUpOutcome | Problem> {
    const devices: [string, DeviceChanges][] = [];
    for (const [id, sent] of Object.entries(file.devices ?? {})) {
      if (parseDeviceId(id) === undefined)
        return message("bad-device-id/request", { field: `devices.${id.slice(0, 80)}`, value: id.slice(0, 80) });
      const changes = parseChanges(sent, this.#options.topics);
      if ("code" in changes) return changes;
      devices.push([id, exactly(changes)]);
    }
    const rules = file.retention === undefined ? undefined : parseRules(file.retention);
    if (rules !== undefined && "code" in rules) return rules;
    const wanted = { ...file, ...(rules && { retention: rules }), devices: Object.fromEntries(devices) };
    const changes = this.#differences(await this.export(), wanted);
    const awaited = Object.keys(wanted.devices).filter((id) => !this.#options.directory.states.has(id));
    const refused = this.#refusalOf(wanted, changes);
    if (refused !== null) return refused;
    if (isDryRun) return { applied: false, changes, awaited };
    const problem = await this.#applyAll(wanted, changes, undoAfter);
    return problem ?? { applied: true, changes, awaited };
  }

  #differences(present: SetUpFile, wanted: SetUpFile): SetUpChange[] {
    const { format: _format, version: _version, ...sections } = wanted;
    return Object.entries(sections).flatMap(([section, value]) => {
      if (value === undefined) return [];
      const before: unknown = Reflect.get(present, section);
      switch (section) {
        // One by one: those that the file does not name stay.
        case "views":
          return differences(section, byId(before), byId(value), { onlyNamed: true });
        case "devices":
          return differences(section, before, value, { onlyNamed: true, isExactBelow: true });
        default:
          return differences(section, before, value, { onlyNamed: true });
      }
    });
  }

  /** Why what is changed late would be refused; null where it would not. */
  #refusalOf({ hub, access }: WantedSetUp, changes: readonly SetUpChange[]): Problem | null {
    const { preferences, access: ways } = this.#options;
    const problem = hub !== undefined && differs(changes, "hub") ? preferences.problemOf(hub) : null;
    return problem ?? (access !== undefined && differs(changes, "access") ? ways.settings.problemOf(access) : null);
  }

  /** Backups come first: their folder may be refused. Access comes last: it may lock out the administrator who applies the file. */
  async #applyAll(wanted: WantedSetUp, changes: readonly SetUpChange[], undoAfter: string | undefined) {
    const { preferences, access, trial, backups, retention, directory } = this.#options;
    if (wanted.backups !== undefined && differs(changes, "backups")) {
      const problem = await backups().change(wanted.backups);
      if (problem !== null) return problem;
    }
    if (wanted.hub !== undefined && differs(changes, "hub")) {
      const problem = await preferences.change(wanted.hub);
      if (problem !== null) return problem;
    }
    for (const [id, settings] of Object.entries(wanted.devices)) {
      if (!differs(changes, `devices.${id}`)) continue;
      const problem = directory.states.has(id) ? await this.#edit(id, settings) : await this.#await(id, settings);
      if (problem !== null) return problem;
    }
    for (const view of wanted.views ?? []) {
      const problem = differs(changes, `views.${view.id}`) ? await this.#views.put(view) : null;
      if (problem !== null) return problem;
    }
    if (wanted.retention !== undefined && differs(changes, "retention")) await retention.setRules(wanted.retention);
    const { access: ways } = wanted;
    if (ways === undefined || !differs(changes, "access")) return null;
    const before = access.settings.before(ways);
    return trial().attempt("access", before, undoAfter, () => access.settings.change(ways));
  }

  async #edit(id: string, settings: DeviceChanges): Promise<Problem | null> {
    const state = this.#options.directory.states.get(id);
    const edited = await this.#options.registry.edit(id, changesTo(settings, state?.overrides.metrics ?? {}));
    return "code" in edited ? edited : null;
  }

  async #await(id: string, changes: DeviceChanges): Promise<null> {
    await this.#options.records.collection(awaitedRecords).save([{ id, changes }]);
    this.#awaited.set(id, changes);
    return null;
  }

  async #applyAwaited(id: string): Promise<void> {
    const changes = this.#awaited.get(id);
    if (changes === undefined || !this.#options.directory.states.get(id)?.known) return;
    this.#awaited.delete(id);
    await this.#edit(id, changes);
    await this.#options.records.collection(awaitedRecords).save([], [id]);
  }

  /** What people set of each device, by id. */
  #devices(): Record<string, DeviceChanges> {
    const changesById = new Map(this.#awaited);
    for (const { id, overrides, zone, known } of this.#options.directory.states.values()) {
      const isZoneSet = zone !== null && zone !== undefined && zone.by === "person";
      const changes = exactly({ ...overrides, ...(isZoneSet && { timeZone: zone.name }) });
      if (known && Object.keys(changes).length > 0) changesById.set(id, changes);
    }
    return Object.fromEntries([...changesById].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function byId(views: unknown): unknown {
  if (!Array.isArray(views)) return {};
  return Object.fromEntries(views.map((view: { readonly id: string }) => [view.id, view]));
}

function differs(changes: readonly SetUpChange[], path: string): boolean {
  return changes.some((one) => one.path === path || one.path.startsWith(`${path}.`));
}
