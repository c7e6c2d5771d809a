// A message's way in: decode -> admit -> commit -> tell. The verdict comes only when the outcome is on disk, so that
// whoever delivered the message can acknowledge it.
import { assertNever, BrambleError, type Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { type IngestTopic, type MalformedTopic, parseTopic } from "../../shared/topics.ts";
import { READING_BYTES, REFUSAL_BYTES, type Share } from "../access/budget.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Rejection } from "../devices/joining.ts";
import type { Registry } from "../devices/registry.ts";
import type { HubEvents } from "../events.ts";
import type { DiskGuard } from "../observe/disk-guard.ts";
import type { Log } from "../observe/log.ts";
import type { LogThrottle } from "../observe/log-throttle.ts";
import type { Metrics, Transport } from "../observe/metrics.ts";
import type { ReadingStore } from "../store/readings.ts";
import { decodeAbout, decodeReply, decodeState, decodeStatus } from "./about.ts";
import {
  badDeviceId,
  badMetric,
  type Decoded,
  type DecodedReadings,
  decodeMetricValue,
  decodeReadings,
} from "./decode.ts";
import type { Refusals } from "./refusals.ts";

export interface IncomingMessage {
  /** MQTT topic or HTTP route, as a person would name it. */
  readonly source: string;
  /** What the topic or route means. */
  readonly target: IngestTopic | MalformedTopic;
  readonly payload: Uint8Array;
  /** A JSON object a line instead of one JSON value. */
  readonly ndjson?: boolean;
  readonly address: string;
  readonly transport: Transport;
  /** Of the connection that it came on: its readings count there until they are on disk. */
  readonly share: Share;
  /** The session that delivered it; null where there is none. */
  readonly session: string | null;
}

export type Verdict =
  /** `waits`: the readings lie apart until somebody lets their device join. */
  | { readonly kind: "stored"; readonly accepted: number; readonly waits: boolean }
  /** Bad for ever, and listed: acknowledge it, or its sender repeats it for ever. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** It could be taken later: do not acknowledge it. */
  | { readonly kind: "deferred"; readonly problem: Problem; readonly retryAfterSeconds: number };

export interface IngestOptions {
  readonly readings: ReadingStore;
  readonly registry: Registry;
  readonly refusals: Refusals;
  readonly commands: Pick<Commands, "replied">;
  readonly disk: Pick<DiskGuard, "status">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  /** For what a flood would otherwise fill the log with. */
  readonly floodLog: LogThrottle;
  readonly events: Pick<HubEvents, "readingsStored">;
}

const RETRY_AFTER_SECONDS = 5;

const diskFull: Verdict = {
  kind: "deferred",
  problem: { code: "disk-full", message: "The hub's disk is full: it has not kept this. Send it again later." },
  retryAfterSeconds: RETRY_AFTER_SECONDS,
};

export class Ingest {
  readonly #options: IngestOptions;
  #failure: string | null = null;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Why the last message could not be written down; null while all is well. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Takes one message in. Never rejects: what goes wrong is part of the verdict. */
  accept(message: IncomingMessage): Promise<Verdict> {
    if (this.#options.disk.status === "full") return Promise.resolve(this.#counted(message, diskFull));
    try {
      return this.#take(message).catch((error: unknown) => this.#deferred(message, error));
    } catch (error) {
      return Promise.resolve(this.#deferred(message, error));
    }
  }

  /** Whether a publish is of a device that was blocked, so that nobody else may hear it either. */
  isOfBlocked(topic: string, payload: Uint8Array): boolean {
    const { registry, clock } = this.#options;
    const target = parseTopic(topic);
    if (target === null || !("device" in target)) return false;
    if (target.device !== null) return registry.isBlocked(target.device);
    const decoded = decodeReadings(payload, { device: null, nowMs: clock.now(), ndjson: false });
    return decoded.kind === "decoded" && decoded.readings.some(({ device }) => registry.isBlocked(device));
  }

  /**
   * Lists a message that is bad for ever; on a full disk it is only deferred. Of a flood most are only counted, without a
   * look at the disk. `explain` finds better words, at a price that is paid where they are read: in the list. Rejects when
   * it cannot be written down.
   */
  async refuse(
    message: Pick<IncomingMessage, "address" | "source" | "payload" | "share">,
    problem: Problem,
    explain: () => Problem = () => problem,
  ): Promise<Verdict> {
    const { refusals, disk, metrics, clock, floodLog } = this.#options;
    if (disk.status === "full") return diskFull;
    const { address, source, payload, share } = message;
    // Until the turn ends: refusing takes more time than storing.
    share.take(REFUSAL_BYTES);
    share.release(REFUSAL_BYTES);
    metrics.refused(problem.code);
    if (!refusals.mayAdd(address, problem.code)) return { kind: "refused", problem };
    floodLog.warn(problem.code, { address, source, code: problem.code }, "message refused");
    const { code, message: words, details } = explain();
    const atMs = clock.now();
    await refusals.add(
      { atMs, code, message: words, address, source, ...(details && { details: [...details] }) },
      payload,
    );
    return { kind: "refused", problem };
  }

  #take(message: IncomingMessage): Promise<Verdict> {
    const { target, payload } = message;
    switch (target.kind) {
      case "readings": {
        const context = { device: target.device, nowMs: this.#options.clock.now(), ndjson: message.ndjson ?? false };
        return this.#store(decodeReadings(payload, context), message);
      }
      case "metric":
        return this.#store(decodeMetricValue(payload, target.device, target.metric), message);
      case "about":
        return this.#describe(target.device, message);
      case "status":
        return this.#status(target.device, message);
      case "state":
        return this.#state(target.device, message);
      case "reply":
        return this.#reply(target.device, message);
      case "bad-device-id":
        return this.#refused(message, badDeviceId(target.text, message.source));
      case "bad-metric":
        return this.#refused(message, badMetric(target.text, message.source));
      default:
        return assertNever(target);
    }
  }

  #store(decoded: Decoded, message: IncomingMessage): Promise<Verdict> {
    if (decoded.kind === "refused") return this.#refused(message, decoded.problem);
    const { readings, registry, clock } = this.#options;
    const obstacle = registry.admit(decoded.readings, message);
    if (obstacle !== null) return this.#rejected(obstacle, message, () => this.#store(decoded, message));
    const receivedAtMs = clock.now();
    const { share } = message;
    const costBytes = decoded.readings.length * READING_BYTES;
    share.take(costBytes);
    // Not awaited: a promise less for each of the many.
    const isOfFlood = share.isFlooding;
    return readings
      .append({ readings: decoded.readings, attributes: decoded.attributes, receivedAtMs, isOfFlood })
      .then(
        (tsMs) => {
          share.release(costBytes);
          return this.#stored(decoded, tsMs, message);
        },
        (error: unknown) => {
          share.release(costBytes);
          registry.notStored(decoded.readings);
          throw error;
        },
      );
  }

  #stored({ readings, attributes }: DecodedReadings, tsMs: Float64Array, message: IncomingMessage): Verdict {
    const { registry, events } = this.#options;
    const waits = registry.stored(readings, tsMs, attributes, message);
    for (const listener of events.readingsStored) listener(readings, tsMs);
    return this.#accepted(message, readings.length, waits);
  }

  async #describe(device: DeviceId, message: IncomingMessage): Promise<Verdict> {
    const decoded = decodeAbout(message.payload);
    if ("problem" in decoded) return this.#refused(message, decoded.problem);
    const { registry } = this.#options;
    const obstacle = await registry.describe(device, decoded.about, message);
    if (obstacle !== null) return this.#rejected(obstacle, message, () => this.#describe(device, message));
    if (message.session !== null) registry.presence.sessionClaimed(device, message.session);
    return this.#accepted(message, 0);
  }

  async #status(device: DeviceId, message: IncomingMessage): Promise<Verdict> {
    const { payload, session } = message;
    const online = decodeStatus(payload);
    if (typeof online !== "boolean") return this.#refused(message, online);
    const { registry } = this.#options;
    const obstacle = registry.get(device) === undefined ? null : registry.rejectionOf(device, message);
    if (obstacle !== null) return this.#rejected(obstacle, message, () => this.#status(device, message));
    if (online && session !== null) registry.presence.sessionClaimed(device, session);
    registry.presence.reportStatus(device, online, session);
    return this.#accepted(message, 0);
  }

  async #state(device: DeviceId, message: IncomingMessage): Promise<Verdict> {
    const decoded = decodeState(message.payload);
    if ("problem" in decoded) return this.#refused(message, decoded.problem);
    const { registry } = this.#options;
    const obstacle = registry.get(device) === undefined ? null : registry.rejectionOf(device, message);
    if (obstacle !== null) return this.#rejected(obstacle, message, () => this.#state(device, message));
    registry.reported(device, decoded.values);
    return this.#accepted(message, 0);
  }

  async #reply(device: DeviceId, message: IncomingMessage): Promise<Verdict> {
    const decoded = decodeReply(message.payload);
    if ("problem" in decoded) return this.#refused(message, decoded.problem);
    await this.#options.commands.replied(device, decoded.reply);
    return this.#accepted(message, 0);
  }

  /** What is the same every time is listed once for each device, however often it sends. */
  async #rejected(obstacle: Rejection, message: IncomingMessage, again: () => Promise<Verdict>): Promise<Verdict> {
    switch (obstacle.kind) {
      case "refused": {
        const { problem, isNews } = obstacle;
        if (isNews) return this.#refused(message, problem);
        this.#options.metrics.refused(problem.code);
        return this.#counted(message, { kind: "refused", problem });
      }
      case "deferred": {
        const { problem, isNews, retryAfterSeconds } = obstacle;
        if (isNews) await this.refuse(message, problem);
        return this.#counted(message, { kind: "deferred", problem, retryAfterSeconds });
      }
      case "not-yet":
        await obstacle.until;
        return again();
      default:
        return assertNever(obstacle);
    }
  }

  #accepted(message: IncomingMessage, count: number, waits = false): Verdict {
    if (this.#failure !== null) this.#options.log.info("messages are stored again");
    this.#failure = null;
    return this.#counted(message, { kind: "stored", accepted: count, waits });
  }

  async #refused(message: IncomingMessage, problem: Problem): Promise<Verdict> {
    return this.#counted(message, await this.refuse(message, problem));
  }

  /** Said once, not for each of the thousands that may follow. */
  #deferred(message: IncomingMessage, error: unknown): Verdict {
    if (this.#failure === null) this.#options.log.error({ err: error }, "messages cannot be stored");
    this.#failure = error instanceof Error ? error.message : String(error);
    const code = error instanceof BrambleError ? error.code : "internal";
    const words = "The hub could not write this down and has not kept it. Send it again later.";
    const problem = { code, message: words };
    return this.#counted(message, { kind: "deferred", problem, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  #counted({ transport }: IncomingMessage, verdict: Verdict): Verdict {
    const readings = verdict.kind === "stored" ? verdict.accepted : 0;
    this.#options.metrics.message(transport, verdict.kind, readings);
    return verdict;
  }
}
