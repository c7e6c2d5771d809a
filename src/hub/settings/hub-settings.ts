// What people set of the hub itself: its name, and whether and as what it is advertised. In force at once.
import { hostname } from "node:os";
import { type Static, Type } from "typebox";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { HubSettingsChanges } from "../../shared/settings/hub-settings.ts";
import { Mutex } from "../mutex.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const DEFAULT_LABEL = "bramble";

const HubRecord = Type.Object({
  name: Type.Optional(Type.String()),
  advertise: Type.Optional(Type.Boolean()),
  mdnsLabel: Type.Optional(Type.String()),
});
type HubRecord = Static<typeof HubRecord>;

const hubRecords: RecordKind<typeof HubRecord> = {
  name: "hub-settings",
  schema: HubRecord,
  idOf: () => "hub",
};

export interface HubPreferencesOptions {
  readonly records: Pick<RecordStore, "collection">;
  /** False where a flag says that the hub is not advertised. */
  readonly mayAdvertise: boolean;
}

export class HubPreferences {
  readonly #options: HubPreferencesOptions;
  #record: HubRecord = {};
  /** Each is based on the record that the one before has saved. */
  readonly #changes = new Mutex();
  /** Called after a change of how the hub is advertised. */
  onAdvertisingChanged: () => void = () => undefined;

  constructor(options: HubPreferencesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const [record] = await this.#options.records.collection(hubRecords).list();
    if (record !== undefined) this.#record = record;
  }

  /** The name that a person set; undefined where there is none. */
  get ownName(): string | undefined {
    return this.#record.name;
  }

  get name(): string {
    return this.#record.name ?? this.computerName;
  }

  get computerName(): string {
    return hostname();
  }

  get mayAdvertise(): boolean {
    return this.#options.mayAdvertise;
  }

  get advertise(): boolean {
    return this.mayAdvertise && (this.#record.advertise ?? true);
  }

  /** `.local` follows it. */
  get mdnsLabel(): string {
    return this.#record.mdnsLabel ?? DEFAULT_LABEL;
  }

  /** Why a change would be refused; null where it would not. */
  problemOf({ advertise }: HubSettingsChanges): Problem | null {
    return advertise === undefined || this.mayAdvertise ? null : message("set-by-flag", { field: "advertise" });
  }

  /** Resolves once it is on disk and in force. */
  change(changes: HubSettingsChanges): Promise<Problem | null> {
    return this.#changes.runExclusive(() => this.#change(changes));
  }

  async #change(changes: HubSettingsChanges): Promise<Problem | null> {
    const problem = this.problemOf(changes);
    if (problem !== null) return problem;
    const { name, advertise, mdnsLabel } = { ...this.#record, ...changes };
    const trimmed = name?.trim();
    const next: HubRecord = {
      ...(trimmed && { name: trimmed }),
      ...(advertise !== undefined && { advertise }),
      ...(mdnsLabel && { mdnsLabel }),
    };
    await this.#options.records.collection(hubRecords).save([next]);
    const before = { advertise: this.advertise, label: this.mdnsLabel };
    this.#record = next;
    if (before.advertise !== this.advertise || before.label !== this.mdnsLabel) this.onAdvertisingChanged();
    return null;
  }
}
