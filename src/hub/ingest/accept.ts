// The pipeline of decoded messages: authorise -> admit -> commit -> notify. The verdict comes only once the outcome is on disk, so
// that the transport can acknowledge the message.

import type { CommandReply } from "../../shared/controls/command.ts";
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceAbout } from "../../shared/device-about.ts";
import { errorText } from "../../shared/error-text.ts";
import { assertNever, BrambleError, detailsOf, errorOf, type Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { AuditTrail } from "../access/audit-trail.ts";
import type { DeviceAuthority } from "../access/device-authority.ts";
import { ATTRIBUTE_BYTES, NEW_SERIES_BYTES, READING_BYTES, REFUSAL_BYTES } from "../access/limits/costs.ts";
import type { LockOut } from "../access/limits/lock-out.ts";
import type { Share } from "../access/limits/share.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Rejection } from "../devices/joining.ts";
import type { Registry } from "../devices/registry.ts";
import type { HubEvents } from "../events.ts";
import type { DiskGuard } from "../observe/disk-guard.ts";
import type { Log } from "../observe/log/log.ts";
import type { LogThrottle } from "../observe/log/log-throttle.ts";
import type { ArrivedMessage, MessageTap } from "../observe/message-tap.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { DeviceMessage, ReadingsMessage, SkippedField } from "./device-message.ts";
import type { Refusals } from "./refusals.ts";

/** A message to ingest. */
export interface Delivery extends ArrivedMessage {
  /** The budget of its connection, which its readings are charged to until they are on disk. */
  readonly share: Share;
  /** The session that delivered it; null where there is none. */
  readonly session: string | null;
  /** A broker sent it as a retained message, so it shows no presence. */
  readonly isReplay?: boolean;
  /** It is on the list of refused messages already, and is not listed again. */
  readonly isListed?: boolean;
}

export interface RefusedDelivery extends Omit<Delivery, "session" | "isReplay"> {
  /** The device that sent it, where that is known. */
  readonly device?: DeviceId | null | undefined;
}

export type Verdict =
  /** `isQuarantined`: the readings are stored apart until a person approves their device. */
  | {
      readonly kind: "stored";
      readonly accepted: number;
      readonly isQuarantined: boolean;
      readonly skipped: readonly SkippedField[];
    }
  /** It can never be stored, and is listed. Acknowledge it, or its sender repeats it for ever. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** It may be stored later: do not acknowledge it. */
  | { readonly kind: "deferred"; readonly problem: Problem; readonly retryAfterSeconds: number };

/** The part of access that ingest calls. */
interface IngestAccess {
  readonly devices: Pick<DeviceAuthority, "denialFor">;
  readonly lockOut: Pick<LockOut, "failed">;
  readonly audit: Pick<AuditTrail, "refused">;
}

/** The part of the registry that ingest calls. */
export interface IngestRegistry
  extends Pick<Registry, "admit" | "notStored" | "inUtc" | "stored" | "describe" | "rejectionOf" | "get" | "reported"> {
  readonly presence: Pick<Registry["presence"], "sessionClaimed" | "reportStatus">;
}

export interface IngestOptions {
  readonly readings: ReadingStore;
  readonly registry: IngestRegistry;
  readonly refusals: Refusals;
  readonly commands: Pick<Commands, "replied">;
  readonly access: IngestAccess;
  readonly disk: Pick<DiskGuard, "status">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  /** Throttled, for entries that a flood of messages causes. */
  readonly floodLog: LogThrottle;
  readonly events: Pick<HubEvents, "readingsStored">;
  readonly tap: MessageTap;
}

const RETRY_AFTER_SECONDS = 5;

const diskFull: Verdict = {
  kind: "deferred",
  problem: message("disk-full"),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
};

export class Ingest {
  readonly #options: IngestOptions;
  #failure: string | null = null;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Why the last message could not be stored; null while messages are stored. */
  get failure(): string | null {
    return this.#failure;
  }

  /**
   * Stores the messages of one payload, in their order. Never rejects: an error is part of the verdict, which is that of the
   * first message that is not stored.
   */
  accept(messages: readonly DeviceMessage[], delivery: Delivery): Promise<Verdict> {
    if (this.#options.disk.status === "full") return Promise.resolve(this.#counted(delivery, diskFull, messages));
    try {
      const [only] = messages;
      const isOne = only !== undefined && messages.length === 1;
      const taken = isOne ? this.#take(only, delivery) : this.#takeAll(messages, delivery);
      return taken.then(
        (verdict) => this.#counted(delivery, verdict, messages),
        (error: unknown) => this.defer(error, delivery, messages),
      );
    } catch (error) {
      return Promise.resolve(this.defer(error, delivery, messages));
    }
  }

  /** The verdict on a payload that cannot be decoded. Never rejects. */
  reject(problem: Problem, device: DeviceId | null, delivery: Delivery): Promise<Verdict> {
    return this.#refuse({ ...delivery, device }, problem).then(
      (verdict) => this.#counted(delivery, verdict, device),
      (error: unknown) => this.defer(error, delivery, device),
    );
  }

  /** The verdict on a message that the hub failed to store. The failure is logged once, not for each message. */
  defer(error: unknown, delivery: Delivery, subject: Subject = null): Verdict {
    if (this.#failure === null) this.#options.log.error({ err: error }, "messages cannot be stored");
    this.#failure = errorText(error);
    const isStores = error instanceof BrambleError && error.code === "store-failed";
    const problem = message(isStores ? "store-failed/not-stored" : "internal/not-stored");
    return this.#counted(delivery, { kind: "deferred", problem, retryAfterSeconds: RETRY_AFTER_SECONDS }, subject);
  }

  /**
   * Refuses a message that was not decoded, and lists it. `explain` makes a more helpful problem; it is expensive, so it is called
   * only for a message that is listed. Rejects when the record cannot be saved.
   */
  async refuse(message: RefusedDelivery, problem: Problem, explain?: () => Problem): Promise<Verdict> {
    const verdict = await this.#refuse(message, problem, explain);
    this.#options.tap.settled(message, message.device ?? null, verdict);
    return verdict;
  }

  /**
   * Lists a message that can never be stored; on a full disk it is deferred instead. Most messages of a flood are only counted, in
   * memory. Rejects when the record cannot be saved.
   */
  async #refuse(message: RefusedDelivery, problem: Problem, explain: () => Problem = () => problem): Promise<Verdict> {
    const { refusals, disk, metrics, clock, floodLog } = this.#options;
    if (disk.status === "full") return diskFull;
    const { address, source, device, payload, share, isListed = false } = message;
    if (isListed) return { kind: "refused", problem };
    // Charged until the turn of the event loop ends: refusing takes more time than storing.
    share.take(REFUSAL_BYTES);
    share.release(REFUSAL_BYTES);
    const code = errorOf(problem);
    metrics.refused(code);
    if (!refusals.mayAdd(address, code)) return { kind: "refused", problem };
    floodLog.warn(code, { address, source, code }, "message refused");
    const explained = explain();
    const details = detailsOf(explained);
    const atMs = clock.now();
    await refusals.add(
      {
        atMs,
        code: errorOf(explained),
        message: render(explained),
        address,
        source,
        ...(device && { device }),
        ...(details && { details }),
      },
      payload,
      explained,
    );
    return { kind: "refused", problem };
  }

  async #takeAll(messages: readonly DeviceMessage[], delivery: Delivery): Promise<Verdict> {
    let accepted = 0;
    let isQuarantined = false;
    const skipped: SkippedField[] = [];
    for (const message of messages) {
      const verdict = await this.#take(message, delivery);
      if (verdict.kind !== "stored") return verdict;
      accepted += verdict.accepted;
      isQuarantined ||= verdict.isQuarantined;
      skipped.push(...verdict.skipped);
    }
    return this.#accepted(accepted, isQuarantined, skipped);
  }

  #take(message: DeviceMessage, delivery: Delivery): Promise<Verdict> {
    const barred = this.#barredDevice(message, delivery);
    if (barred !== null) return this.#barred(barred.problem, barred.device, delivery);
    switch (message.kind) {
      case "readings":
        return this.#store(message, delivery);
      case "about":
        return this.#describe(message.device, message.about, delivery);
      case "status":
        return this.#status(message.device, message.isOnline, delivery);
      case "state":
        return this.#state(message.device, message.values, delivery);
      case "reply":
        return this.#reply(message.device, message.reply);
      default:
        return assertNever(message);
    }
  }

  /** The first device of the message that its sender may not speak for. */
  #barredDevice(
    received: DeviceMessage,
    { principal }: Delivery,
  ): { readonly device: DeviceId; readonly problem: Problem } | null {
    const { devices } = this.#options.access;
    let checked: DeviceId | undefined;
    for (const { device } of received.kind === "readings" ? received.readings : [received]) {
      // Most messages are of one device.
      if (device === checked) continue;
      checked = device;
      const problem = devices.denialFor(principal, device);
      if (problem !== null) return { device, problem };
    }
    return null;
  }

  #barred(problem: Problem, device: DeviceId, delivery: Delivery): Promise<Verdict> {
    const { principal, address, source } = delivery;
    const tried = { actor: principal, action: "device.report", subject: device, address, details: { source } };
    const { audit, lockOut } = this.#options.access;
    if (errorOf(problem) === "wrong-key") lockOut.failed(address);
    audit.refused(tried, problem.code);
    return this.#refuse({ ...delivery, device }, problem);
  }

  #store(received: ReadingsMessage, delivery: Delivery): Promise<Verdict> {
    const { registry, clock } = this.#options;
    const message = received.localTimes.size === 0 ? received : { ...received, readings: registry.inUtc(received) };
    const admitted = registry.admit(message.readings, delivery);
    if (typeof admitted !== "number")
      return this.#rejected(admitted, message.readings[0]?.device, delivery, () => this.#store(received, delivery));
    const receivedAtMs = clock.now();
    const { share } = delivery;
    const { readings, attributes } = message;
    const costBytes =
      readings.length * READING_BYTES + admitted * NEW_SERIES_BYTES + attributes.length * ATTRIBUTE_BYTES;
    share.take(costBytes);
    // `then` instead of `await` saves a promise for each message.
    const isOfFlood = share.isFlooding;
    return this.#options.readings.append({ readings, attributes, receivedAtMs, isOfFlood }).then(
      (tsMs) => {
        share.release(costBytes);
        return this.#stored(message, tsMs, receivedAtMs, delivery);
      },
      (error: unknown) => {
        share.release(costBytes);
        registry.notStored(readings);
        throw error;
      },
    );
  }

  #stored(message: ReadingsMessage, tsMs: Float64Array, receivedAtMs: number, delivery: Delivery): Verdict {
    const { registry, events } = this.#options;
    const { readings, skipped } = message;
    const isQuarantined = registry.stored(message, tsMs, receivedAtMs, delivery);
    for (const listener of events.readingsStored) listener(readings, tsMs, receivedAtMs);
    return this.#accepted(readings.length, isQuarantined, skipped);
  }

  async #describe(device: DeviceId, about: DeviceAbout, delivery: Delivery): Promise<Verdict> {
    const { registry } = this.#options;
    const rejection = await registry.describe(device, about, delivery);
    if (rejection !== null)
      return this.#rejected(rejection, device, delivery, () => this.#describe(device, about, delivery));
    if (delivery.session !== null) registry.presence.sessionClaimed(device, delivery.session);
    return this.#accepted(0);
  }

  async #status(device: DeviceId, isOnline: boolean, delivery: Delivery): Promise<Verdict> {
    const { registry } = this.#options;
    const { session } = delivery;
    const rejection = this.#rejectionOfKnown(device, delivery);
    if (rejection !== null)
      return this.#rejected(rejection, device, delivery, () => this.#status(device, isOnline, delivery));
    if (isOnline && session !== null) registry.presence.sessionClaimed(device, session);
    registry.presence.reportStatus(device, isOnline, session);
    return this.#accepted(0);
  }

  async #state(device: DeviceId, values: ReadonlyMap<string, ControlValue>, delivery: Delivery): Promise<Verdict> {
    const rejection = this.#rejectionOfKnown(device, delivery);
    if (rejection !== null)
      return this.#rejected(rejection, device, delivery, () => this.#state(device, values, delivery));
    this.#options.registry.reported(device, values);
    return this.#accepted(0);
  }

  async #reply(device: DeviceId, reply: CommandReply): Promise<Verdict> {
    await this.#options.commands.replied(device, reply);
    return this.#accepted(0);
  }

  #rejectionOfKnown(device: DeviceId, delivery: Delivery): Rejection | null {
    const { registry } = this.#options;
    return registry.get(device) === undefined ? null : registry.rejectionOf(device, delivery);
  }

  /** A rejection is listed once for each device, however often it sends. */
  async #rejected(
    rejection: Rejection,
    device: DeviceId | undefined,
    delivery: Delivery,
    again: () => Promise<Verdict>,
  ): Promise<Verdict> {
    switch (rejection.kind) {
      case "refused": {
        const { problem, isNew } = rejection;
        if (isNew) return this.#refuse({ ...delivery, device }, problem);
        this.#options.metrics.refused(errorOf(problem));
        return { kind: "refused", problem };
      }
      case "deferred": {
        const { problem, isNew, retryAfterSeconds } = rejection;
        if (isNew) await this.#refuse({ ...delivery, device }, problem);
        return { kind: "deferred", problem, retryAfterSeconds };
      }
      case "not-yet":
        await rejection.until;
        return again();
      default:
        return assertNever(rejection);
    }
  }

  #accepted(accepted: number, isQuarantined = false, skipped: readonly SkippedField[] = []): Verdict {
    if (this.#failure !== null) this.#options.log.info("messages are stored again");
    this.#failure = null;
    return { kind: "stored", accepted, isQuarantined, skipped };
  }

  #counted(delivery: Delivery, verdict: Verdict, subject: Subject): Verdict {
    const { metrics, tap } = this.#options;
    const readings = verdict.kind === "stored" ? verdict.accepted : 0;
    metrics.message(delivery.transport, verdict.kind, readings);
    if (tap.listener !== null) tap.settled(delivery, deviceIn(subject), verdict);
    return verdict;
  }
}

/** The messages of a payload; where it could not be decoded, its device. */
type Subject = readonly DeviceMessage[] | DeviceId | null;

function deviceIn(subject: Subject): DeviceId | null {
  if (subject === null || typeof subject === "string") return subject;
  const [first] = subject;
  return (first?.kind === "readings" ? first.readings[0]?.device : first?.device) ?? null;
}
