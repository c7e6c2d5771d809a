// The hub's connection to an outside broker by MQTT.js, which connects, subscribes, and reconnects. The session at the broker
// outlives the connection, so that the broker stores messages that arrive meanwhile.
// Order of a message: it is handed over when there is room for it, its verdict comes, its PUBACK leaves. MQTT.js itself would hold
// up every message until the one before is acknowledged, and its commit with it (an eighth of the messages a second): so its own
// PUBACKs are disabled, and `Acknowledgements` sends them.
import { setTimeout as sleep } from "node:timers/promises";
import type { IClientOptions, IConnackPacket, IPublishPacket, MqttClient, Packet } from "mqtt";
import { message } from "../../../shared/messages/message.ts";
import type { Log } from "../../observe/log/log.ts";
import type { BrokerAddress } from "../broker-address.ts";
import type { HubPublish } from "../mqtt-broker.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { type BrokerProblem, brokerProblem, cannotShare, isUnsupportedVersion } from "./broker-problem.ts";

export interface BrokerConnectionOptions {
  readonly address: BrokerAddress;
  /** Constant for a hub: at another id the broker would store messages for a session that never returns. */
  readonly clientId: string;
  readonly filters: readonly BrokerFilter[];
  /** An optional topic: not every broker has it, or permits the hub to read it. */
  readonly optionalTopic?: string;
  /** True where all subscriptions are shared, which MQTT 3.1.1 does not have: then there is no fallback to it. */
  readonly needsMqtt5?: boolean;
  /** False where there is no room: the message is handed over again after `resume`. */
  readonly hasRoomFor: (payloadBytes: number) => boolean;
  readonly onMessage: (received: ReceivedMessage) => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly log: Log;
}

type Sharing = "alone" | "shared" | "shared-else-alone";

export interface BrokerFilter {
  readonly filter: string;
  /** Whether retained messages are wanted. */
  readonly wantsRetained: boolean;
  /** Whether the subscription is shared (MQTT 5); "shared-else-alone" subscribes alone where the broker knows no shared ones. */
  readonly sharing: Sharing;
}

export interface OutgoingPublish extends Pick<HubPublish, "topic" | "qos" | "retain"> {
  readonly payload: string | Buffer;
  /** The broker drops it after that (MQTT 5). */
  readonly expirySeconds?: number;
}

export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** A retained message, from before this subscription. */
  readonly isReplay: boolean;
  /** Acknowledges it, in the order of arrival. */
  readonly acknowledge: () => void;
}

const KEEP_ALIVE_SECONDS = 30;
const CONNECT_TIMEOUT_MS = 10_000;
/** Short: a restarted Mosquitto 2.0 has lost shared subscriptions, and drops messages until the next one. */
const RECONNECT_MS = 250;
/** A hub that is off for longer finds an empty session at an MQTT 5 broker. */
const SESSION_EXPIRY_SECONDS = 7 * 24 * 3_600;
/** Receive Maximum: messages without an acknowledgement that an MQTT 5 broker may send. */
const RECEIVE_MAXIMUM = 500;
/** MQTT 5: nobody is subscribed to the topic. */
const NO_MATCHING_SUBSCRIBERS = 16;

/** Of the hub and its workers. */
const SHARE_PREFIX = "$share/bramble/";
/** After so long a silence a broker has no more messages for a session without subscriptions. */
const QUIET_MS = 1_000;
const LEAVE_WITHIN_MS = 20_000;
const POLL_MS = 50;
const END_WITHIN_MS = 2_000;

/** MQTT.js sends its own PUBACK unless the message failed. */
const ACKNOWLEDGED_BY_US = new Error("acknowledged once it is stored");

