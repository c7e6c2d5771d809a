// The message that is being written, as long as the window is open, and those published by hand from this browser, latest first, in its
// local storage.
import { Signal } from "../../../api/feed/signal.ts";
import { Stored } from "../../../api/local-storage/stored.ts";

const MAX_KEPT_MESSAGES = 20;
/** Longer ones are not kept: the browser has little room. */
const MAX_KEPT_CHARACTERS = 10_000;

export const QOS_LEVELS = [0, 1, 2] as const;
type Qos = (typeof QOS_LEVELS)[number];

export interface PublishedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** It stays while other pages are looked at, such as the refused ones. */
export const beingWritten = new Signal<PublishedMessage>({ topic: "", payload: "", qos: 0, retain: false });

export const publishHistory = new Stored<readonly PublishedMessage[]>("published-messages", (stored) =>
  Array.isArray(stored) ? stored.flatMap(parseMessage).slice(0, MAX_KEPT_MESSAGES) : [],
);

/** One that was published before moves to the top. */
export function remember(published: PublishedMessage): void {
  if (published.payload.length > MAX_KEPT_CHARACTERS) return;
  const others = publishHistory
    .get()
    .filter(({ topic, payload }) => topic !== published.topic || payload !== published.payload);
  publishHistory.set([published, ...others].slice(0, MAX_KEPT_MESSAGES));
}

function parseMessage(stored: unknown): PublishedMessage[] {
  if (typeof stored !== "object" || stored === null) return [];
  const { topic, payload, qos, retain }: Record<string, unknown> = { ...stored };
  const level = QOS_LEVELS.find((one) => one === qos);
  if (typeof topic !== "string" || typeof payload !== "string" || level === undefined) return [];
  return [{ topic, payload, qos: level, retain: retain === true }];
}
