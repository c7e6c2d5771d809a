// The bytes that a client causes the hub to hold in memory, by kind. They are no work, and stay until the client reads or sends on.

export type Holding =
  /** The beginning of a message whose end has not arrived. */
  | "unfinished"
  /** Messages that arrived and wait for room. */
  | "waiting"
  /** Answers and messages that the client has not read. */
  | "unsent"
  /** Subscriptions and the last will, which last as long as the connection. */
  | "remembered"
  /** A session that may outlive its connection: subscriptions, and messages that wait for its client. */
  | "session";

/** The limits, by kind. */
export const MAX_HELD_BYTES: Readonly<Record<Holding, number>> = {
  unfinished: 1_200_000,
  waiting: 1_200_000,
  unsent: 2 * 1024 * 1024,
  remembered: 128 * 1024,
  session: 4 * 1024 * 1024,
};

/** Why a connection is cut; completes “its connection was cut: …”. */
export function tooMuch(kind: Holding): string {
  switch (kind) {
    case "waiting":
      return `over ${MAX_HELD_BYTES.waiting} bytes of its messages wait for the hub, faster than it takes them`;
    case "unfinished":
      return `a message that it began has over ${MAX_HELD_BYTES.unfinished} bytes`;
    case "unsent":
      return `over ${MAX_HELD_BYTES.unsent} bytes wait for it because it does not read`;
    case "session":
      return `what waits for it, and its subscriptions, are over ${MAX_HELD_BYTES.session} bytes`;
    case "remembered":
      return `what it has the hub remember is over ${MAX_HELD_BYTES.remembered} bytes`;
  }
}
