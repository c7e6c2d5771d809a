// Says in words why an MQTT client came to nothing: to itself where MQTT can, to the log, and to the list that the doctor
// shows. Nothing here is on a good message's way.
import { type Problem, plainProblem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import type { NotAdmitted } from "../../access/admission.ts";
import type { Share } from "../../access/budget.ts";
import type { Clock } from "../../clock.ts";
import { type ConnectionFailures, DOCTOR_CLIENT_ID } from "../../diagnostics/connection-failures.ts";
import { meantFilter, meantMetricTopic, meantTopic } from "../../diagnostics/did-you-mean.ts";
import { DuplicateClientIds } from "../../diagnostics/duplicate-client-ids.ts";
import type { Ingest, Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log.ts";
import type { LogThrottle } from "../../observe/log-throttle.ts";
import { readText } from "../../protocols/bramble/text-values.ts";
import { matchTopic } from "../../protocols/protocols.ts";
import { isSoundFilter } from "./validation.ts";
import type { OversizedPublish } from "./wire/packet-splitter.ts";
import { SPEAKS_HTTP, SPEAKS_TLS } from "./wire/packet-splitter.ts";

export interface MqttDiagnosticsOptions {
  readonly troubles: ConnectionFailures;
  readonly ingest: Pick<Ingest, "refuse">;
  readonly httpPort: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly floodLog: LogThrottle;
}

/** Of a topic, filter or id that is said again. */
const SAID_CHARACTERS = 80;

/** Of a payload that is a single value. */
const MAX_BARE_VALUE_BYTES = 64;
/** Of a topic that is listed as where a message came from. */
const SOURCE_CHARACTERS = 256;
const FORBIDDEN = plainProblem("forbidden", "Nobody may publish on this topic without a key.");
const ANYBODY = ", and may do what anybody may";

/** The connection that a message came on. */
interface Sender {
  readonly address: string;
  readonly share: Share;
}

export class MqttDiagnostics {
  readonly #options: MqttDiagnosticsOptions;
  readonly #twins = new DuplicateClientIds();

  constructor(options: MqttDiagnosticsOptions) {
    this.#options = options;
  }

  notAdmitted(address: string, outcome: NotAdmitted): void {
    this.#options.floodLog.warn(`not-admitted ${outcome}`, { address, outcome }, "connection refused");
    this.#options.troubles.notAdmitted(address, outcome, "MQTT");
  }

  connected(who: string, address: string): void {
    const other = this.#twins.connected(who, address, this.#options.clock.now());
    if (other === null) return;
    const words = `It has the id of a client at ${other}, and each pushes the other out. Give one of them another id; the agent on a Pi takes its host name.`;
    this.#options.troubles.tell({ code: "same-client-id", address, subject: who, who, words });
  }

  /** `who` is the client's id; null before its CONNECT, which the broker's types do not say. */
  cut(who: string | null, address: string, reason: string): void {
    this.#options.floodLog.warn("mqtt-cut", { address, reason }, "connection cut");
    const code = reason === SPEAKS_HTTP || reason === SPEAKS_TLS ? "wrong-protocol" : "cut";
    this.#options.troubles.tell({ code, address, subject: reason, who, words: this.#cutWords(reason) });
  }

  speaksMqtt5(clientId: string, { address, share }: Sender): void {
    const words = "This client speaks MQTT 5. Let it connect with 3.1.1 (paho: protocol=MQTTv311).";
    this.#options.ingest
      .refuse(
        { address, share, source: "CONNECT", payload: Buffer.from(clientId) },
        plainProblem("unsupported-protocol", words),
      )
      .catch((error: unknown) => this.#options.log.error({ err: error }, "a refusal could not be written down"));
  }

  badClientId(who: string, address: string): void {
    const words =
      "Its client id is too long, has characters that do not print, or is empty, which only MQTT 3.1.1 with a clean session allows.";
    this.#options.troubles.tell({ code: "bad-client-id", address, who, words });
  }

  /** A client that showed nothing to say who it is; with a password it meant to. */
  unauthenticated(who: string, address: string, hasPassword: boolean, isLetIn: boolean): void {
    // The doctor's own look at the port has no password, and needs none.
    if (who.startsWith(DOCTOR_CLIENT_ID) || (isLetIn && !hasPassword)) return;
    const trouble = hasPassword
      ? { code: "wrong-password", words: `It connected with a wrong password${isLetIn ? ANYBODY : ""}.` }
      : { code: "no-password", words: "It connected without a password. This hub was started with --anonymous none." };
    this.#options.troubles.tell({ ...trouble, address, who });
  }

  /** Refuses a message on a topic that its client may not publish on. Rejects where that could not be written down. */
  forbidden(topic: string, payload: Uint8Array, { address, share }: Sender): Promise<Verdict> {
    const source = topic.slice(0, SOURCE_CHARACTERS);
    return this.#options.ingest.refuse({ address, source, payload, share }, FORBIDDEN, () =>
      forbiddenTopic(topic, payload),
    );
  }

  /** A PUBLISH that was dropped as it arrived. Resolves with false where it could not be listed. */
  async oversized({ topic, packetBytes, beginning }: OversizedPublish, { address, share }: Sender): Promise<boolean> {
    const device = matchTopic(topic)?.device ?? null;
    const source = topic.slice(0, SOURCE_CHARACTERS);
    const found = message("too-large/dropped", { bytes: packetBytes, limit: limits.messageBytes });
    try {
      const verdict = await this.#options.ingest.refuse({ address, source, device, payload: beginning, share }, found);
      return verdict.kind !== "deferred";
    } catch (error) {
      this.#options.log.error({ err: error }, "a refusal could not be written down");
      return false;
    }
  }

  fellSilent(who: string, address: string, keepAliveMs: number, silentMs: number): void {
    const [seconds, silentSeconds] = [keepAliveMs / 1_000, silentMs / 1_000];
    const words = `It said that it would be heard every ${seconds} s (its keep-alive) and was silent for ${silentSeconds} s, so its connection was cut. Where it still runs, have it call ping() or loop() more often, or connect with a longer keep-alive.`;
    this.#options.troubles.tell({ code: "fell-silent", address, subject: who, who, words });
  }

  subscriptionRejected(who: string, address: string, filter: string, hasTooMany: boolean): void {
    const words = `Its subscription to “${said(filter)}” was turned away. ${filterWords(filter, hasTooMany)}`;
    this.#options.troubles.tell({ code: "no-subscription", address, subject: filter, who, words });
  }

  #cutWords(reason: string): string {
    switch (reason) {
      case SPEAKS_HTTP:
        return `It sent an HTTP request to the MQTT port. HTTP is on port ${this.#options.httpPort()}.`;
      case SPEAKS_TLS:
        return "It spoke TLS to the MQTT port, which has none. Let it connect without TLS (mqtt:// in place of mqtts://).";
      default:
        return `Its connection was cut: ${reason}.`;
    }
  }
}

function forbiddenTopic(topic: string, payload: Uint8Array): Problem {
  const isBare = payload.length <= MAX_BARE_VALUE_BYTES && readText(Buffer.from(payload).toString()).kind === "number";
  const meant = isBare ? meantMetricTopic(topic) : meantTopic(topic);
  const hint =
    meant === null
      ? `Readings go to ${isBare ? "bramble/<device>/metric/<metric>" : "sensor/data or sensor/<device>/data"}.`
      : `Did you mean ${said(meant)}?`;
  return plainProblem("forbidden", `Nobody may publish on “${said(topic)}” without a key. ${hint}`);
}

function filterWords(filter: string, hasTooMany: boolean): string {
  if (filter.startsWith("$share/")) return "Shared subscriptions are MQTT 5, which this hub does not speak.";
  if (!isSoundFilter(filter)) return "This is no topic filter: “#” stands alone at the end, “+” alone in its level.";
  if (hasTooMany) return "It has too many subscriptions.";
  const meant = meantFilter(filter);
  if (meant !== null) return `Did you mean ${said(meant)}?`;
  return "Without a key a client hears its own commands, on bramble/<device>/command, and topics of controls added by hand.";
}

function said(text: string): string {
  return text.slice(0, SAID_CHARACTERS);
}
