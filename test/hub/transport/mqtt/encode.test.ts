// A PUBLISH is written and read here, byte for byte as the packet library does.
import fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { makeDecoder } from "../../../../src/hub/transport/mqtt/messages/packet-decoder.ts";
import type { Level } from "../../../../src/hub/transport/mqtt/messages/packets.ts";
import {
  type ArrivedPublish,
  encodePublish,
  type OutgoingProperties,
} from "../../../../src/hub/transport/mqtt/messages/publish-packets.ts";
import { bytesOfUserProperties } from "../../../../src/hub/transport/mqtt/messages/user-properties.ts";

/** Around those at which the length of a packet takes one byte more. */
const lengths = fc.oneof(
  fc.nat(300),
  ...[128, 16_384, 2_097_152].map((edge) => fc.integer({ min: edge - 12, max: edge + 3 })),
);

const packets = fc.record({
  topic: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
  payload: lengths.map((length) => Buffer.alloc(length, "x")),
  qos: fc.constantFrom(0, 1, 2),
  retain: fc.boolean(),
  packetId: fc.integer({ min: 1, max: 0xffff }),
  isDuplicate: fc.boolean(),
});

test("without properties", () => {
  fc.assert(
    fc.property(packets, fc.constantFrom(3, 4, 5), (one, level) => {
      const { isDuplicate, packetId, ...rest } = one;
      const dup = isDuplicate && one.qos > 0;
      const expected = generate({ cmd: "publish", ...rest, dup, messageId: packetId }, { protocolVersion: level });
      const written = encodePublish({ ...one, isDuplicate: dup }, undefined, level);
      expect(written.equals(expected)).toBe(true);
      const { topic, payload, qos, retain } = one;
      const said = { topic, qos, retain, packetId: qos === 0 ? 0 : packetId, properties: undefined };
      const [read] = decoded(written, level);
      expect(read).toMatchObject(said);
      expect(read?.payload.equals(payload)).toBe(true);
    }),
  );
});

test("with properties, user properties in their order", () => {
  const texts = fc.string({ unit: "grapheme", maxLength: 200 });
  const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const properties = fc.record({
    payloadFormatIndicator: some(fc.boolean()),
    contentType: some(texts),
    responseTopic: some(texts),
    correlationData: some(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))),
    messageExpiryInterval: some(fc.integer({ min: 0, max: 0xffffffff })),
    topicAlias: some(fc.integer({ min: 1, max: 0xffff })),
    ids: fc.array(fc.integer({ min: 1, max: 268_435_455 }), { maxLength: 3 }),
    pairs: fc.array(fc.tuple(fc.constantFrom("2", "a", "1", "__proto__", ""), texts), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(packets, properties, (one, { ids, pairs, messageExpiryInterval, topicAlias, ...said }) => {
      const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      const outgoing: OutgoingProperties = {
        publisherProperties: { ...known, ...(pairs.length > 0 && { userProperties: bytesOfUserProperties(pairs) }) },
        expirySeconds: messageExpiryInterval,
        topicAlias,
        subscriptionIds: [],
      };
      const sent = { ...one, isDuplicate: false };
      const [read] = decoded(encodePublish(sent, outgoing, 5), 5);
      expect(read).toMatchObject({ topicAlias, expirySeconds: messageExpiryInterval });
      const { userProperties, ...rest } = read?.properties ?? {};
      expect(rest).toEqual(known);
      expect(userProperties ?? Buffer.alloc(0)).toEqual(bytesOfUserProperties(pairs));
      expect(read?.payload.equals(one.payload)).toBe(true);
      // The library writes properties in the order of its own, and groups user properties: it reads what it is to.
      const library = generate(
        {
          cmd: "publish",
          topic: "a",
          payload: "x",
          qos: 0,
          dup: false,
          retain: false,
          properties: { ...(ids.length > 0 && { subscriptionIdentifier: ids }) },
        },
        { protocolVersion: 5 },
      );
      const plain = {
        topic: "a",
        payload: Buffer.from("x"),
        qos: 0,
        retain: false,
        isDuplicate: false,
        packetId: 0,
      } as const;
      const idsAlone = {
        publisherProperties: undefined,
        expirySeconds: undefined,
        topicAlias: undefined,
        subscriptionIds: ids,
      };
      expect(encodePublish(plain, idsAlone, 5).equals(library)).toBe(true);
    }),
  );
});

function decoded(bytes: Buffer, level: Level): ArrivedPublish[] {
  const found: ArrivedPublish[] = [];
  const decode = makeDecoder({
    level: () => level,
    onPacket: (packet) => {
      if (packet.cmd === "publish") found.push(packet);
    },
    onFault: (fault) => expect.unreachable(fault),
  });
  decode(bytes);
  return found;
}
