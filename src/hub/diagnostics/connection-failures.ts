// Clients that tried and failed, and why, for whoever asks within a day. Messages that were refused are listed elsewhere:
// this is about connections and requests that came to nothing. Bounded, so that nobody fills it or hides another.
import type { FailedClient } from "../../shared/doctor.ts";
import { assertNever } from "../../shared/errors.ts";
import type { NotAdmitted } from "../access/admission.ts";
import type { Clock } from "../clock.ts";

export interface Trouble {
  readonly code: string;
  readonly address: string;
  /** What else tells it from others of its kind: a topic filter, a path. */
  readonly subject?: string;
  /** The client's id; null or empty where it said none. */
  readonly who?: string | null;
  readonly words: string;
}

/** Of the hub's own look at its MQTT port: it is not a client that failed. */
export const DOCTOR_CLIENT_ID = "bramble-doctor";

const MAX_FAILURES = 500;
/** Of one address and code: a client that is called something else every time does not crowd out the others. */
const MAX_FAILURES_PER_KIND = 10;
export const REMEMBERED_MS = 24 * 3_600_000;
/** Of what a client calls itself and says. */
const SUBJECT_CHARACTERS = 128;

export class ConnectionFailures {
  readonly #clock: Clock;
  /** By address, code and subject; the one that happened last is the last. */
  readonly #entries = new Map<string, FailedClient>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  tell({ code, address, subject = "", who, words }: Trouble): void {
    const nowMs = this.#clock.now();
    const key = JSON.stringify([address, code, subject.slice(0, SUBJECT_CHARACTERS)]);
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, {
      ...{ code, address, message: words },
      ...(who ? { who: who.slice(0, SUBJECT_CHARACTERS) } : {}),
      count: (known?.count ?? 0) + 1,
      firstMs: known?.firstMs ?? nowMs,
      lastMs: nowMs,
    });
    if (known === undefined) this.#makeRoom(code, address);
  }

  /** A connection that was ended before anything of it was read; `what` is the port that it came to. */
  notAdmitted(address: string, outcome: NotAdmitted, what: string): void {
    const words = notAdmittedWords(outcome, what);
    this.tell({ code: "not-admitted", address, subject: `${what} ${outcome}`, words });
  }

  /** Those of the last day. */
  list(): FailedClient[] {
    const nowMs = this.#clock.now();
    for (const [key, { lastMs }] of this.#entries) if (nowMs - lastMs >= REMEMBERED_MS) this.#entries.delete(key);
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
    if (alike > MAX_FAILURES_PER_KIND && oldestAlike !== undefined) this.#entries.delete(oldestAlike);
    else if (this.#entries.size > MAX_FAILURES && oldest !== undefined) this.#entries.delete(oldest);
  }
}

function notAdmittedWords(outcome: NotAdmitted, what: string): string {
  switch (outcome) {
    case "outside the allowed networks":
      return `Its connection to the ${what} port was refused: its address is outside the networks that this hub lets in. Start the hub with --allow to let it in.`;
    case "too many connections":
      return `Its connection to the ${what} port was refused: as many are open as the hub takes. Does somebody open one for every message, and leave it open?`;
    case "too many connections of one address":
      return `Its connection to the ${what} port was refused: its address has as many open as one may have. Does it open one for every message, and leave it open? Where many devices come from one address, start the hub with --no-rate-limit.`;
    case "short of memory":
      return `Its connection to the ${what} port was refused: the hub was short of memory. Start it with a larger --memory, if the computer has it.`;
    default:
      return assertNever(outcome);
  }
}
