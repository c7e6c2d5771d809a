// The PROXY header as specified by haproxy, and arbitrary bytes in its place.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseProxyHeader } from "../../../../src/hub/transport/proxy-protocol.ts";

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n");
const V1 = "PROXY TCP4 192.168.1.5 10.0.0.2 40123 1883\r\n";
const TCP4 = Buffer.from([192, 168, 1, 5, 10, 0, 0, 2, 0x9c, 0xbb, 0x07, 0x5b]);
const TCP6 = Buffer.from(`20010db8${"00".repeat(11)}01${"fd".repeat(16)}9cbb075b`, "hex");
const NAMED = { address: "192.168.1.5", port: 40_123 };

/** `command`: 0x20 is LOCAL, 0x21 PROXY. */
function v2(command: number, family: number, ...parts: readonly Buffer[]): Buffer {
  const rest = Buffer.concat(parts);
  const fixed = Buffer.from([command, family, rest.length >> 8, rest.length & 0xff]);
  return Buffer.concat([SIGNATURE, fixed, rest]);
}

function tlv(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}

const parse = (text: string | Buffer) => parseProxyHeader(Buffer.from(text));
/** With what comes behind the header. */
const read = (header: string | Buffer) => {
  const bytes = Buffer.from(header);
  const parsed = parse(Buffer.concat([bytes, Buffer.from("GET / HTTP/1.1\r\n")]));
  if (parsed.kind === "header") expect(parsed.bytes).toBe(bytes.length);
  return parsed.kind === "header" ? parsed.client : parsed;
};

