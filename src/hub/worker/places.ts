// Places of workers: each holds one by a lock of the database, and with it one session at the broker. A worker that is killed leaves both
// behind; the next worker takes the lowest free place, and what its session has.
import type { HeldPlace, SessionPlaces } from "../broker/external/orphaned-sessions.ts";
import type { Leadership } from "../store/server-sql/leadership.ts";
import type { ServerStore } from "../store/server-sql/server-store.ts";
import { placeRecords } from "./news.ts";

const MAX_PLACES = 64;

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

  /** The lowest free place; null where all are held. */
  async take(nowMs: number): Promise<OwnPlace | null> {
    for (let number = 1; number <= MAX_PLACES; number++) {
      const lock = this.#store.slot(number);
      if (!(await lock.claim())) continue;
      // Before the session begins, so that somebody ends it.
      const place = { ...this.#held(number, lock), lock };
      await this.beat(place, nowMs);
      return place;
    }
    return null;
  }

  async list(): Promise<readonly { readonly number: number; readonly beat: number }[]> {
    const records = await this.#store.records.collection(placeRecords).list();
    return records.map(({ number, sinceMs }) => ({ number, beat: sinceMs }));
  }

  async hold(number: number): Promise<HeldPlace | null> {
    const lock = this.#store.slot(number);
    return (await lock.claim()) ? this.#held(number, lock) : null;
  }

  /** Shows the others that the place has a worker. */
  async beat({ number }: HeldPlace, nowMs: number): Promise<void> {
    await this.#store.records.collection(placeRecords).save([{ number, sinceMs: nowMs }]);
  }

  #held(number: number, lock: Leadership): HeldPlace {
    const renewing = setInterval(() => void lock.renew(), 1_500);
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
