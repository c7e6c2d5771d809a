// Sessions at the broker of workers that are gone: the broker goes on to give them their part of the readings. Each is taken over
// by one process, which unsubscribes it, takes what has gathered in it, and ends it. A worker that comes back at once finds its session
// as it was: only one that was silent for `SILENT_MS` is taken over.
import type { Budget } from "../../access/limits/budget.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log.ts";
import type { BrokerAddress } from "../broker-address.ts";
import { BrokerConnection, type BrokerFilter } from "./broker-connection.ts";
import { Intake, type IntakeOptions } from "./intake.ts";

/** A worker's place, held by this process until it is released. */
export interface HeldPlace {
  readonly number: number;
  readonly clientId: string;
  /** `isEmpty`: no session of it is left at the broker. */
  release(isEmpty: boolean): Promise<void>;
}

export interface SessionPlaces {
  /** The places that may have a session, and of each a number that changes while a worker has it. */
  list(): Promise<readonly { readonly number: number; readonly beat: number }[]>;
  /** Null where a worker, or another process that empties its session, holds it. */
  hold(number: number): Promise<HeldPlace | null>;
  /** Says to workers that the hub shares the readings with them: before, it takes all of them itself. */
  share(isShared: boolean): Promise<void>;
}

export interface OrphanedSessionsOptions extends Pick<IntakeOptions, "matchTopic" | "onPublish"> {
  readonly address: BrokerAddress;
  readonly filters: readonly BrokerFilter[];
  readonly places: SessionPlaces;
  /** Told with each look. */
  readonly onWorkers?: (areThere: boolean) => Promise<void>;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_PERIOD_MS = 1_000;
const SILENT_MS = 8_000;

export class OrphanedSessions {
  readonly #options: OrphanedSessionsOptions;
  /** Of each place its last beat, and since when there was no other. */
  #silent = new Map<number, { readonly beat: number; readonly sinceMs: number }>();
  #looking: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: OrphanedSessionsOptions) {
    this.#options = options;
  }

  /** Resolves after a first look. */
  async start(): Promise<void> {
    await this.look();
    this.#endTimer = this.#options.clock.every(LOOK_PERIOD_MS, () => void this.look());
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#looking;
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { places, onWorkers, log } = this.#options;
    try {
      const found = await places.list();
      await onWorkers?.(found.length > 0);
      const nowMs = performance.now();
      const silentBefore = this.#silent;
      this.#silent = new Map(
        found.map(({ number, beat }) => {
          const before = silentBefore.get(number);
          return [number, before?.beat === beat ? before : { beat, sinceMs: nowMs }];
        }),
      );
      for (const [number, { sinceMs }] of this.#silent) if (nowMs - sinceMs > SILENT_MS) await this.#takeOver(number);
    } catch (error) {
      // While the database is away no worker can show that it is there.
      this.#silent.clear();
      log.debug({ err: error }, "places of workers could not be looked at");
    }
  }

  async #takeOver(number: number): Promise<void> {
    const { places, log } = this.#options;
    const place = await places.hold(number);
    if (place === null) return;
    const isEmpty = await this.#empty(place).catch(() => false);
    await place.release(isEmpty);
    if (isEmpty) log.info({ clientId: place.clientId }, "took over what a worker that is gone had left");
  }

  async #empty({ clientId }: HeldPlace): Promise<boolean> {
    const { address, filters, log } = this.#options;
    const intake = new Intake({ ...this.#options, sessionOf: () => null });
    const connection = new BrokerConnection({
      address,
      clientId,
      filters: filters.filter(({ sharing }) => sharing !== "alone").map((one) => ({ ...one, sharing: "shared" })),
      needsMqtt5: true,
      hasRoomFor: (bytes) => intake.hasRoomFor(bytes),
      onMessage: (received) => intake.take(received),
      onUp: () => undefined,
      onDown: () => undefined,
      // Of the broker the process's own connection says it.
      log: log.child({ clientId }, { level: "error" }),
    });
    intake.attach(connection);
    await connection.start();
    try {
      return await connection.leave();
    } finally {
      await connection.stop();
    }
  }
}
