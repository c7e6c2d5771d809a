// The messages of an outside broker: each goes to ingest, and is acknowledged once that has settled it.
// Invariant: the broker gets a PUBACK only once the message is committed, or refused for ever. For a deferred message the
// connection is ended, and the broker sends everything again that was not acknowledged.
import { errorOf } from "../../../shared/errors.ts";
import { render } from "../../../shared/messages/render.ts";
import type { Budget } from "../../access/limits/budget.ts";
import { MESSAGE_BYTES, mostCostOf } from "../../access/limits/costs.ts";
import type { Share } from "../../access/limits/share.ts";
import type { Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log/log.ts";
import type { Route } from "../../protocols/protocol.ts";
import type { BrokerAddress } from "../broker-address.ts";
import type { BrokerHandlers } from "../mqtt-broker.ts";
import type { BrokerConnection, ReceivedMessage } from "./broker-connection.ts";

export interface IntakeOptions {
  readonly address: BrokerAddress;
  readonly matchTopic: (topic: string) => Route | null;
  readonly onPublish: BrokerHandlers["onPublish"];
  /** The session of the device of a message; null where it has none. */
  readonly sessionOf: (route: Route, payload: Buffer) => string | null;
  readonly budget: Budget;
  readonly log: Log;
}

/** Codes that mean that no message can be stored: only they slow the broker down. */
const HUB_FAILURES: readonly string[] = ["disk-full", "store-failed", "internal"];

/** Of one session at the broker, over all its connections. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #share: Share;
  #connection: Pick<BrokerConnection, "resume" | "sendAgain"> | null = null;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#share = options.budget.open({
      resume: () => this.#connection?.resume(),
      cut: () => this.#connection?.sendAgain(0),
    });
  }

  /** Sets the connection whose messages are ingested; null is none. */
  attach(connection: Pick<BrokerConnection, "resume" | "sendAgain"> | null): void {
    this.#connection = connection;
  }

  /** It takes no more messages. */
  close(): void {
    this.#connection = null;
    this.#share.close();
  }

  hasRoomFor(payloadBytes: number): boolean {
    return this.#share.hasRoomFor(mostCostOf(MESSAGE_BYTES, payloadBytes));
  }

  take({ topic, payload, isReplay, acknowledge }: ReceivedMessage): void {
    const { matchTopic, onPublish, sessionOf, address, log } = this.#options;
    const route = matchTopic(topic);
    // A retained reading was ingested when it was new; a message without a payload clears a retained one.
    if (route === null || (route.holdsReadings ? isReplay : payload.length === 0)) {
      acknowledge();
      return;
    }
    const costBytes = MESSAGE_BYTES + payload.length;
    this.#share.take(costBytes);
    onPublish({
      topic,
      route,
      payload,
      address: address.host,
      principal: { kind: "broker", role: "operator" },
      session: sessionOf(route, payload),
      share: this.#share,
      isReplay,
    }).then(
      (verdict) => {
        this.#share.release(costBytes);
        this.#settle(verdict, topic, acknowledge);
      },
      (error: unknown) => {
        this.#share.release(costBytes);
        log.error({ err: error }, "a message of the broker could not be settled");
        this.#connection?.sendAgain(1_000);
      },
    );
  }

  #settle(verdict: Verdict, topic: string, acknowledge: () => void): void {
    if (verdict.kind === "deferred" && HUB_FAILURES.includes(errorOf(verdict.problem))) {
      this.#options.log.warn({ topic, reason: render(verdict.problem) }, "left with the broker");
      this.#connection?.sendAgain(verdict.retryAfterSeconds * 1_000);
      return;
    }
    // A message that is deferred because of its device would hold up all others: it is listed, and not received again.
    acknowledge();
  }
}
