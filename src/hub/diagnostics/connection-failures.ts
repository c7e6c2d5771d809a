// Clients that failed to connect, publish, subscribe or send a request within the last day, and why. Refused messages are
// listed elsewhere. Bounded: one client neither fills the list nor displaces the failures of another.
import type { FailedClient } from "../../shared/doctor.ts";
import { assertNever, type Problem } from "../../shared/errors.ts";
import type { diagnostics } from "../../shared/messages/en/diagnostics.ts";
import type { proxies } from "../../shared/messages/en/network/proxies.ts";
import type { TlsFailure } from "../../shared/messages/en/network/tls.ts";
import type { Language } from "../../shared/messages/language.ts";
import { type Message, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { NotAdmitted } from "../access/limits/admission.ts";
import type { Clock } from "../clock.ts";

/** Why a client failed. A problem was also the answer to the client. */
type FailureMessage = Message<keyof typeof diagnostics | keyof typeof proxies | TlsFailure> | Problem;

export interface ConnectionFailure {
  readonly address: string;
  readonly message: FailureMessage;
  /** Distinguishes it from others of its code and address: a topic filter, a path. */
  readonly subject?: string;
  /** The client's id; null or empty where it sent none. */
  readonly clientId?: string | null;
  /** The request that failed, where the message does not name it. */
  readonly source?: string;
}

/** A failure with the times at which it happened. Its code is that of the message, without the part behind the slash. */
export interface RecordedFailure extends Omit<FailedClient, "message"> {
  readonly message: FailureMessage;
  readonly source?: string;
}

/** The doctor connects to the MQTT port with this id: it is not a client that failed. */
export const DOCTOR_CLIENT_ID = "bramble-doctor";

const MAX_FAILURES = 500;
/** A client that changes its name or topic each time must not displace others. */
const MAX_FAILURES_PER_ADDRESS_AND_CODE = 10;
export const REMEMBERED_MS = 24 * 3_600_000;
const MAX_SUBJECT_CHARACTERS = 128;

export class ConnectionFailures {
  readonly #clock: Clock;
  /** By address, code and subject; the one that happened last is the last. */
  readonly #entries = new Map<string, RecordedFailure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report({ address, message: found, subject = "", clientId, source }: ConnectionFailure): void {
    const nowMs = this.#clock.now();
    const code = found.code.replace(/\/.*$/, "");
    const key = JSON.stringify([address, code, subject.slice(0, MAX_SUBJECT_CHARACTERS)]);
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, {
      code,
      address,
      message: found,
      ...(clientId ? { clientId: clientId.slice(0, MAX_SUBJECT_CHARACTERS) } : {}),
      ...(source !== undefined && { source }),
      count: (known?.count ?? 0) + 1,
      firstSeenMs: known?.firstSeenMs ?? nowMs,
      lastSeenMs: nowMs,
    });
    if (known === undefined) this.#makeRoom(code, address);
  }

  /** A connection to the port of `protocol` that was closed before anything of it was read. */
  notAdmitted(address: string, outcome: NotAdmitted, protocol: "MQTT" | "HTTP"): void {
    this.report({ address, subject: `${protocol} ${outcome}`, message: notAdmittedMessage(outcome, protocol) });
  }

  /** Those of the last day. */
  list(): RecordedFailure[] {
    const nowMs = this.#clock.now();
    for (const [key, { lastSeenMs }] of this.#entries)
      if (nowMs - lastSeenMs >= REMEMBERED_MS) this.#entries.delete(key);
    return [...this.#entries.values()];
  }

  #makeRoom(code: string, address: string): void {
    let alike = 0;
    let oldestAlike: string | undefined;
    for (const [key, one] of this.#entries) {
      if (one.code !== code || one.address !== address) continue;
      alike++;
      oldestAlike ??= key;
    }
    const [oldest] = this.#entries.keys();
    if (alike > MAX_FAILURES_PER_ADDRESS_AND_CODE && oldestAlike !== undefined) this.#entries.delete(oldestAlike);
    else if (this.#entries.size > MAX_FAILURES && oldest !== undefined) this.#entries.delete(oldest);
  }
}

export function renderFailure(
  { message: found, source, ...recorded }: RecordedFailure,
  language: Language,
): FailedClient {
  const located = source === undefined ? found : message("failed-on", { source, text: found });
  return { ...recorded, message: render(located, language) };
}

function notAdmittedMessage(outcome: NotAdmitted, protocol: "MQTT" | "HTTP"): FailureMessage {
  switch (outcome) {
    case "outside the allowed networks":
      return message("not-admitted/outside", { protocol });
    case "too many connections":
      return message("not-admitted/too-many", { protocol });
    case "too many connections of one address":
      return message("not-admitted/too-many-of-address", { protocol });
    case "short of memory":
      return message("not-admitted/short-of-memory", { protocol });
    default:
      return assertNever(outcome);
  }
}