describe("version 1", () => {
  test.each([
    ["TCP4", V1, NAMED],
    ["TCP6", "PROXY TCP6 2001:DB8::1 ::1 1 2\r\n", { address: "2001:db8::1", port: 1 }],
    ["TCP6 with a wrapped address", "PROXY TCP6 ::ffff:1.2.3.4 ::1 1 2\r\n", { address: "1.2.3.4", port: 1 }],
    ["UNKNOWN", "PROXY UNKNOWN\r\n", null],
    ["UNKNOWN with addresses, which count for nothing", "PROXY UNKNOWN ff::1 ::2 5 6\r\n", null],
  ])("%s", (_what, header, client) => {
    expect(read(header)).toEqual(client);
  });

  test.each([
    ["an address of another family", "PROXY TCP4 ::1 ::2 1 2\r\n"],
    ["an unknown family", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"],
    ["a port that is none", "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"],
    ["a port in another base", "PROXY TCP4 1.2.3.4 1.2.3.4 0x1 2\r\n"],
    ["a missing port", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"],
    ["one part too many", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n"],
    ["two spaces", "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n"],
    ["no end within 107 bytes", `PROXY UNKNOWN ${"x".repeat(93)}\r\n`],
  ])("%s is refused", (_what, header) => {
    expect(parse(header)).toMatchObject({ kind: "bad" });
  });

  test("the longest line that there may be", () => {
    const longest = `PROXY UNKNOWN ${"f".repeat(91)}\r\n`;
    expect(longest).toHaveLength(107);
    expect(read(longest)).toBeNull();
  });
});

describe("version 2", () => {
  test.each([
    ["TCP4", v2(0x21, 0x11, TCP4), NAMED],
    ["TCP6", v2(0x21, 0x21, TCP6), { address: "2001:db8::1", port: 40_123 }],
    ["TCP4 with fields behind it", v2(0x21, 0x11, TCP4, tlv(0x02, Buffer.from("hub.example"))), NAMED],
    ["UNIX", v2(0x21, 0x31, Buffer.alloc(216, "/tmp/socket\0")), null],
    ["an unspecified family", v2(0x21, 0x00), null],
    ["an unspecified family with bytes that mean nothing", v2(0x21, 0x00, Buffer.alloc(7, 0xff)), null],
    ["LOCAL, as of a health check", v2(0x20, 0x00), null],
    ["LOCAL with addresses, which count for nothing", v2(0x20, 0x11, TCP4), null],
  ])("%s", (_what, header, client) => {
    expect(read(header)).toEqual(client);
  });

  test.each([
    ["another version", v2(0x11, 0x11, TCP4)],
    ["an unknown command", v2(0x22, 0x11, TCP4)],
    ["a datagram's family", v2(0x21, 0x12, TCP4)],
    ["addresses that are cut off", v2(0x21, 0x21, TCP4)],
    ["a field that is cut off", v2(0x21, 0x11, TCP4, Buffer.from([4, 0, 9, 0]))],
    ["more than 536 bytes", v2(0x21, 0x11, TCP4, tlv(0x04, Buffer.alloc(506)))],
  ])("%s is refused", (_what, header) => {
    expect(parse(header)).toMatchObject({ kind: "bad" });
  });

  test("its checksum is checked where it has one", () => {
    const zeroed = v2(0x21, 0x11, TCP4, tlv(0x03, Buffer.alloc(4)));
    const sealed = Buffer.from(zeroed);
    sealed.writeUInt32BE(crc32cOf(zeroed), sealed.length - 4);
    expect(read(sealed)).toEqual(NAMED);
    const changed = Buffer.from(sealed);
    changed[16] = 10;
    expect(parse(changed)).toEqual({ kind: "bad", reason: "its checksum is wrong" });
    expect(parse(v2(0x21, 0x11, TCP4, tlv(0x03, Buffer.alloc(3))))).toMatchObject({ kind: "bad" });
  });
});

/** By a table, unlike what it checks. The check value of CRC32c is that of "123456789". */
function crc32cOf(bytes: Buffer): number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0x82f63b78 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  const crc = bytes.reduce((sum, byte) => (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8), 0xffff_ffff);
  return (crc ^ 0xffff_ffff) >>> 0;
}

test("the test's own checksum has the check value", () => {
  expect(crc32cOf(Buffer.from("123456789"))).toBe(0xe3069283);
});

test.each([
  "GET / HTTP/1.1\r\n",
  "POST /data HTTP/1.1\r\n",
  "PROPFIND / HTTP/1.1\r\n",
  "\x10\x0c\0\x04MQTT",
  "\x16\x03",
])("%j is another protocol's, as soon as that can be told", (beginning) => {
  expect(parse(beginning)).toEqual({ kind: "none" });
  const kinds = Array.from(beginning, (_, index) => parse(beginning.slice(0, index + 1)).kind);
  expect(kinds.lastIndexOf("incomplete")).toBe(Math.max(kinds.indexOf("none") - 1, -1));
  expect(parse(beginning.slice(0, 5)).kind).toBe("none");
});

const headers = fc.oneof(
  fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([address, port]) => `PROXY TCP4 ${address} 10.0.0.1 ${port} 80\r\n`),
  fc
    .tuple(
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 7 }),
    )
    .map(([addresses, fields]) =>
      v2(0x21, 0x11, Buffer.from(addresses), ...fields.map((one) => tlv(4, Buffer.from(one)))),
    ),
);

test("every prefix of a header is incomplete; bytes behind it are untouched", () => {
  fc.assert(
    fc.property(headers, fc.uint8Array(), (header, behind) => {
      const bytes = Buffer.from(header);
      for (let end = 0; end < bytes.length; end++)
        expect(parseProxyHeader(bytes.subarray(0, end)).kind).toBe("incomplete");
      const whole = parseProxyHeader(Buffer.concat([bytes, behind]));
      expect(whole).toMatchObject({ kind: "header", bytes: bytes.length });
    }),
  );
});

test("garbage never throws, never asks for more than 536 bytes, and is never read past its end", () => {
  const beginning = fc.constantFrom<Buffer>(
    SIGNATURE,
    Buffer.from("PROXY "),
    Buffer.from("PROXY TCP4 "),
    Buffer.alloc(0),
  );
  const command = fc.constantFrom<number[]>([], [0x21], [0x21, 0x11], [0x20, 0x00], [0x21, 0x21, 0]);
  fc.assert(
    fc.property(beginning, command, fc.uint8Array({ maxLength: 700 }), (start, more, garbage) => {
      const bytes = Buffer.concat([start, Buffer.from(more), garbage]);
      const parsed = parseProxyHeader(bytes);
      if (bytes.length >= 536) expect(parsed.kind).not.toBe("incomplete");
      if (parsed.kind === "header") expect(parsed.bytes).toBeLessThanOrEqual(Math.min(bytes.length, 536));
    }),
    { numRuns: 5_000 },
  );
});
