// Sessions at the broker of workers that are gone: the broker goes on to give them their part of the readings. Each is taken over
// by one process, which unsubscribes it, takes what has gathered in it, and ends it. A worker that comes back at once finds its session
// as it was: only one that was missed twice is taken over.
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
  /** Whether there are any, held or not. */
  areThere(): Promise<boolean>;
  /** Holds the places that may have a session and that no worker holds. */
  holdOrphans(): Promise<readonly HeldPlace[]>;
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

const LOOK_PERIOD_MS = 5_000;

export class OrphanedSessions {
  readonly #options: OrphanedSessionsOptions;
  #missed = new Set<number>();
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
      await onWorkers?.(await places.areThere());
      const orphans = await places.holdOrphans();
      const missedBefore = this.#missed;
      this.#missed = new Set(orphans.map(({ number }) => number));
      for (const place of orphans) {
        const isGone = missedBefore.has(place.number);
        const isEmpty = isGone && (await this.#empty(place).catch(() => false));
        await place.release(isEmpty);
        if (isEmpty) log.info({ clientId: place.clientId }, "took over what a worker that is gone had left");
      }
    } catch (error) {
      // The database is away: the next look tells.
      log.debug({ err: error }, "places of workers could not be looked at");
    }
  }

  async #empty({ clientId }: HeldPlace): Promise<boolean> {
    const { address, filters, log } = this.#options;
    const intake = new Intake({ ...this.#options, sessionOf: () => null });
    const connection = new BrokerConnection({
      address,
      clientId,
      filters: filters.filter(({ sharing }) => sharing !== "alone").map((one) => ({ ...one, sharing: "shared" })),
      hasRoomFor: (bytes) => intake.hasRoomFor(bytes),
      onMessage: (received) => intake.take(received),
      onUp: () => undefined,
      onDown: () => undefined,
      log,
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
