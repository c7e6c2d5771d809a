// The days of which the other store may lack readings, saved in advance, like the write-intent bitmap of a mirrored disk. A day is
// saved before its first reading goes to the primary store, and stays until the other store has all of it. After a crash the saved
// days are compared, so no acknowledged reading can be missing from the other store unnoticed.
import { type Static, Type } from "typebox";
import { parseDeviceId, parseMetricName } from "../../shared/ids.ts";
import type { ReadingSelection } from "../store/readings.ts";
import type { DurableFile } from "./durable-file.ts";

/** A day is closed when it got no reading for so long. */
const CLOSE_AFTER_MS = 60_000;

export const WriteIntentsFile = Type.Object({
  days: Type.Array(Type.Integer()),
  selections: Type.Array(
    Type.Object({
      devices: Type.Union([Type.Array(Type.String()), Type.Null()]),
      metrics: Type.Union([Type.Array(Type.String()), Type.Null()]),
      fromMs: Type.Integer(),
      toMs: Type.Integer(),
    }),
  ),
});
type WriteIntentsFile = Static<typeof WriteIntentsFile>;

/** Selections that were removed or copied in one store, and not in the other yet. */
export interface SelectionIntent {
  readonly selection: ReadingSelection;
  isMissed: boolean;
}

export class WriteIntents {
  /** Days of which the other store lacks readings. */
  readonly missedDays = new Set<number>();
  readonly #file: DurableFile<typeof WriteIntentsFile>;
  /** By open day, when its last reading arrived. */
  readonly #openDays = new Map<number, number>();
  readonly #selections = new Set<SelectionIntent>();
  /** The write of the file that is under way. */
  #opening: Promise<void> | null = null;
  #unwritten = new Set<number>();

  constructor(file: DurableFile<typeof WriteIntentsFile>) {
    this.#file = file;
  }

  /** All days that were saved before may have missing readings. */
  async load(): Promise<void> {
    const { days, selections } = (await this.#file.read()) ?? { days: [], selections: [] };
    for (const day of days) {
      this.#openDays.set(day, 0);
      this.missedDays.add(day);
    }
    for (const { devices, metrics, ...range } of selections)
      this.#selections.add({
        selection: {
          ...range,
          devices: devices?.map(parseDeviceId).filter((id) => id !== undefined) ?? null,
          metrics: metrics?.map(parseMetricName).filter((name) => name !== undefined) ?? null,
        },
        isMissed: true,
      });
  }

  get isEmpty(): boolean {
    return this.missedDays.size === 0 && this.missedSelections.length === 0;
  }

  get missedSelections(): SelectionIntent[] {
    return [...this.#selections].filter(({ isMissed }) => isMissed);
  }

  /** Null where these days are saved; else resolves once they are. */
  open(days: readonly number[], nowMs: number): Promise<void> | null {
    let areOpen = true;
    for (const day of days) {
      if (this.#openDays.has(day) && !this.#unwritten.has(day)) this.#openDays.set(day, nowMs);
      else {
        this.#openDays.set(day, nowMs);
        this.#unwritten.add(day);
        areOpen = false;
      }
    }
    return areOpen ? null : this.#written(days);
  }

  async record(selection: ReadingSelection): Promise<SelectionIntent> {
    const intent = { selection, isMissed: false };
    this.#selections.add(intent);
    await this.#save();
    return intent;
  }

  /** The other store has it. */
  async settle(intent: SelectionIntent): Promise<void> {
    this.#selections.delete(intent);
    await this.#save();
  }

  /** Closes days without recent or pending writes. */
  async close(nowMs: number): Promise<void> {
    const closed = [...this.#openDays].filter(
      ([day, lastMs]) => nowMs - lastMs > CLOSE_AFTER_MS && !this.missedDays.has(day),
    );
    for (const [day] of closed) this.#openDays.delete(day);
    if (closed.length > 0) await this.#save();
  }

  /** The other store has all but what is missed. */
  async closeAll(): Promise<void> {
    for (const day of this.#openDays.keys()) if (!this.missedDays.has(day)) this.#openDays.delete(day);
    await this.#save();
  }

  /** Clears all days: everything will be compared reading by reading. */
  async forget(): Promise<void> {
    this.missedDays.clear();
    this.#openDays.clear();
    this.#selections.clear();
    await this.#file.write(null);
  }

  async #written(days: readonly number[]): Promise<void> {
    while (days.some((day) => this.#unwritten.has(day))) {
      // Changes while the file is being written go into the next one.
      this.#opening ??= this.#writeOpened().finally(() => {
        this.#opening = null;
      });
      await this.#opening;
    }
  }

  async #writeOpened(): Promise<void> {
    const written = [...this.#unwritten];
    await this.#save();
    for (const day of written) this.#unwritten.delete(day);
  }

  #save(): Promise<void> {
    const content: WriteIntentsFile = {
      days: [...this.#openDays.keys()],
      selections: [...this.#selections].map(({ selection: { devices, metrics, fromMs, toMs } }) => ({
        devices: devices === null ? null : [...devices],
        metrics: metrics === null ? null : [...metrics],
        fromMs,
        toMs,
      })),
    };
    return this.#file.write(content);
  }
}
