// Reports why an MQTT client failed: to the client where MQTT allows it, to the log, and to the doctor's list of failures.
import { errorOf, type Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import { readText } from "../../../shared/text-values.ts";
import type { AuditTrail } from "../../access/audit-trail.ts";
import type { NotAdmitted } from "../../access/limits/admission.ts";
import type { Share } from "../../access/limits/share.ts";
import type { Principal } from "../../access/principal.ts";
import type { Clock } from "../../clock.ts";
import { type ConnectionFailures, DOCTOR_CLIENT_ID } from "../../diagnostics/connection-failures.ts";
import { meantFilter, meantMetricTopic, meantTopic } from "../../diagnostics/did-you-mean.ts";
import { DuplicateClientIds } from "../../diagnostics/duplicate-client-ids.ts";
import type { Ingest, RefusedDelivery, Verdict } from "../../ingest/accept.ts";
import type { Log } from "../../observe/log/log.ts";
import type { LogThrottle } from "../../observe/log/log-throttle.ts";
import { matchTopic } from "../../protocols/protocols.ts";
import { isValidFilter } from "./validation.ts";
import type { OversizedPublish } from "./wire/packet-splitter.ts";
import { SPEAKS_HTTP, SPEAKS_PROXY, SPEAKS_TLS } from "./wire/packet-splitter.ts";

export interface MqttDiagnosticsOptions {
  readonly failures: ConnectionFailures;
  readonly ingest: Pick<Ingest, "refuse">;
  readonly audit: Pick<AuditTrail, "refused">;
  readonly httpPort: () => number;
  /** 0 while TLS is off. */
  readonly mqttsPort: () => number;
  /** Called when two clients with the same id keep taking over each other's session. */
  readonly onDuplicateId: (clientId: string, addresses: string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly floodLog: LogThrottle;
}

/** Of a topic or filter that is quoted in a message. */
const MAX_QUOTED_CHARACTERS = 80;
/** The longest payload that can be a single value. */
const MAX_BARE_VALUE_BYTES = 64;
/** Of a topic in the list of refused messages. */
const MAX_SOURCE_CHARACTERS = 256;
const FORBIDDEN = message("forbidden/publish");

/** The connection that a message came on. */
interface Sender {
  readonly address: string;
  readonly share: Share;
  readonly principal: Principal;
  readonly clientId: string;
}

export class MqttDiagnostics {
  readonly #options: MqttDiagnosticsOptions;
  readonly #duplicateClientIds = new DuplicateClientIds();

  constructor(options: MqttDiagnosticsOptions) {
    this.#options = options;
  }

  notAdmitted(address: string, outcome: NotAdmitted): void {
    this.#options.floodLog.warn(`not-admitted ${outcome}`, { address, outcome }, "connection refused");
    this.#options.failures.notAdmitted(address, outcome, "MQTT");
  }

  connected(clientId: string, address: string): void {
    const other = this.#duplicateClientIds.connected(clientId, address, this.#options.clock.now());
    if (other === null) return;
    this.#options.onDuplicateId(clientId, [other, address].toSorted());
    const found = message("same-client-id", { address: other });
    this.#options.failures.report({ address, subject: clientId, clientId, message: found });
  }

  /** `clientId` is null before CONNECT. */
  cut(clientId: string | null, address: string, reason: string): void {
    this.#options.floodLog.warn("mqtt-cut", { address, reason }, "connection cut");
    this.#options.failures.report({ address, subject: reason, clientId, message: this.#cutMessage(reason, address) });
  }

  badClientId(clientId: string, address: string): void {
    this.#options.failures.report({ address, clientId, message: message("bad-client-id") });
  }

  /** A client without a valid password. `isLetIn`: the hub allows anonymous clients. */
  unauthenticated(clientId: string, address: string, hasPassword: boolean, isLetIn: boolean): void {
    // The doctor probes the port without a password.
    if (clientId.startsWith(DOCTOR_CLIENT_ID) || (isLetIn && !hasPassword)) return;
    const wrong = isLetIn ? message("wrong-password/let-in") : message("wrong-password");
    this.#options.failures.report({ address, clientId, message: hasPassword ? wrong : message("no-password") });
  }

  /**
   * Refuses a message on a topic that the client may not publish on; `denial` is the reason where the topic is a device's.
   * Rejects where the refusal could not be stored.
   */
  forbidden(topic: string, payload: Uint8Array, sender: Sender, denial: Problem | null = null): Promise<Verdict> {
    const { audit, ingest } = this.#options;
    const { principal: actor, address } = sender;
    audit.refused({ actor, action: "mqtt.publish", subject: topic, address }, errorOf(denial ?? FORBIDDEN));
    const delivery = refused(topic, payload, sender);
    if (denial !== null) return ingest.refuse({ ...delivery, device: matchTopic(topic)?.device }, denial);
    return ingest.refuse(delivery, FORBIDDEN, () => forbiddenTopic(topic, payload));
  }

  /** Lists an oversized PUBLISH as refused. Resolves with false where that could not be stored. */
  async oversized({ topic, packetBytes, payloadPrefix }: OversizedPublish, sender: Sender): Promise<boolean> {
    const device = matchTopic(topic)?.device ?? null;
    const found = message("too-large/dropped", { bytes: packetBytes, limit: limits.messageBytes });
    try {
      const verdict = await this.#options.ingest.refuse({ ...refused(topic, payloadPrefix, sender), device }, found);
      return verdict.kind !== "deferred";
    } catch (error) {
      this.#options.log.error({ err: error }, "a refusal could not be written down");
      return false;
    }
  }

  keepAliveTimedOut(clientId: string, address: string, keepAliveMs: number, silentMs: number): void {
    const found = message("fell-silent", {
      keepAliveSeconds: keepAliveMs / 1_000,
      silentSeconds: silentMs / 1_000,
    });
    this.#options.failures.report({ address, subject: clientId, clientId, message: found });
  }

  subscriptionRejected(clientId: string, address: string, filter: string, hasTooMany: boolean): void {
    const found = subscriptionMessage(filter, hasTooMany);
    this.#options.failures.report({ address, subject: filter, clientId, message: found });
  }

  /** A trusted proxy whose PROXY header was refused. */
  badProxyHeader(address: string, reason: string): void {
    this.#options.failures.report({ address, message: message("wrong-protocol/bad-proxy-header", { reason }) });
  }

  #cutMessage(reason: string, address: string) {
    switch (reason) {
      case SPEAKS_HTTP:
        return message("wrong-protocol/http-to-mqtt", { httpPort: this.#options.httpPort() });
      case SPEAKS_PROXY:
        return message("wrong-protocol/untrusted-proxy", { address });
      case SPEAKS_TLS:
        return this.#options.mqttsPort() > 0
          ? message("wrong-protocol/tls-to-plain", { protocol: "MQTTS", port: this.#options.mqttsPort() })
          : message("wrong-protocol/tls-to-mqtt");
      default:
        return message("cut", { reason });
    }
  }
}

function refused(topic: string, payload: Uint8Array, { address, share, principal, clientId }: Sender): RefusedDelivery {
  const source = topic.slice(0, MAX_SOURCE_CHARACTERS);
  return { address, source, payload, share, principal, clientId, transport: "mqtt" };
}

function forbiddenTopic(topic: string, payload: Uint8Array): Problem {
  const isBare = payload.length <= MAX_BARE_VALUE_BYTES && readText(Buffer.from(payload).toString()).kind === "number";
  const meant = isBare ? meantMetricTopic(topic) : meantTopic(topic);
  const params = { topic: quoted(topic) };
  if (meant !== null) return message("forbidden/topic-meant", { ...params, meant: quoted(meant) });
  return isBare ? message("forbidden/topic-of-value", params) : message("forbidden/topic", params);
}

function subscriptionMessage(filter: string, hasTooMany: boolean) {
  const params = { filter: quoted(filter) };
  if (filter.startsWith("$share/")) return message("no-subscription/shared", params);
  if (!isValidFilter(filter)) return message("no-subscription/bad-filter", params);
  if (hasTooMany) return message("no-subscription/too-many", params);
  const meant = meantFilter(filter);
  if (meant !== null) return message("no-subscription/meant", { ...params, meant: quoted(meant) });
  return message("no-subscription", params);
}

function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARACTERS);
}
