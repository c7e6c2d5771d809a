// A failure with a message for people: thrown inside the room, shown by its status.
import type { reach } from "../../shared/messages/en/network/reach.ts";
import type { Message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";

type ReachMessage = Message<Extract<keyof typeof reach, `reach/${string}`>>;

interface ReachErrorOptions extends ErrorOptions {
  /** The wait that the service demands. */
  readonly retryAfterMs?: number | null;
  /** The least wait, where the service demands none. */
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
