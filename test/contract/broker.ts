// The contract of every adapter of the broker port. An adapter's tests call `brokerContract` with a function that opens a fresh broker
// without access control. Clients are raw sockets, which verify packets and their order.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { generate, type Packet, parser } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { Budget } from "../../src/hub/access/limits/budget.ts";
import type { BrokerHandlers, MqttBroker } from "../../src/hub/broker/mqtt-broker.ts";
import type { CommandMessage } from "../../src/shared/controls/command.ts";
import { message } from "../../src/shared/messages/message.ts";
import { until } from "../support/until.ts";

/** A broker that has not been started. Disposing of it stops it and removes what it kept. */
export interface OpenBroker extends AsyncDisposable {
  readonly broker: MqttBroker;
}

type OpenBrokerFor = (handlers: BrokerHandlers, port: number) => Promise<OpenBroker>;
type Publish = Parameters<BrokerHandlers["onPublish"]>[0];
type Verdict = Awaited<ReturnType<BrokerHandlers["onPublish"]>>;
type SessionEvent = Parameters<BrokerHandlers["onSession"]>[0];

const STORED: Verdict = { kind: "stored", accepted: 1, isQuarantined: false, skipped: [] };
const REFUSED: Verdict = { kind: "refused", problem: message("joining-closed", { device: "pi" }) };
const DEFERRED: Verdict = { kind: "deferred", problem: message("disk-full"), retryAfterSeconds: 1 };
const TOPIC = "sensor/pi/data";
const COMMAND: CommandMessage = { id: "c1", control: "led", value: true, at: 0, ttl_ms: 60_000 };
const PUBLICATION = { topic: "plug/power", payload: "ON" };
const neverAborted = new AbortController().signal;

/** Registers the tests for an adapter of that name. */
export function brokerContract(adapter: string, openBroker: OpenBrokerFor): void {
  describe(`${adapter} keeps the broker's contract`, () => {
    test("a PUBLISH is acknowledged after its verdict, and not before", async () => {
      await using hub = await open(openBroker);
      const verdict = Promise.withResolvers<Verdict>();
      hub.answer = () => verdict.promise;
      await using client = await hub.client();
      await using other = await hub.client();
      client.publish(1);
      await until("the message", async () => hub.publishes[0]);
      // Another client's question is answered meanwhile.
      await other.subscribe("a/b", 1);
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      expect(client.acknowledged).toEqual([]);
      verdict.resolve(STORED);
      await untilTrue("the PUBACK", () => client.acknowledged.length > 0);
      expect(hub.publishes.map(({ topic, payload }) => `${topic} ${Buffer.from(payload)}`)).toEqual([`${TOPIC} 1`]);
    });

    test("a refused message is acknowledged, a deferred one never", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      hub.answer = async () => REFUSED;
      client.publish(1);
      await untilTrue("the PUBACK", () => client.acknowledged.includes(1));
      hub.answer = async ({ payload }) => (String(Buffer.from(payload)) === "2" ? DEFERRED : STORED);
      client.publish(2);
      client.publish(3);
      await untilTrue("an end", () => client.acknowledged.includes(3) || client.isClosed);
      expect(client.acknowledged).not.toContain(2);
    });

    test("messages of a client arrive in order and in one session", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      const ids = Array.from({ length: 300 }, (_, index) => index + 1);
      for (const id of ids) client.publish(id, id % 3 === 0 ? 0 : 1);
      await untilTrue("the last PUBACK", () => client.acknowledged.includes(299));
      await untilTrue("all messages", () => hub.publishes.length >= ids.length);
      expect(hub.publishes.map(({ payload }) => Number(Buffer.from(payload)))).toEqual(ids);
      expect(new Set(hub.publishes.map(({ session }) => session)).size).toBe(1);
    });

    test.each<[string, (client: Client) => void]>([
      ["sends DISCONNECT", (client) => client.send({ cmd: "disconnect" })],
      ["loses its connection", (client) => client.socket.destroy()],
    ])("a session ends once when its client %s", async (_name, leave) => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      client.publish(1);
      await untilTrue("the PUBACK", () => client.acknowledged.length > 0);
      leave(client);
      const session = hub.publishes[0]?.session;
      await untilTrue("the end", () => hub.ended.length > 0);
      await hub.opened.broker.stop();
      expect(hub.ended).toEqual([{ kind: "ended", session, hasTimedOut: false }]);
    });

    test("a command reaches a subscriber, and is acknowledged", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      expect(hub.opened.broker.commandChannel(PUBLICATION)).toBeUndefined();
      await client.subscribe(PUBLICATION.topic, 1);
      client.acknowledges = false;
      let isDelivered = false;
      const delivered = (await hub.channel()).deliver(COMMAND, neverAborted).then((outcome) => {
        isDelivered = true;
        return outcome;
      });
      const [command] = await until("the command", async () =>
        client.received.length > 0 ? client.received : undefined,
      );
      expect(`${command?.topic} ${command?.payload}`).toBe("plug/power ON");
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      expect(isDelivered).toBe(false);
      client.send({ cmd: "puback", messageId: command?.messageId ?? 0 });
      expect(await delivered).toBe(true);
    });

    test("without an acknowledgement a command is not delivered", async () => {
      await using hub = await open(openBroker);
      await using silent = await hub.client();
      silent.acknowledges = false;
      await silent.subscribe(PUBLICATION.topic, 1);
      const abort = new AbortController();
      const takenBack = (await hub.channel()).deliver(COMMAND, abort.signal);
      takenBack.catch(() => undefined);
      await untilTrue("the command", () => silent.received.length > 0);
      abort.abort();
      await expect(takenBack).rejects.toThrow();
      const cutOff = (await hub.channel()).deliver(COMMAND, neverAborted);
      cutOff.catch(() => undefined);
      await untilTrue("the next command", () => silent.received.length > 1);
      silent.socket.destroy();
      await expect(cutOff).rejects.toThrow();
      await untilTrue("no subscriber", () => hub.opened.broker.commandChannel(PUBLICATION) === undefined);
    });

    test("a subscriber at QoS 0 is sent the command and acknowledges nothing; one that unsubscribed gets none", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      await client.subscribe(PUBLICATION.topic, 0);
      expect(await (await hub.channel()).deliver(COMMAND, neverAborted)).toBe(false);
      await untilTrue("the command", () => client.received.length > 0);
      client.send({ cmd: "unsubscribe", messageId: 9, unsubscriptions: [PUBLICATION.topic] });
      await untilTrue("no subscriber", () => hub.opened.broker.commandChannel(PUBLICATION) === undefined);
    });

    test("the hub's messages reach subscribers with an unchanged payload", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      await client.subscribe("lamp/set", 1);
      const share = new Budget(512 * 1024 * 1024).open({ resume: () => undefined, cut: () => undefined });
      const by = { address: "192.0.2.1", principal: { kind: "shell", role: "admin" }, share } as const;
      const published = { topic: "lamp/set", payload: Buffer.from([0, 255]), qos: 1, retain: false, ...by } as const;
      const outcome = await hub.opened.broker.publish(published);
      expect([outcome.verdict, outcome.hasSubscribers === false]).toEqual([null, false]);
      const [received] = await until("the message", async () =>
        client.received.length > 0 ? client.received : undefined,
      );
      expect([received?.topic, received?.payload]).toEqual(["lamp/set", Buffer.from([0, 255])]);
      const unread = await hub.opened.broker.publish({ ...published, topic: "lamp/other" });
      expect(unread.hasSubscribers).not.toBe(true);
    });

    test("stopping disconnects all clients, and stopping twice is fine", async () => {
      await using hub = await open(openBroker);
      await using client = await hub.client();
      await untilTrue("a client", () => hub.opened.broker.stats.clients === 1);
      const { broker } = hub.opened;
      await Promise.all([broker.stop(), broker.stop()]);
      await untilTrue("the end of the connection", () => client.isClosed);
      await broker.stop();
      expect(broker.stats.clients).toBe(0);
      await expect(hub.client()).rejects.toThrow();
    });

    test("an endpoint that cannot be opened rejects with a message and leaves nothing behind", async () => {
      await using first = await open(openBroker);
      const handlers: BrokerHandlers = { onPublish: async () => STORED, onSession: () => undefined };
      await using second = await openBroker(handlers, first.opened.broker.endpoint.port);
      await expect(second.broker.start()).rejects.toThrow(String(first.opened.broker.endpoint.port));
      await second.broker.stop();
    });
  });
}

