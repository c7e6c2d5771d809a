// Simulated Pis within the hub: charts, switches and history to try before there is a Pi. They continue after a restart, until a
// person removes them with all their data.

import type { Problem } from "../../shared/errors.ts";
import { type DeviceId, parseDeviceId } from "../../shared/ids.ts";
import type { Language } from "../../shared/messages/language.ts";
import type { Budget } from "../access/limits/budget.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Registry } from "../devices/registry.ts";
import { Mutex } from "../mutex.ts";
import type { Inbox } from "../protocols/inbox.ts";
import { PI_KINDS } from "./pi-kinds.ts";
import type { SimulatedDevice, SimulatedDevices } from "./simulated-devices.ts";
import { SAMPLE_PERIOD_MS, SimulatedPi } from "./simulated-pi.ts";

export interface SimulationOptions {
  readonly simulated: SimulatedDevices;
  readonly inbox: Pick<Inbox, "receive">;
  readonly registry: Pick<Registry, "get" | "edit" | "remove">;
  readonly commands: Pick<Commands, "attach">;
  readonly budget: Pick<Budget, "open">;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #pis = new Map<DeviceId, SimulatedPi>();
  readonly #changes = new Mutex();
  #endTimer: (() => void) | null = null;

  constructor(options: SimulationOptions) {
    this.#options = options;
  }

  /** Resumes the simulated Pis of the last run; their missing history is filled in meanwhile. */
  async start(): Promise<void> {
    const { simulated, clock, onFailure } = this.#options;
    this.#endTimer = clock.every(SAMPLE_PERIOD_MS, () => this.#sample());
    this.#changes
      .runExclusive(async () => {
        for (const device of simulated.list()) await this.#open(device)?.start();
      })
      .catch(onFailure);
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#changes.idle();
    await Promise.all([...this.#pis.values()].map((pi) => pi.stop()));
  }

  /** Adds those of the five that are missing; resolves with the ids of all once their history is on disk. */
  add(language: Language): Promise<DeviceId[]> {
    return this.#changes.runExclusive(async () => {
      const { simulated } = this.#options;
      const present = new Set(simulated.list().map(({ kind }) => kind));
      const added = [...PI_KINDS.keys()]
        .filter((kind) => !present.has(kind))
        .map((kind) => ({ id: this.#freeId(kind), kind }));
      await simulated.add(added);
      for (const device of added) {
        const pi = this.#open(device);
        await pi?.introduce(language);
        await pi?.start();
      }
      return simulated.list().map(({ id }) => id);
    });
  }

  /** Removes all of them with their readings and commands; resolves once that is on disk. */
  remove(): Promise<Problem | null> {
    return this.#changes.runExclusive(async () => {
      const { simulated, registry } = this.#options;
      for (const { id } of simulated.list()) {
        // A message that is still on its way would bring the device back.
        await this.#pis.get(id)?.stop();
        this.#pis.delete(id);
        const refused = registry.get(id) === undefined ? await simulated.forget(id) : await registry.remove(id);
        if (refused) return refused;
      }
      return null;
    });
  }

  #sample(): void {
    for (const [id, pi] of this.#pis) {
      // A person may have removed it as any other device.
      if (this.#options.simulated.has(id)) pi.sample();
      else {
        this.#pis.delete(id);
        void pi.stop();
      }
    }
  }

  /** Undefined for a kind that only another version knows. */
  #open({ id, kind: kindName }: SimulatedDevice): SimulatedPi | undefined {
    const { inbox, registry, commands, budget, clock, onFailure } = this.#options;
    const kind = PI_KINDS.get(kindName);
    if (kind === undefined) return undefined;
    // Nothing is held back in this process: there is no connection to slow or to cut.
    const share = budget.open({ resume: () => undefined, cut: () => undefined });
    const pi = new SimulatedPi({ id, kind, inbox, registry, commands, share, clock, onFailure });
    this.#pis.set(id, pi);
    return pi;
  }

  /** A device of that name may be somebody's own. */
  #freeId(kind: string): DeviceId {
    for (let attempt = 1; ; attempt++) {
      const id = parseDeviceId(attempt === 1 ? `sim-${kind}` : `sim-${kind}-${attempt}`);
      if (id === undefined) throw new Error(`sim-${kind} is no device id`);
      if (this.#options.registry.get(id) === undefined) return id;
    }
  }
}
