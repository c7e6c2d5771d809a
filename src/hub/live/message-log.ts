// The live log of messages. Of those that pass a viewer's filter a fair sample is shown, with the number of messages that were left
// out; the top senders are counted over all.
// Invariant: the tap has a listener only while there is a viewer.

import type { Language } from "../../shared/messages/language.ts";
import { render } from "../../shared/messages/render.ts";
import { fitsFilter, type LogEvent, type LogFilter, type LogRow } from "../../shared/mqtt/message-log.ts";
import type { Clock } from "../clock.ts";
import { excerptOf } from "../observe/excerpt.ts";
import type { MessageTap, SettledMessage } from "../observe/message-tap.ts";
import { FairSample } from "./fair-sample.ts";
import { TopTalkers } from "./top-talkers.ts";

/** Every message is matched with the filter of each viewer. */
const MAX_VIEWERS = 16;
const MAX_ROWS_PER_SECOND = 100;
/** The messages of a board with thirty sensors are all shown. */
const MAX_EXCERPT_BYTES = 2_048;
/** Messages whose payload is searched for a viewer's text. */
const MAX_SEARCHED_PER_SECOND = 3_000;
const TICK_MS = 100;
const TICKS_PER_SECOND = 1_000 / TICK_MS;

export interface LogViewer {
  /** Of a viewer with a scope of devices; one without gets all messages, those of no device too. */
  readonly maySee?: (device: string) => boolean;
  /** True while it has many unread bytes: rows are left out meanwhile. */
  readonly isBehind: () => boolean;
  readonly send: (event: LogEvent) => void;
}

export interface MessageLogOptions {
  readonly tap: MessageTap;
  readonly clock: Clock;
}

interface Viewing {
  readonly viewer: LogViewer;
  readonly sample: FairSample<LogRow>;
  filter: LogFilter;
  language: Language;
  searchesLeft: number;
}

export class MessageLog {
  readonly #options: MessageLogOptions;
  readonly #viewings = new Set<Viewing>();
  #talkers = new TopTalkers();
  #ticks = 0;
  #endTimer: (() => void) | null = null;

  constructor(options: MessageLogOptions) {
    this.#options = options;
  }

  /** Adds a viewer; null where there are too many. Reasons are rendered in `language`. */
  watch(viewer: LogViewer, filter: LogFilter, language: Language): LogWatch | null {
    if (this.#viewings.size >= MAX_VIEWERS) return null;
    const sample = new FairSample<LogRow>(MAX_ROWS_PER_SECOND);
    const viewing: Viewing = { viewer, sample, filter, language, searchesLeft: MAX_SEARCHED_PER_SECOND };
    this.#viewings.add(viewing);
    if (this.#viewings.size === 1) this.#begin();
    return {
      change: (changed, toLanguage) => Object.assign(viewing, { filter: changed, language: toLanguage }),
      end: () => {
        if (this.#viewings.delete(viewing) && this.#viewings.size === 0) this.stop();
      },
    };
  }

  stop(): void {
    this.#viewings.clear();
    this.#options.tap.listener = null;
    this.#endTimer?.();
    this.#endTimer = null;
  }

  #begin(): void {
    const { tap, clock } = this.#options;
    this.#talkers = new TopTalkers();
    this.#ticks = 0;
    tap.listener = (settled) => this.#settled(settled);
    this.#endTimer = clock.every(TICK_MS, () => this.#tick());
  }

  #settled(settled: SettledMessage): void {
    const { message, device } = settled;
    this.#talkers.count(device, message.address, message.payload.length);
    for (const viewing of this.#viewings) if (mayView(viewing, device)) this.#offer(viewing, settled);
  }

  #offer(viewing: Viewing, settled: SettledMessage): void {
    const { filter, sample } = viewing;
    if (!fitsQuickly(settled, filter)) return;
    const { device, message, outcome } = settled;
    // Accepted and refused messages of a device count as two senders, so that both are shown.
    const sender = `${outcome.kind} ${device ?? message.address}`;
    if (filter.text === undefined || filter.text === "") {
      sample.offer(sender, () => this.#row(settled, viewing));
      return;
    }
    if (viewing.searchesLeft <= 0) {
      sample.countOmitted(1);
      return;
    }
    viewing.searchesLeft--;
    const row = this.#row(settled, viewing);
    if (fitsFilter(row, filter)) sample.offer(sender, () => row);
  }

  #row({ message, device, outcome, sender }: SettledMessage, { viewer, language }: Viewing): LogRow {
    const { source, payload, transport, address, clientId, qos, retain } = message;
    const isStored = outcome.kind === "stored";
    return {
      atMs: this.#options.clock.now(),
      source,
      ...(device !== null && { device }),
      payload: excerptOf(payload, MAX_EXCERPT_BYTES),
      bytes: payload.length,
      verdict: outcome.kind,
      ...(isStored && { readings: outcome.accepted }),
      ...(isStored && outcome.isQuarantined && { isQuarantined: true }),
      ...("problem" in outcome && { reason: render(outcome.problem, language) }),
      transport,
      address,
      ...(clientId !== undefined && { client: clientId }),
      ...(qos !== undefined && { qos }),
      ...(retain === true && { isRetained: true }),
      // Names of people and programs are for viewers without a scope of devices.
      ...(sender !== null && viewer.maySee === undefined && { sender }),
    };
  }

  #tick(): void {
    this.#ticks = (this.#ticks + 1) % TICKS_PER_SECOND;
    const isSecond = this.#ticks === 0;
    if (isSecond) this.#talkers.tick();
    for (const viewing of this.#viewings) {
      const { viewer, sample } = viewing;
      const { rows, leftOut } = sample.take();
      sample.elapsed(TICK_MS);
      const isBehind = viewer.isBehind();
      if (isBehind) sample.countOmitted(rows.length + leftOut);
      else if (rows.length + leftOut > 0) viewer.send({ type: "log", rows, leftOut });
      if (!isSecond) continue;
      sample.tick();
      viewing.searchesLeft = MAX_SEARCHED_PER_SECOND;
      if (!isBehind) viewer.send({ type: "log-talkers", ...this.#talkers.top((device) => mayView(viewing, device)) });
    }
  }
}

export interface LogWatch {
  readonly change: (filter: LogFilter, language: Language) => void;
  readonly end: () => void;
}

function mayView({ viewer: { maySee } }: Viewing, device: string | null): boolean {
  return maySee === undefined || (device !== null && maySee(device));
}

/** All of the filter but its text. */
function fitsQuickly({ message, device, outcome }: SettledMessage, filter: LogFilter): boolean {
  return (
    (filter.device === undefined || filter.device === device) &&
    (filter.verdict === undefined || filter.verdict === outcome.kind) &&
    (filter.transport === undefined || filter.transport === message.transport)
  );
}