async function untilTrue(what: string, isSo: () => boolean): Promise<void> {
  await until(what, async () => isSo() || undefined);
}

/** A started broker, and all that it reported. */
async function open(openBroker: OpenBrokerFor) {
  const publishes: Publish[] = [];
  const ended: SessionEvent[] = [];
  const handlers: BrokerHandlers = {
    onPublish: (publish) => {
      // Its bytes are the broker's once the verdict is there.
      publishes.push({ ...publish, payload: Buffer.from(publish.payload) });
      return hub.answer(publish);
    },
    onSession: (event) => {
      ended.push(event);
    },
  };
  const opened = await openBroker(handlers, 0);
  const hub = {
    opened,
    publishes,
    ended,
    answer: async (_publish: Publish): Promise<Verdict> => STORED,
    client: () => Client.connect(opened.broker.endpoint.port),
    /** The broker may learn of a subscription just behind its SUBACK. */
    channel: () => until("a subscriber", async () => opened.broker.commandChannel(PUBLICATION)),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
  await opened.broker.start();
  return hub;
}

class Client implements AsyncDisposable {
  readonly socket: Socket;
  readonly acknowledged: number[] = [];
  readonly received: Extract<Packet, { cmd: "publish" }>[] = [];
  acknowledges = true;
  isClosed = false;
  readonly #others: Packet[] = [];

  /** Rejects where the broker does not accept it. */
  static async connect(port: number): Promise<Client> {
    const client = new Client(connect({ port, host: "127.0.0.1", noDelay: true }));
    await once(client.socket, "connect");
    client.socket.on("error", () => undefined);
    client.send({ cmd: "connect", clientId: `client-${client.socket.localPort}`, clean: true, keepalive: 0 });
    await untilTrue("CONNACK", () => client.#others.some(({ cmd }) => cmd === "connack"));
    return client;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    const parse = parser().on("packet", (packet) => this.#take(packet));
    socket.on("data", (bytes) => parse.parse(bytes));
    socket.once("close", () => {
      this.isClosed = true;
    });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  /** Publishes a message that says its own packet id. */
  publish(id: number, qos: 0 | 1 = 1): void {
    this.send({ cmd: "publish", topic: TOPIC, payload: String(id), qos, messageId: id, dup: false, retain: false });
  }

  async subscribe(topic: string, qos: 0 | 1): Promise<void> {
    this.send({ cmd: "subscribe", messageId: 7, subscriptions: [{ topic, qos }] });
    await untilTrue("SUBACK", () => this.#others.some(({ cmd }) => cmd === "suback"));
  }

  #take(packet: Packet): void {
    if (packet.cmd === "puback") this.acknowledged.push(packet.messageId ?? 0);
    else if (packet.cmd === "publish") {
      this.received.push(packet);
      if (this.acknowledges && packet.qos === 1) this.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
    } else this.#others.push(packet);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = once(this.socket, "close");
    this.socket.destroy();
    await closed;
  }
}
