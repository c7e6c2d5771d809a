// Passes each message that arrived, with its verdict, to the live message log.
// Invariant: without a listener a message costs one comparison, and nothing is allocated for it.
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { isAuthenticated, nameOf, type Principal } from "../access/principal.ts";
import type { Transport } from "./metrics.ts";

/** A message as it arrived. */
export interface ArrivedMessage {
  /** MQTT topic or HTTP route, as a person would name it. */
  readonly source: string;
  readonly payload: Uint8Array;
  readonly address: string;
  /** Who sent it. */
  readonly principal: Principal;
  readonly transport: Transport;
  /** The MQTT client id, where it came over MQTT. */
  readonly clientId?: string;
  /** As its client sent it over MQTT. */
  readonly qos?: 0 | 1 | 2;
  /** The RETAIN flag of its PUBLISH. */
  readonly retain?: boolean;
}

export type MessageOutcome =
  | { readonly kind: "stored"; readonly accepted: number; readonly isQuarantined: boolean }
  | { readonly kind: "refused" | "deferred"; readonly problem: Problem }
  /** An ordinary broker's message, which only subscribers get. */
  | { readonly kind: "forwarded" };

export const FORWARDED: MessageOutcome = { kind: "forwarded" };

/** A message with its verdict. `device` sent it, where that is known. */
export class SettledMessage {
  readonly message: Omit<ArrivedMessage, "principal">;
  readonly device: DeviceId | null;
  readonly outcome: MessageOutcome;
  readonly #principal: Principal;

  constructor(message: ArrivedMessage, device: DeviceId | null, outcome: MessageOutcome) {
    this.message = message;
    this.device = device;
    this.outcome = outcome;
    this.#principal = message.principal;
  }

  /** Null where the sender is anonymous. */
  get sender(): string | null {
    return isAuthenticated(this.#principal) ? nameOf(this.#principal) : null;
  }
}

export class MessageTap {
  /** Called with every message; null while the log is not watched. */
  listener: ((settled: SettledMessage) => void) | null = null;

  settled(message: ArrivedMessage, device: DeviceId | null, outcome: MessageOutcome): void {
    if (this.listener !== null) this.listener(new SettledMessage(message, device, outcome));
  }
}