export class BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  #filters: readonly BrokerFilter[];
  /** Whether the broker supports shared subscriptions. */
  #canShare = true;
  #client: MqttClient | null = null;
  #acknowledged: { readonly stream: MqttClient["stream"]; readonly acknowledgements: Acknowledgements } | null = null;
  /** The message that waits for room. */
  #waiting: (() => void) | null = null;
  #isUp = false;
  /** The broker has answered on this connection. */
  #hasAnswered = false;
  /** It has answered in MQTT 5: it is not spoken to in another version because it was away. */
  #knowsMqtt5 = false;
  #problem: BrokerProblem | null;
  /** `#problem` says why this connection ends. */
  #isExplained = false;
  #lastArrivalMs = 0;
  /** The connection on which this session was unsubscribed. */
  #isLeaving = false;

  constructor(options: BrokerConnectionOptions) {
    this.#options = options;
    this.#filters = options.filters;
    this.#problem = message("broker/away/ended", { broker: options.address.url });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why no messages arrive; null while they do. */
  get problem(): BrokerProblem | null {
    return this.#problem;
  }

  /** The version's name for people. */
  get version(): string {
    return this.#client?.options.protocolVersion === 5 ? "5" : "3.1.1";
  }

  /** Resolves once it has begun to connect. */
  async start(): Promise<void> {
    // 0.6 MB of code that a hub with its own broker does not load.
    const { connect } = await import("mqtt");
    const { address, clientId } = this.#options;
    const options: IClientOptions = {
      protocol: address.isTls ? "mqtts" : "mqtt",
      host: address.host,
      port: address.port,
      ...(address.username !== null && { username: address.username }),
      ...(address.password !== null && { password: address.password }),
      ...(address.ca !== null && { ca: address.ca }),
      clientId,
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: SESSION_EXPIRY_SECONDS, receiveMaximum: RECEIVE_MAXIMUM },
      keepalive: KEEP_ALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      manualConnect: true,
    };
    const client = connect(options);
    this.#client = client;
    client.handleMessage = (packet, next) => this.#take(client, packet, next);
    client.on("connect", (connack) => void this.#connected(client, connack));
    client.on("error", (error) => this.#failed(client, error));
    client.on("close", () => this.#closed(client));
    client.connect();
  }

  /** Ends the connection; the session stays at the broker. Stopping twice is fine. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    this.#waiting = null;
    // A session that could not leave may still wait for an UNSUBACK, and an orderly end would wait with it.
    await client.endAsync(!client.connected || this.#isLeaving);
    this.#connectionLost();
  }

  /** Subscribes in another way: a message that comes twice meanwhile is stored once. */
  async changeFilters(filters: readonly BrokerFilter[]): Promise<void> {
    this.#filters = filters;
    const client = this.#client;
    if (client !== null && this.#isUp) await this.#subscribe(client, true);
  }

  /**
   * Ends the session at the broker: unsubscribes, receives and acknowledges its remaining messages, and ends it. False where that
   * could not be done: the session is still there, with its messages.
   */
  async leave(): Promise<boolean> {
    const endMs = performance.now() + LEAVE_WITHIN_MS;
    this.#isLeaving = true;
    let stream: MqttClient["stream"] | null = null;
    for (;;) {
      const client = this.#client;
      if (client === null || performance.now() > endMs) return false;
      try {
        if (this.#isUp && client.stream !== stream) {
          const leftMs = Math.max(0, endMs - performance.now());
          const unsubscribed = unsubscribe(client, this.#filters.flatMap(bothForms));
          await Promise.race([unsubscribed, sleep(leftMs, undefined, { ref: false })]);
          this.#lastArrivalMs = performance.now();
          stream = client.stream;
        }
      } catch {
        // The connection broke meanwhile: once more on the next one.
      }
      const isQuiet = performance.now() - this.#lastArrivalMs > QUIET_MS;
      const isSettled = this.#waiting === null && this.#acknowledged?.acknowledgements.isEmpty !== false;
      if (this.#isUp && client.stream === stream && isQuiet && isSettled) {
        this.#client = null;
        await end(client, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
        this.#connectionLost();
        return true;
      }
      await sleep(POLL_MS);
    }
  }

  /** There is room again. */
  resume(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  /** Ends the connection without acknowledging anything more: the broker sends it all again after `afterMs`. */
  sendAgain(afterMs: number): void {
    const client = this.#client;
    if (client === null) return;
    this.#problem = message("broker/away/deferred", { broker: this.#options.address.url });
    this.#isExplained = true;
    client.options.reconnectPeriod = afterMs;
    client.stream.destroy();
  }

  /**
   * Resolves once the broker has acknowledged it: with false where its PUBACK has the reason "no matching subscribers" (MQTT 5),
   * null where it has no reason. Rejects where the connection ends before, or `signal` withdraws the message.
   */
  publish(
    { topic, payload, qos, retain, expirySeconds }: OutgoingPublish,
    signal: AbortSignal,
  ): Promise<boolean | null> {
    const client = this.#client;
    if (client === null || !this.#isUp) return Promise.reject(new Error("there is no connection to the broker"));
    return new Promise((resolve, reject) => {
      const isMqtt5 = client.options.protocolVersion === 5;
      const properties = isMqtt5 && expirySeconds !== undefined ? { messageExpiryInterval: expirySeconds } : {};
      let hasSubscriber: boolean | null = isMqtt5 && qos === 1 ? true : null;
      client.publish(topic, payload, { qos, retain, properties }, (error) => {
        settled();
        if (error) reject(error);
        else resolve(hasSubscriber);
      });
      const packetId = client.getLastMessageId();
      // MQTT.js does not expose the reason code of the PUBACK.
      const onPacket = (packet: Packet) => {
        if (packet.cmd === "puback" && packet.messageId === packetId)
          hasSubscriber = packet.reasonCode !== NO_MATCHING_SUBSCRIBERS;
      };
      // MQTT.js would send it again on the next connection. The hub has its own queue, and sends from that.
      const takeBack = () => client.removeOutgoingMessage(packetId);
      const settled = () => {
        signal.removeEventListener("abort", takeBack);
        client.off("close", takeBack);
        client.off("packetreceive", onPacket);
      };
      signal.addEventListener("abort", takeBack, { once: true });
      client.once("close", takeBack);
      client.on("packetreceive", onPacket);
    });
  }

  async #connected(client: MqttClient, { sessionPresent, properties }: IConnackPacket): Promise<void> {
    const { optionalTopic, address, needsMqtt5 = false, log, onUp } = this.#options;
    const { stream } = client;
    this.#knowsMqtt5 = client.options.protocolVersion === 5;
    this.#canShare = this.#knowsMqtt5 && properties?.sharedSubscriptionAvailable !== false;
    this.#hasAnswered = true;
    client.options.reconnectPeriod = RECONNECT_MS;
    try {
      const rejected = await this.#subscribe(client, sessionPresent);
      if (optionalTopic !== undefined)
        await subscribe(client, [{ filter: optionalTopic, wantsRetained: true, sharing: "alone" }], 0);
      if (client.stream !== stream) return;
      this.#isUp = true;
      if (rejected.length === 0) this.#problem = null;
      else if (needsMqtt5 && !this.#canShare) this.#problem = cannotShare(address);
      else this.#problem = message("broker/away/no-subscription", { broker: address.url, filters: rejected });
      log.info({ broker: address.url, version: this.version, sessionPresent, rejected }, "connected to the broker");
      onUp();
    } catch (error) {
      log.warn({ err: error, broker: address.url }, "the broker took no subscription");
      stream.destroy();
    }
  }

  /** Answers the filters that the broker rejects. */
  async #subscribe(client: MqttClient, hasSession: boolean): Promise<string[]> {
    const filters = this.#filters;
    const wanted = this.#isLeaving ? [] : filters.map((one) => ({ ...one, filter: formOf(one, this.#canShare) }));
    const rejected = await subscribe(client, wanted);
    // Other subscriptions are from an earlier run: their messages would come twice, or have no handler.
    const others = filters.flatMap(bothForms).filter((form) => !wanted.some(({ filter }) => filter === form));
    if (hasSession) await unsubscribe(client, others);
    return rejected;
  }

  #take(client: MqttClient, packet: IPublishPacket, next: (error?: Error) => void): void {
    const { hasRoomFor, onMessage } = this.#options;
    this.#lastArrivalMs = performance.now();
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    if (!hasRoomFor(payload.length)) {
      this.#waiting = () => this.#take(client, packet, next);
      return;
    }
    const { topic, qos, retain, messageId = 0 } = packet;
    const acknowledge = qos === 0 ? () => undefined : this.#acknowledgementsOf(client.stream).expect(messageId);
    onMessage({ topic, payload, isReplay: retain, acknowledge });
    next(ACKNOWLEDGED_BY_US);
  }

  /** Those of a connection that has ended are of no use to the next. */
  #acknowledgementsOf(stream: MqttClient["stream"]): Acknowledgements {
    if (this.#acknowledged?.stream !== stream) {
      const acknowledgements = new Acknowledgements((packets) => {
        if (!stream.destroyed) stream.write(packets);
      });
      this.#acknowledged = { stream, acknowledgements };
    }
    return this.#acknowledged.acknowledgements;
  }

  #failed(client: MqttClient, error: unknown): void {
    const { address, needsMqtt5 = false } = this.#options;
    const isOfVersion = isUnsupportedVersion(error);
    if (isOfVersion && !needsMqtt5) client.options.protocolVersion = 4;
    this.#isExplained = true;
    this.#explain(isOfVersion && needsMqtt5 ? cannotShare(address) : brokerProblem(address, error));
  }

  #closed(client: MqttClient): void {
    const { address, needsMqtt5 = false, log } = this.#options;
    // RabbitMQ 3 ends a connection of MQTT 5 without a CONNACK: both versions are tried in turn.
    const isUnanswered = !this.#hasAnswered && !this.#isExplained && !this.#knowsMqtt5;
    if (isUnanswered && !needsMqtt5) client.options.protocolVersion = client.options.protocolVersion === 5 ? 4 : 5;
    if (isUnanswered && needsMqtt5) this.#explain(cannotShare(address));
    else if (!this.#isExplained) this.#problem = brokerProblem(address, null);
    if (this.#isUp && !this.#isExplained) log.warn({ broker: address.url }, "the broker ended the connection");
    this.#hasAnswered = false;
    this.#isExplained = false;
    this.#connectionLost();
  }

  /** Logs what is new alone: it is tried again four times a second. */
  #explain(problem: BrokerProblem): void {
    if (this.#problem?.code !== problem.code)
      this.#options.log.warn({ code: problem.code, ...problem.params }, "no connection to the broker");
    this.#problem = problem;
  }

  #connectionLost(): void {
    // The message that waits for room was not acknowledged: it comes again.
    this.#waiting = null;
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#options.onDown();
  }
}

function formOf({ filter, sharing }: BrokerFilter, shares: boolean): string {
  return sharing === "alone" || (sharing === "shared-else-alone" && !shares) ? filter : SHARE_PREFIX + filter;
}

/** The forms in which a filter may have been subscribed to. */
function bothForms({ filter, sharing }: BrokerFilter): string[] {
  return sharing === "shared" ? [SHARE_PREFIX + filter] : [filter, SHARE_PREFIX + filter];
}

/** In one packet: the UNSUBACK comes behind all messages that are on their way, which may take seconds. */
async function unsubscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
  if (filters.length === 0) return;
  try {
    await client.unsubscribeAsync([...filters]);
  } catch (error) {
    // A broker may answer that there was no such subscription.
    if (!client.connected) throw error;
  }
}

/** Sends DISCONNECT. A busy broker may take long to close the connection, so it is cut after `END_WITHIN_MS`. */
async function end(client: MqttClient, disconnect: Parameters<MqttClient["endAsync"]>[1]): Promise<void> {
  const { stream } = client;
  const timer = setTimeout(() => stream.destroy(), END_WITHIN_MS);
  await client.endAsync(false, disconnect);
  clearTimeout(timer);
}

/** Answers the filters that the broker rejects. */
async function subscribe(client: MqttClient, filters: readonly BrokerFilter[], qos: 0 | 1 = 1): Promise<string[]> {
  const granted = await Promise.all(
    filters.map(async ({ filter, wantsRetained }) => {
      try {
        // MQTT 3.1.1 has no retain handling, and always sends retained messages.
        await client.subscribeAsync(filter, { qos, rh: wantsRetained ? 0 : 2 });
        return null;
      } catch (error) {
        if (!client.connected) throw error;
        return filter;
      }
    }),
  );
  return granted.filter((filter) => filter !== null);
}
