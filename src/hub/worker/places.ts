// Places of workers: each holds one by a lock of the database, and with it one session at the broker. A worker that is killed
// leaves the session behind; the next worker takes the lowest free place, with its session. None takes one while the database is
// closed to workers.
import { setTimeout as sleep } from "node:timers/promises";
import type { HeldPlace, SessionPlaces } from "../broker/external/orphaned-sessions.ts";
import { type Leadership, MAX_WORKERS, RENEW_MS } from "../store/server-sql/leadership.ts";
import type { ServerStore } from "../store/server-sql/server-store.ts";
import { closedToWorkers } from "../store/server-sql/worker-gate.ts";
import { placeRecords, readingsShared } from "./news.ts";

/** How long a worker waits for a hub that shares; there may be none. */
const SHARED_WITHIN_MS = 5_000;
const POLL_MS = 100;
const SHARED = { id: "shared" };

/** A worker's own place. */
export interface OwnPlace extends HeldPlace {
  readonly lock: Leadership;
}

export class WorkerPlaces implements SessionPlaces {
  readonly #store: ServerStore;
  readonly #hubId: string;

  constructor(store: ServerStore, hubId: string) {
    this.#store = store;
    this.#hubId = hubId;
  }

  /** Whether the data is being moved, or the hub reads it from elsewhere. */
  async areClosed(): Promise<boolean> {
    return (await this.#store.records.collection(closedToWorkers).list()).length > 0;
  }

  /** The lowest free place; null where all are held, or closed. */
  async take(nowMs: number): Promise<OwnPlace | null> {
    if (await this.areClosed()) return null;
    for (let number = 1; number <= MAX_WORKERS; number++) {
      const lock = await this.#claimed(number);
      if (lock === null) continue;
      const place = { ...this.#held(number, lock), lock };
      try {
        // Before the session begins, so that somebody ends it.
        await this.beat(place, nowMs);
      } catch (error) {
        await place.release(false);
        throw error;
      }
      return place;
    }
    return null;
  }

  async list(): Promise<readonly { readonly number: number; readonly beat: number }[]> {
    const records = await this.#store.records.collection(placeRecords).list();
    return records.map(({ number, sinceMs }) => ({ number, beat: sinceMs }));
  }

  async hold(number: number): Promise<HeldPlace | null> {
    const lock = await this.#claimed(number);
    return lock === null ? null : this.#held(number, lock);
  }

  async share(isShared: boolean): Promise<void> {
    const records = this.#store.records.collection(readingsShared);
    await (isShared ? records.save([SHARED]) : records.save([], [readingsShared.idOf(SHARED)]));
  }

  /** Resolves when the hub shares the readings, or after a while without a hub. */
  async shared(): Promise<void> {
    const records = this.#store.records.collection(readingsShared);
    const endMs = performance.now() + SHARED_WITHIN_MS;
    while ((await records.list()).length === 0 && performance.now() < endMs) await sleep(POLL_MS);
  }

  /** Shows the others that the place has a worker. */
  async beat({ number }: HeldPlace, nowMs: number): Promise<void> {
    await this.#store.records.collection(placeRecords).save([{ number, sinceMs: nowMs }]);
  }

  /** The lock of a place; null where another has it, or they are closed, which is checked after the lock (see `closedToWorkers`). */
  async #claimed(number: number): Promise<Leadership | null> {
    const lock = this.#store.slot(number);
    if (!(await lock.claim())) return null;
    try {
      if (!(await this.areClosed())) return lock;
    } catch (error) {
      lock.end();
      throw error;
    }
    lock.end();
    return null;
  }

  #held(number: number, lock: Leadership): HeldPlace {
    const renewing = setInterval(() => void lock.renew(), RENEW_MS);
    renewing.unref();
    return {
      number,
      clientId: `bramble-worker-${this.#hubId}-${number}`,
      release: async (isEmpty) => {
        clearInterval(renewing);
        try {
          if (isEmpty && lock.isHeld)
            await this.#store.records.collection(placeRecords).save([], [placeRecords.idOf({ number, sinceMs: 0 })]);
        } finally {
          lock.end();
        }
      },
    };
  }
}
