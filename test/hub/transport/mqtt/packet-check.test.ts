// The check of MQTT packets: packets that the library writes pass, violations of the standard do not.
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { packetCheck } from "../../../../src/hub/transport/mqtt/wire/packet-check.ts";
import type { Violation } from "../../../../src/hub/transport/mqtt/wire/violation.ts";

const HEADER_BYTES = 2;
const HELLO = generate({ cmd: "connect", clientId: "a", protocolId: "MQTT", protocolVersion: 4, clean: true });

const reasonOf = (found: Violation | null) => found?.reasonString ?? null;

/** What is wrong with a short packet; it comes after a CONNECT unless it is one. */
function faultOf(packet: Buffer): string | null {
  const check = packetCheck();
  const feed = (bytes: Buffer) => {
    expect(bytes.length - HEADER_BYTES).toBeLessThan(128);
    return reasonOf(check({ bytes, header: bytes.readUInt8(0), start: HEADER_BYTES, end: bytes.length }));
  };
  if (packet.readUInt8(0) >> 4 !== 1) expect(feed(HELLO)).toBeNull();
  return feed(packet);
}

/** A publish at QoS 0 with these bytes for a topic. */
const publishOn = (topic: Uint8Array) => Buffer.concat([Buffer.of(0x30, topic.length + 2, 0, topic.length), topic]);

const text = (constraints: fc.StringConstraints) =>
  fc
    .string({ unit: "grapheme", maxLength: 8, ...constraints })
    .filter((one) => !/\p{Cc}/u.test(one) && Buffer.byteLength(one) < 24);
const topic = text({ minLength: 1 }).filter((one) => !/[+#]/.test(one));
const filter = text({ minLength: 1 });
const binary = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));
const qos = fc.constantFrom(0, 1, 2);
const messageId = fc.integer({ min: 1, max: 65_535 });

const connect: fc.Arbitrary<Packet> = fc
  .record({
    version: fc.constantFrom({ protocolId: "MQIsdp", protocolVersion: 3 }, { protocolId: "MQTT", protocolVersion: 4 }),
    will: fc.oneof(
      fc.record({ will: fc.record({ topic, payload: binary, qos, retain: fc.boolean() }) }),
      fc.constant({}),
    ),
    account: fc.oneof(
      fc.record({ username: filter, password: binary }),
      fc.record({ username: filter }),
      fc.constant({}),
    ),
    rest: fc.record({ clientId: text({ minLength: 1 }), clean: fc.boolean(), keepalive: fc.nat(65_535) }),
  })
  .map(({ version, will, account, rest }) => ({ cmd: "connect", ...version, ...will, ...account, ...rest }) as const);
const publish: fc.Arbitrary<Packet> = fc
  .record({
    cmd: fc.constant("publish"),
    topic,
    payload: binary,
    qos,
    messageId,
    dup: fc.boolean(),
    retain: fc.boolean(),
  })
  .map((packet) => ({ ...packet, dup: packet.dup && packet.qos > 0 }));
const subscribe: fc.Arbitrary<Packet> = fc.record({
  cmd: fc.constant("subscribe"),
  messageId,
  subscriptions: fc.array(fc.record({ topic: filter, qos }), { minLength: 1, maxLength: 3 }),
});
const unsubscribe: fc.Arbitrary<Packet> = fc.record({
  cmd: fc.constant("unsubscribe"),
  messageId,
  unsubscriptions: fc.array(filter, { minLength: 1, maxLength: 3 }),
});
const acknowledgement: fc.Arbitrary<Packet> = fc.record({
  cmd: fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp"),
  messageId,
});
const empty: fc.Arbitrary<Packet> = fc.record({ cmd: fc.constantFrom("pingreq", "disconnect") });

const bytesOf = (packets: fc.Arbitrary<Packet>) =>
  packets.map((packet) => generate(packet)).filter(({ length }) => length < 127);
const withBody = bytesOf(fc.oneof(connect, subscribe, unsubscribe, acknowledgement));
const withFixedFlags = bytesOf(fc.oneof(connect, subscribe, unsubscribe, acknowledgement, empty));

