// The first steps with a hub, ticked as they happen. A step that was done stays done, even when its device is removed; a hub that
// had devices before this feature shows no steps.
import { FIRST_STEPS, type FirstStep, FirstSteps as FirstStepsShape } from "../../shared/first-start.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceDirectory } from "../devices/directory.ts";
import type { HubEvents } from "../events.ts";
import { Mutex } from "../mutex.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

/** There is one at most: none before the first step. */
const firstStepsRecords: RecordKind<typeof FirstStepsShape> = {
  name: "first-steps",
  schema: FirstStepsShape,
  idOf: () => "first-steps",
};

export interface FirstStepsOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly directory: Pick<DeviceDirectory, "known" | "states">;
  readonly isSimulated: (device: DeviceId) => boolean;
  /** Whether somebody can sign in with a password. */
  readonly hasAccount: () => boolean;
  readonly events: Pick<HubEvents, "deviceChanged" | "commandChanged">;
  readonly onFailure: (error: unknown) => void;
}

export class FirstSteps {
  readonly #options: FirstStepsOptions;
  readonly #done = new Set<FirstStep>();
  #isDismissed = false;
  /** The newest is what stays. */
  readonly #saves = new Mutex();

  constructor(options: FirstStepsOptions) {
    this.#options = options;
    options.events.deviceChanged.on((device) => this.#deviceChanged(device));
    options.events.commandChanged.on(({ state }) => state === "done" && this.#tick("command"));
  }

  /** Restores the steps, after the devices. */
  async start(): Promise<void> {
    const { records, directory, isSimulated } = this.#options;
    const [kept] = await records.collection(firstStepsRecords).list();
    for (const step of kept?.done ?? []) this.#done.add(step);
    this.#isDismissed = kept?.dismissed ?? [...directory.states.values()].some(({ id }) => !isSimulated(id));
  }

  /** Resolves when the steps are on disk. */
  stop(): Promise<void> {
    return this.#saves.idle();
  }

  get(): FirstStepsShape {
    if (this.#options.hasAccount()) this.#tick("account");
    return { done: FIRST_STEPS.filter((step) => this.#done.has(step)), dismissed: this.#isDismissed };
  }

  /** Resolves once it is on disk. */
  async dismiss(isDismissed: boolean): Promise<FirstStepsShape> {
    this.#isDismissed = isDismissed;
    await this.#save();
    return this.get();
  }

  #deviceChanged(id: DeviceId): void {
    if (this.#done.has("device") && this.#done.has("reading")) return;
    const state = this.#options.directory.known(id);
    if (state === undefined || this.#options.isSimulated(id)) return;
    this.#tick("device");
    if (state.joining === null && state.latest.size > 0) this.#tick("reading");
  }

  #tick(step: FirstStep): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    this.#save().catch(this.#options.onFailure);
  }

  #save(): Promise<void> {
    return this.#saves.runExclusive(() => {
      const record = { done: [...this.#done], dismissed: this.#isDismissed };
      return this.#options.records.collection(firstStepsRecords).save([record]);
    });
  }
}
