// A failure that a person is told: thrown inside the room, shown by its status.
import type { reach } from "../../shared/messages/en/network/reach.ts";
import type { Message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";

type ReachMessage = Message<Extract<keyof typeof reach, `reach/${string}`>>;

interface ReachErrorOptions extends ErrorOptions {
  /** How long the service wants to be left alone. */
  readonly retryAfterMs?: number | null;
  /** How long to wait at least, though nobody asked for it. */
  readonly minWaitMs?: number;
  /** True where trying again does not help until a person changes something. */
  readonly isFinal?: boolean;
}

export class ReachError extends Error {
  readonly retryAfterMs: number | null;
  readonly minWaitMs: number;
  readonly isFinal: boolean;

  constructor(
    message: ReachMessage,
    { retryAfterMs = null, minWaitMs = 0, isFinal = false, ...options }: ReachErrorOptions = {},
  ) {
    super(render(message), options);
    this.name = "ReachError";
    this.retryAfterMs = retryAfterMs;
    this.minWaitMs = minWaitMs;
    this.isFinal = isFinal;
  }
}

const MAX_QUOTED_CHARACTERS = 200;

/** A service's own text as it may be shown: one line, cut, and without the secrets that it may repeat. */
export function quote(text: string, secrets: readonly string[] = []): string {
  const masked = secrets.filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  const line = masked.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > MAX_QUOTED_CHARACTERS ? `${line.slice(0, MAX_QUOTED_CHARACTERS)}…` : line;
}
