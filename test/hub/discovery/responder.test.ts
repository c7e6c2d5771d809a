// Probing, announcing, answering and saying goodbye, step by step. The wire and the clock are the test's.
import { type DnsRecord, decode, encode, type Packet, type Question } from "dns-packet";
import { expect, test } from "vitest";
import { recordsOf } from "../../../src/hub/discovery/records.ts";
import { Responder } from "../../../src/hub/discovery/responder.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const GROUP_MEMBER = { address: "10.0.0.9", port: 5353 };
const HOST: Question = { name: "bramble.local", type: "A" };
const LONG_AFTER_MS = 60_000;

const addressOf = (address: string): DnsRecord => ({ ...HOST, ttl: 120, flush: true, data: address });

class Wire {
  readonly clock = new FakeClock(Date.UTC(2026, 0, 31));
  readonly events: string[] = [];
  readonly responder: Responder;
  #sent: Required<Packet>[] = [];

  constructor() {
    const addresses = { onLink: ["10.0.0.1"], reachable: ["10.0.0.1"], own: ["10.0.0.1"] };
    const names = { host: "bramble.local", instance: "Bramble on desk" };
    const records = recordsOf({ hubId: "hub", httpPort: 8080, mqttPort: 1883, basePath: "" }, names, addresses);
    this.responder = new Responder(records, {
      link: { send: async (bytes) => void this.#sent.push(decode(bytes)) },
      clock: this.clock,
      onEstablished: () => this.events.push("established"),
      onConflict: (kind, phase) => this.events.push(`${kind} ${phase}`),
    });
    this.responder.probe(records, 100);
  }

  /** Packets sent since the last call. */
  sent(): Required<Packet>[] {
    return this.#sent.splice(0);
  }

  hear(packet: Packet): void {
    this.responder.receive(encode(packet), GROUP_MEMBER);
  }

  /** Advances the clock past all announcements. */
  take(): void {
    this.clock.advance(LONG_AFTER_MS);
    this.sent();
  }
}

test("the prober sends three probes, then three announcements with all records", () => {
  const wire = new Wire();
  wire.clock.advance(849);
  const probes = wire.sent();
  expect(probes.map(({ type }) => type)).toEqual(["query", "query", "query"]);
  expect(probes[0]?.questions.map(({ name, type }) => `${type} ${name}`)).toContain("ANY bramble.local");
  expect(probes[0]?.authorities).toHaveLength(7);
  expect(wire.events).toEqual([]);
  wire.clock.advance(LONG_AFTER_MS);
  expect(wire.events).toEqual(["established"]);
  const announcements = wire.sent();
  expect(announcements.map(({ type, answers }) => `${type} ${answers.length}`)).toEqual(Array(3).fill("response 10"));
});

test("the responder answers nothing while it probes", () => {
  const wire = new Wire();
  wire.clock.advance(700);
  wire.sent();
  wire.hear({ type: "query", questions: [HOST] });
  expect(wire.sent()).toEqual([]);
});

test("a response to a probe is a conflict, unless the address is this machine's", () => {
  const wire = new Wire();
  wire.hear({ type: "response", answers: [addressOf("10.0.0.9")] });
  wire.clock.advance(200);
  wire.hear({ type: "response", answers: [addressOf("10.0.0.1")] });
  expect(wire.events).toEqual([]);
  wire.hear({ type: "response", answers: [addressOf("10.0.0.9")] });
  expect(wire.events).toEqual(["host probing"]);
});

test("of two simultaneous probers the one with the smaller address waits, then probes again", () => {
  const wire = new Wire();
  const ask = (address: string) =>
    wire.hear({ type: "query", questions: [{ ...HOST, type: "ANY" }], authorities: [addressOf(address)] });
  wire.clock.advance(400);
  ask("10.0.0.0");
  wire.clock.advance(250);
  expect(wire.sent()).toHaveLength(3);
  ask("10.0.0.2");
  wire.clock.advance(999);
  expect(wire.sent()).toEqual([]);
  wire.clock.advance(600);
  expect(wire.sent()).toHaveLength(3);
});

test("an established name is defended against each probe at once", () => {
  const wire = new Wire();
  wire.take();
  for (let round = 0; round < 3; round++) {
    wire.hear({ type: "query", questions: [{ ...HOST, type: "ANY" }], authorities: [addressOf("10.0.0.9")] });
    expect(wire.sent()[0]?.answers.map(({ data }) => data)).toContain("10.0.0.1");
  }
  expect(wire.events).toEqual(["established"]);
  wire.hear({ type: "response", answers: [addressOf("10.0.0.9")] });
  expect(wire.events).toEqual(["established", "host established"]);
});

test("a record is multicast once a second at most, shared records after a delay", () => {
  const wire = new Wire();
  wire.take();
  const ask = (question: Question) => wire.hear({ type: "query", questions: [question] });
  ask(HOST);
  ask(HOST);
  expect(wire.sent()).toHaveLength(1);
  wire.clock.advance(1_000);
  ask(HOST);
  expect(wire.sent()).toHaveLength(1);

  const service = { name: "_mqtt._tcp.local", type: "PTR" };
  ask(service);
  ask(service);
  wire.clock.advance(19);
  expect(wire.sent()).toEqual([]);
  wire.clock.advance(LONG_AFTER_MS);
  expect(wire.sent()).toHaveLength(1);
});

test("a record for which another responder of this machine sends a goodbye is announced again", () => {
  const wire = new Wire();
  wire.take();
  wire.hear({ type: "response", answers: [{ ...addressOf("10.0.0.1"), ttl: 0 }] });
  expect(wire.sent().map(({ answers }) => answers.length)).toEqual([10]);
});

test("a goodbye covers what was announced, without the cache-flush bit", async () => {
  const wire = new Wire();
  wire.take();
  await wire.responder.goodbye();
  const [goodbye, ...more] = wire.sent();
  expect(more).toEqual([]);
  expect(goodbye?.answers).toHaveLength(10);
  expect(goodbye?.answers.every(({ ttl, flush }) => ttl === 0 && !flush)).toBe(true);
  wire.hear({ type: "query", questions: [HOST] });
  wire.clock.advance(LONG_AFTER_MS);
  expect(wire.sent()).toEqual([]);
});

test("a packet of more records than fit into one of the network is not looked at", () => {
  const wire = new Wire();
  wire.take();
  const questions = (count: number) => Array.from({ length: count }, () => HOST);
  wire.hear({ type: "query", questions: questions(100) });
  expect(wire.sent()).toHaveLength(1);
  wire.clock.advance(LONG_AFTER_MS);
  wire.hear({ type: "query", questions: questions(4_000) });
  expect(wire.sent()).toEqual([]);
});