describe("of what the packet library writes", () => {
  test("everything passes", () => {
    const any = fc.oneof(withFixedFlags, bytesOf(publish));
    fc.assert(
      fc.property(any, (bytes) => {
        expect(faultOf(bytes)).toBeNull();
      }),
    );
  });

  test("nothing passes without its last byte, or with one more", () => {
    fc.assert(
      fc.property(withBody, fc.nat(255), (bytes, byte) => {
        const shorter = Buffer.from(bytes.subarray(0, -1));
        const longer = Buffer.concat([bytes, Buffer.of(byte)]);
        for (const changed of [shorter, longer]) {
          changed.writeUInt8(changed.length - HEADER_BYTES, 1);
          expect(faultOf(changed)).toMatch(/ that ends too early$| with bytes left over$/);
        }
      }),
    );
  });

  test("no prefix of a CONNECT passes", () => {
    fc.assert(
      fc.property(bytesOf(connect), (bytes) => {
        for (let end = HEADER_BYTES; end < bytes.length; end++) {
          const beginning = Buffer.from(bytes.subarray(0, end));
          beginning.writeUInt8(end - HEADER_BYTES, 1);
          expect(faultOf(beginning)).toBe("CONNECT that ends too early");
        }
      }),
    );
  });

  test("a partial PUBLISH passes once its topic and packet id are complete", () => {
    fc.assert(
      fc.property(bytesOf(publish), (bytes) => {
        const isQos0 = (bytes.readUInt8(0) & 0b110) === 0;
        const payloadStart = HEADER_BYTES + 2 + bytes.readUInt16BE(HEADER_BYTES) + (isQos0 ? 0 : 2);
        for (let end = HEADER_BYTES; end < bytes.length; end++) {
          const fault = faultOf(bytes.subarray(0, end));
          expect(fault).toBe(end < payloadStart ? "PUBLISH that ends too early" : null);
        }
      }),
    );
  });

  test("nothing but a PUBLISH, and a CONNECT of MQTT 3.1, passes with other flags", () => {
    const of311 = withFixedFlags.filter((bytes) => !bytes.includes("MQIsdp"));
    fc.assert(
      fc.property(of311, fc.integer({ min: 1, max: 15 }), (bytes, change) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(bytes.readUInt8(0) ^ change);
        expect(faultOf(changed)).toMatch(/ with wrong flags$/);
      }),
    );
  });

  test("no packet of a client passes before CONNECT, and no second CONNECT", () => {
    fc.assert(
      fc.property(bytesOf(fc.oneof(publish, subscribe, unsubscribe, acknowledgement, empty)), (bytes) => {
        const packet = { bytes, header: bytes.readUInt8(0), start: HEADER_BYTES, end: bytes.length };
        expect(packetCheck()(packet)?.reasonString).toMatch(/ before CONNECT$/);
      }),
    );
    const check = packetCheck();
    const hello = { bytes: HELLO, header: 0x10, start: HEADER_BYTES, end: HELLO.length };
    expect([check(hello), check(hello)].map(reasonOf)).toEqual([null, "CONNECT for the second time"]);
  });
});

test.each([
  ["10 0d 0004 4d515454 06 02 003c 0001 61", "CONNECT with a version of MQTT that does not exist"],
  ["10 0d 0004 4d515455 04 02 003c 0001 61", "CONNECT without the name MQTT"],
  ["10 0d 0004 4d515454 04 03 003c 0001 61", "CONNECT with its reserved flag"],
  ["10 0d 0004 4d515454 04 22 003c 0001 61", "CONNECT with the QoS or RETAIN of a will, but no will"],
  ["10 12 0004 4d515454 04 1e 003c 0001 61 0001 74 0000", "CONNECT with a will of QoS 3"],
  ["10 12 0004 4d515454 04 06 003c 0001 61 0001 23 0000", "CONNECT whose will topic has a wildcard (+ or #)"],
  ["10 10 0004 4d515454 04 42 003c 0001 61 0001 70", "CONNECT with a password, but no user name"],
  ["10 10 0004 4d515454 04 82 003c 0001 61 0001 1f", "CONNECT whose user name has a control character"],
  ["10 0d 0004 4d515454 04 02 003c 0001 c3", "CONNECT whose client id is not UTF-8"],
  ["36 06 0001 61 0007 78", "PUBLISH with QoS 3"],
  ["38 04 0001 61 78", "PUBLISH with DUP, but QoS 0"],
  ["32 06 0001 61 0000 78", "PUBLISH with packet id 0"],
  ["82 02 0007", "SUBSCRIBE without a filter"],
  ["82 05 0007 0000 00", "SUBSCRIBE with an empty filter"],
  ["82 06 0007 0001 61 04", "SUBSCRIBE with reserved options"],
  ["82 06 0007 0001 61 03", "SUBSCRIBE with QoS 3"],
  ["a2 05 0007 0001 00", "UNSUBSCRIBE whose filter has a zero character"],
  ["90 03 0007 00", "SUBACK, which only a broker sends"],
])("%s is refused: %s", (hex, fault) => {
  expect(faultOf(Buffer.from(hex.replaceAll(" ", ""), "hex"))).toBe(fault);
});

