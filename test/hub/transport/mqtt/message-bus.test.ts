// The receivers of a message are those whose filters match, whatever is cached for the topic.
import fc from "fast-check";
import { expect, test } from "vitest";
import { AedesBroker } from "../../../../src/hub/transport/mqtt/aedes-broker.ts";
import {
  type BusSubscription,
  MessageBus,
  type Receiver,
} from "../../../../src/hub/transport/mqtt/messages/message-bus.ts";
import type { Message } from "../../../../src/hub/transport/mqtt/messages/packets.ts";
import type { Subscription } from "../../../../src/hub/transport/mqtt/messages/subscription.ts";
import { filterMatches, isCatchAll } from "../../../../src/shared/mqtt/topics.ts";

interface Received {
  readonly topic: string;
  readonly filters: readonly string[];
}

class Client implements Receiver {
  readonly received: Received[] = [];

  receive({ topic }: Message, _publisher: unknown, subscriptions: readonly Subscription[]): void {
    this.received.push({ topic, filters: subscriptions.map(described).toSorted() });
  }
}

const described = ({ filter, id }: Subscription) => `${filter} ${id}`;
const subscriptionTo = (filter: string, id: number): Subscription => ({
  filter,
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  id,
});

function messageOn(topic: string): Message {
  return { topic, payload: Buffer.from("x"), qos: 0, retain: false, properties: undefined, expiresAtMs: null };
}

const name = fc.constantFrom("a", "b", "", "__proto__");
const topic = fc
  .tuple(fc.constantFrom("", "$SYS/"), fc.array(name, { minLength: 1, maxLength: 4 }))
  .map(([root, names]) => root + names.join("/"))
  .filter((text) => text !== "");
const filter = fc.oneof(
  topic,
  fc.constant("#"),
  fc
    .tuple(fc.array(fc.oneof(name, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.constantFrom("", "/#"))
    .map(([names, end]) => names.join("/") + end)
    .filter((text) => text !== ""),
);
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("subscribe" as const), client: fc.nat(2), filter }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("replace", "end"), place: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish" as const), topic }) },
  ),
  { maxLength: 40 },
);

test("once to each matching subscriber, with all its matching subscriptions and their latest options", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const bus = new MessageBus(new AedesBroker());
      const clients = [new Client(), new Client(), new Client()];
      const expected = clients.map((): Received[] => []);
      const held: { client: number; subscription: Subscription; listening: BusSubscription }[] = [];
      let ids = 0;
      for (const step of all) {
        if ("filter" in step) {
          const receiver = clients[step.client] ?? expect.unreachable("no such client");
          const subscription = subscriptionTo(step.filter, ++ids);
          held.push({
            client: step.client,
            subscription,
            listening: bus.subscribe(step.filter, receiver, subscription),
          });
        } else if ("topic" in step) {
          let subscribers = 0;
          for (const [index, received] of expected.entries()) {
            const filters = held.filter(({ client, subscription: { filter: one } }) => {
              const isHidden = isCatchAll(one) && step.topic.startsWith("$");
              return client === index && !isHidden && filterMatches(one, step.topic);
            });
            if (filters.length === 0) continue;
            subscribers++;
            received.push({ topic: step.topic, filters: filters.map((one) => described(one.subscription)).toSorted() });
          }
          expect(bus.countSubscribers(step.topic)).toBe(subscribers);
          bus.publish(messageOn(step.topic), null);
        } else {
          const one = held[step.place];
          if (one === undefined) continue;
          if (step.kind === "end") {
            held.splice(step.place, 1);
            one.listening.end();
          } else {
            one.subscription = subscriptionTo(one.subscription.filter, ++ids);
            one.listening.replace(one.subscription);
          }
        }
      }
      await Promise.resolve();
      expect(clients.map(({ received }) => received)).toEqual(expected);
    }),
  );
});

test("a message published during a delivery comes after it for all subscribers", async () => {
  const bus = new MessageBus(new AedesBroker());
  const last = new Client();
  const first: Receiver = {
    receive: (message) => {
      if (message.topic === "a") bus.publish(messageOn("will"), null);
    },
  };
  bus.subscribe("#", first, subscriptionTo("#", 1));
  bus.subscribe("#", last, subscriptionTo("#", 2));
  bus.publish(messageOn("a"), null);
  bus.publish(messageOn("b"), null);
  // One microtask for what was published, one for what that published.
  for (let turn = 0; turn < 2; turn++) await Promise.resolve();
  expect(last.received.map((received) => received.topic)).toEqual(["a", "b", "will"]);
});

test("a large message to many is delivered over several turns, in order, and then its publisher is told", async () => {
  const bus = new MessageBus(new AedesBroker());
  const clients = Array.from({ length: 100 }, () => new Client());
  for (const [index, client] of clients.entries()) bus.subscribe("#", client, subscriptionTo("#", index));
  const delivered: string[] = [];
  const reached = () => clients.filter(({ received }) => received.length > 0).length;
  bus.publish({ ...messageOn("large"), payload: Buffer.alloc(1024 * 1024) }, null, () => delivered.push("large"));
  bus.publish(messageOn("small"), null, () => delivered.push("small"));
  await Promise.resolve();
  expect(reached()).toBe(4);
  expect(delivered).toEqual([]);
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (const { received } of clients) expect(received.map(({ topic }) => topic)).toEqual(["large", "small"]);
  expect(delivered).toEqual(["large", "small"]);
  bus.publish(messageOn("$for/nobody"), null, () => delivered.push("nobody"));
  expect(delivered).toContain("nobody");
});

test("topics are cached within bounds", () => {
  const broker = new AedesBroker();
  const bus = new MessageBus(broker);
  bus.subscribe("a/#", new Client(), subscriptionTo("a/#", 1));
  let searches = 0;
  broker.subscribe(
    "#",
    (_search, done) => {
      searches++;
      done();
    },
    () => undefined,
  );
  for (let turn = 0; turn < 2; turn++) for (let index = 0; index < 100; index++) bus.countSubscribers(`a/${index}`);
  expect(searches).toBe(100);
  for (let index = 0; index < 30_000; index++) bus.countSubscribers(`a/${index}`);
  expect(bus.countSubscribers("a/0")).toBe(1);
  expect(searches).toBeGreaterThan(30_000);
});
