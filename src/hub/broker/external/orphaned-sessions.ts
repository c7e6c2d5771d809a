// Orphaned sessions at the broker, of workers that are gone: the broker still gives them their share of the readings. Each is taken
// over by one process, which unsubscribes it, receives its queued messages, and ends it. A worker that returns at once finds its
// session as it was: only one that was silent for `SILENT_MS` is taken over.
import type { Budget } from "../../access/limits/budget.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../observe/log/log.ts";
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
  /** The places that may have a session, each with a heartbeat: a number that changes while a worker has it. */
  list(): Promise<readonly { readonly number: number; readonly beat: number }[]>;
  /** Null where a worker, or another process that empties its session, holds it. */
  hold(number: number): Promise<HeldPlace | null>;
  /** Announces to workers whether the hub shares the readings with them. */
  share(isShared: boolean): Promise<void>;
}

export interface OrphanedSessionsOptions extends Pick<IntakeOptions, "matchTopic" | "onPublish"> {
  readonly address: BrokerAddress;
  readonly filters: readonly BrokerFilter[];
  readonly places: SessionPlaces;
  /** Called with each check. */
  readonly onWorkers?: (areThere: boolean) => Promise<void>;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

const CHECK_PERIOD_MS = 1_000;
const SILENT_MS = 8_000;

export class OrphanedSessions {
  readonly #options: OrphanedSessionsOptions;
  /** Of each place its last heartbeat, and since when it has not changed. */
  #silent = new Map<number, { readonly beat: number; readonly sinceMs: number }>();
  #checking: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: OrphanedSessionsOptions) {
    this.#options = options;
  }

  /** Resolves after the first check. */
  async start(): Promise<void> {
    await this.check();
    this.#endTimer = this.#options.clock.every(CHECK_PERIOD_MS, () => void this.check());
  }

  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#checking;
  }

  /** Never rejects. */
  async #check(): Promise<void> {
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
    const isEmpty = await this.#empty(place).catch((error: unknown) => {
      log.debug(
        { err: error, clientId: place.clientId },
        "what a worker that is gone had left could not be taken over",
      );
      return false;
    });
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
      intake.close();
    }
  }
}
