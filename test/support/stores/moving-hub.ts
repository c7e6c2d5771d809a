// What a hub is to a move, in this process: its stores and its mover, on a data folder of its own. `await using` ends it.
import { pino } from "pino";
import { readConfig } from "../../../src/hub/config.ts";
import { DataFolder } from "../../../src/hub/data-folder.ts";
import { ALL_READINGS } from "../../../src/hub/move/copying/selections.ts";
import { type HubStores, openStores } from "../../../src/hub/move/open-stores.ts";
import type { MoveStatus } from "../../../src/shared/settings/move.ts";
import { FakeClock } from "../fake-clock.ts";
import { makeTemporaryFolder } from "../hub.ts";
import { until } from "../until.ts";

/** How long a step of a move may take on a busy computer. */
export const MOVE_WITHIN_MS = 60_000;

/** What a hub is to a move. */
export class MovingHub implements AsyncDisposable {
  readonly #temporary = makeTemporaryFolder();
  readonly #hubId: string;
  readonly folder = new DataFolder(this.#temporary.path);
  readonly clock: FakeClock;
  isRestartWanted = false;
  #open: HubStores | null = null;

  constructor(nowMs: number, hubId = "this-hub") {
    this.clock = new FakeClock(nowMs);
    this.#hubId = hubId;
  }

  get stores(): HubStores {
    if (this.#open === null) throw new Error("it is not open");
    return this.#open;
  }

  get status(): Promise<MoveStatus> {
    return this.stores.mover.status("en");
  }

  async start(...flags: readonly string[]): Promise<void> {
    const read = readConfig(["--data", this.folder.path, "--spool", "0", ...flags], {});
    if (read.kind !== "config") throw new Error("wrong flags");
    this.isRestartWanted = false;
    const open = openStores({
      config: read.config,
      folder: this.folder,
      storeOptions: {
        clock: this.clock,
        onDeath: (error) => {
          throw error;
        },
        onWarning: () => undefined,
        onCommit: () => undefined,
      },
      freeBytes: async () => 1e12,
      restart: () => {
        this.isRestartWanted = true;
      },
      log: pino({ level: "silent" }),
    });
    this.#open = open;
    await open.store.start();
    await open.store.records.setting("hub-id", () => this.#hubId);
    open.mover.start();
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.mover.stop();
    await open?.store.stop();
  }

  /** As the hub does when reading was switched. */
  async restarted(): Promise<void> {
    await until("reading is switched", async () => this.isRestartWanted || undefined, MOVE_WITHIN_MS);
    await this.stop();
    await this.start();
  }

  /** Both stores have the same. */
  async settled(): Promise<MoveStatus> {
    const isSettled = async () => {
      const status = await this.status;
      const { step, missedDays, waitingReadings } = status.move ?? {};
      return step === "ready" && missedDays === 0 && waitingReadings === 0 ? status : undefined;
    };
    return until("both have the same", isSettled, MOVE_WITHIN_MS);
  }

  async rows(): Promise<string[]> {
    const { readings } = this.stores.store;
    const page = await readings.page({ ...ALL_READINGS, order: "oldest-first", after: null, limit: 1_000_000 });
    return Array.from(page.tsMs, (tsMs, row) => {
      const key = page.series[page.seriesIndex[row] ?? -1];
      return `${tsMs} ${key?.device}/${key?.metric} ${page.values[row]}`;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#temporary[Symbol.dispose]();
  }
}
