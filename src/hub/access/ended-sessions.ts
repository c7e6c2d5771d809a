// Sessions that were signed out of. A session is a signed token, good until it expires: one that ended before is
// remembered until then, over a restart as well.
import { createHash } from "node:crypto";
import { type Static, Type } from "typebox";
import type { Clock } from "../clock.ts";

const EndedSession = Type.Object({
  /** A hash of the token. */
  id: Type.String(),
  /** It would have expired by then. */
  untilMs: Type.Integer(),
});
type EndedSession = Static<typeof EndedSession>;

export const endedSessionRecords = {
  name: "ended-session",
  schema: EndedSession,
  idOf: ({ id }: EndedSession) => id,
};

/** Where they are written down. */
export interface EndedSessionRecords {
  list(): Promise<EndedSession[]>;
  save(records: readonly EndedSession[], removedIds?: readonly string[]): Promise<void>;
}

export class EndedSessions {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();
  #records: EndedSessionRecords | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(records: EndedSessionRecords): Promise<void> {
    this.#records = records;
    for (const { id, untilMs } of await records.list()) this.#untilMs.set(id, untilMs);
  }

  has(token: string): boolean {
    return this.#untilMs.has(idOf(token));
  }

  /** It counts at once; resolves when that is on disk. */
  async add(token: string, untilMs: number): Promise<void> {
    const ended = { id: idOf(token), untilMs };
    this.#untilMs.set(ended.id, untilMs);
    const expired = [...this.#untilMs].filter(([, until]) => until < this.#clock.now()).map(([id]) => id);
    for (const id of expired) this.#untilMs.delete(id);
    await this.#records?.save([ended], expired);
  }
}

function idOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