test("what is sent again has DUP in MQTT 3.1, and may not have it later", () => {
  const again = bytesOf(fc.oneof(subscribe, unsubscribe, fc.record({ cmd: fc.constant("pubrel"), messageId })));
  fc.assert(
    fc.property(again, fc.constantFrom(3, 4), (bytes, protocolVersion) => {
      const protocolId = protocolVersion === 3 ? "MQIsdp" : "MQTT";
      const hello = generate({ cmd: "connect", clientId: "a", protocolId, protocolVersion, clean: true });
      const check = packetCheck();
      check({ bytes: hello, header: 0x10, start: HEADER_BYTES, end: hello.length });
      const header = bytes.readUInt8(0) | 0b1000;
      const fault = reasonOf(check({ bytes, header, start: HEADER_BYTES, end: bytes.length }));
      if (protocolVersion === 3) expect(fault).toBeNull();
      else expect(fault).toMatch(/ with wrong flags$/);
    }),
  );
});

describe("a topic", () => {
  test("of any bytes passes if it is printable UTF-8 without wildcards", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const isTopic = (bytes: Uint8Array): boolean => {
      try {
        return /^[^\p{Cc}+#]+$/u.test(decoder.decode(bytes));
      } catch {
        return false;
      }
    };
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: "binary", maxLength: 8 }).map((one) => new TextEncoder().encode(one)),
    );
    fc.assert(
      fc.property(bytes, (one) => {
        expect(faultOf(publishOn(one)) === null).toBe(isTopic(one));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(["a", "/", "//", "/finance", "Accounts payable", "sensor/data", "$SYS/x", "温度/😀", "a\ufffd", "\ufeffa"])(
    "may be %j",
    (one) => {
      expect(faultOf(publishOn(Buffer.from(one)))).toBeNull();
    },
  );

  test.each([
    ["", "is empty"],
    ["a\0b", "has a zero character"],
    ["a\nb", "has a control character"],
    ["a\u0085", "has a control character"],
    ["sport/+/player1", "has a wildcard (+ or #)"],
    ["温度/#", "has a wildcard (+ or #)"],
  ])("may not be %j: it %s", (one, fault) => {
    expect(faultOf(publishOn(Buffer.from(one)))).toBe(`PUBLISH whose topic ${fault}`);
  });

  test.each(["t", "ä"])("may have 1,024 characters, and no more: %s", (character) => {
    const check = packetCheck();
    const of = (length: number) => {
      const bytes = Buffer.concat([Buffer.of(0, 0), Buffer.from(character.repeat(length))]);
      bytes.writeUInt16BE(bytes.length - 2);
      return { bytes, header: 0x30, start: 0, end: bytes.length };
    };
    check({ bytes: HELLO, header: 0x10, start: HEADER_BYTES, end: HELLO.length });
    expect([check(of(1_024)), check(of(1_025))].map(reasonOf)).toEqual([
      null,
      "PUBLISH whose topic has over 1024 characters",
    ]);
  });
});

test("a SUBSCRIBE may have five thousand filters, and no more", () => {
  const of = (count: number) =>
    generate({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: Array.from({ length: count }, (_, index) => ({ topic: `t/${index}`, qos: 0 as const })),
    });
  const check = (packet: Buffer) => {
    const length = packet.length > 16_386 ? 3 : 2;
    const connected = packetCheck();
    connected({ bytes: HELLO, header: 0x10, start: HEADER_BYTES, end: HELLO.length });
    return connected({ bytes: packet, header: 0x82, start: 1 + length, end: packet.length });
  };
  expect(check(of(5_000))).toBeNull();
  expect(check(of(5_001))?.reasonString).toBe("SUBSCRIBE with over 5000 filters");
});
