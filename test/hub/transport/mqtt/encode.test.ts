// A PUBLISH without properties is written here, byte for byte as the packet library writes it.
import fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { encodePlainPublish } from "../../../../src/hub/transport/mqtt/messages/packets.ts";

/** Around those at which the length of a packet takes one byte more. */
const lengths = fc.oneof(
  fc.nat(300),
  ...[128, 16_384, 2_097_152].map((edge) => fc.integer({ min: edge - 12, max: edge + 3 })),
);

test("it is what the packet library writes", () => {
  const packet = fc.record({
    topic: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    payload: lengths.map((length) => Buffer.alloc(length, "x")),
    qos: fc.constantFrom(0, 1, 2),
    retain: fc.boolean(),
    packetId: fc.integer({ min: 1, max: 0xffff }),
    isDuplicate: fc.boolean(),
  });
  fc.assert(
    fc.property(packet, fc.constantFrom(3, 4, 5), (one, level) => {
      const { isDuplicate, packetId, ...rest } = one;
      const dup = isDuplicate && one.qos > 0;
      const expected = generate({ cmd: "publish", ...rest, dup, messageId: packetId }, { protocolVersion: level });
      expect(encodePlainPublish({ ...one, isDuplicate: dup }, level).equals(expected)).toBe(true);
    }),
  );
});
