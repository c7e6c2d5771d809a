// Which forwarding headers of which peers determine a request's client.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalAddress } from "../../../src/hub/access/networks.ts";
import { TrustedProxies } from "../../../src/hub/access/trusted-proxies.ts";

const PEER = "10.0.0.1";
const proxies = new TrustedProxies(["10.0.0.0/24", "fd00::/16"]);

type Headers = Readonly<Record<string, string>>;

function clientOf(headers: Headers, peer = PEER) {
  const resolved = proxies.resolve(peer, headers);
  return resolved.kind === "client" ? resolved.client : resolved.problem.code;
}

const addressOf = (headers: Headers, peer = PEER) => {
  const client = clientOf(headers, peer);
  return typeof client === "string" ? client : client.address;
};

describe("X-Forwarded-For names", () => {
  test.each([
    ["the one address", "192.168.1.5", "192.168.1.5"],
    ["the rightmost that is no trusted proxy", "1.1.1.1, 192.168.1.5, 10.0.0.7", "192.168.1.5"],
    ["the leftmost where all are trusted", "10.0.0.9, 10.0.0.8", "10.0.0.9"],
    ["an address with a port", "192.168.1.5:40123", "192.168.1.5"],
    ["an IPv6 address", "2001:DB8:0:0::1", "2001:db8::1"],
    ["one in brackets", "[2001:db8::1]", "2001:db8::1"],
    ["one in brackets with a port", "[2001:db8::1]:443", "2001:db8::1"],
    ["a wrapped IPv4 address", "::ffff:192.168.1.5", "192.168.1.5"],
    ["the same in hexadecimal", "[::ffff:c0a8:105]:80", "192.168.1.5"],
    ["a link-local address without its zone", "fe80::1%eth0", "fe80::1"],
    ["what stands beyond an IPv6 proxy", "192.168.1.5, fd00::2", "192.168.1.5"],
    ["nobody but the peer where it is malformed", "nobody", PEER],
    ["nobody beyond a malformed entry", "1.1.1.1, 999.1.1.1, 10.0.0.7", "10.0.0.7"],
    ["nobody where it is empty", " , ", PEER],
    ["an address beside empty entries", "192.168.1.5, ,", "192.168.1.5"],
    ["the client behind a quote that is never closed", '"1.1.1.1, 192.168.1.5', "192.168.1.5"],
    ["the client behind anything long", `${"1.1.1.1, ".repeat(1_000)}192.168.1.5`, "192.168.1.5"],
    ["the last of the first 32 proxies", `1.1.1.1, ${Array(40).fill("10.0.0.7").join(", ")}`, "10.0.0.7"],
  ])("%s", (_what, header, expected) => {
    expect(addressOf({ "x-forwarded-for": header })).toBe(expected);
  });

  test("nobody where the peer is not trusted", () => {
    const headers = { "x-forwarded-for": "1.1.1.1", forwarded: "for=2.2.2.2", "x-forwarded-proto": "https" };
    const expected = { address: "192.168.1.9", isSecure: null, host: null };
    expect(clientOf({ ...headers, "x-forwarded-host": "evil.example" }, "192.168.1.9")).toEqual(expected);
    expect(new TrustedProxies([]).includes(PEER)).toBe(false);
  });
});

describe("Forwarded names", () => {
  test.each([
    ["the one address", "for=192.168.1.5", "192.168.1.5"],
    ["the rightmost that is no trusted proxy", "for=1.1.1.1, For=192.168.1.5;by=10.0.0.7, for=10.0.0.7", "192.168.1.5"],
    ["one in quotes and brackets with a port", 'proto=https;for="[2001:db8::1]:4711"', "2001:db8::1"],
    ["nobody where it is hidden", "for=1.1.1.1, for=_secret", PEER],
    ["nobody where it is unknown", "for=unknown", PEER],
    ["nobody where it has no for", "proto=https", PEER],
    ["the client behind a quote that is never closed", 'for="1.1.1.1, for=192.168.1.5', "192.168.1.5"],
    ["the client behind such a quote, in quotes", 'for="x, for="[2001:db8::1]"', "2001:db8::1"],
    ["the client with a comma in quotes beside it", 'for=192.168.1.5;ext="a,b"', "192.168.1.5"],
  ])("%s", (_what, header, expected) => {
    expect(addressOf({ forwarded: header })).toBe(expected);
  });

  test("nobody where X-Forwarded-For names another: the client wrote one of them", () => {
    expect(addressOf({ forwarded: "for=192.168.1.5", "x-forwarded-for": "192.168.1.5" })).toBe("192.168.1.5");
    expect(clientOf({ forwarded: "for=192.168.1.6", "x-forwarded-for": "192.168.1.5" })).toBe(
      "bad-request/forwarded-contradiction",
    );
  });
});

test("scheme and host are those that the client's own proxy tells", () => {
  const of = (headers: Headers) => clientOf({ "x-forwarded-for": "192.168.1.5, 10.0.0.7", ...headers });
  expect(of({})).toMatchObject({ isSecure: null, host: null });
  expect(of({ "x-forwarded-proto": "HTTPS", "x-forwarded-host": "hub.example:8443" })).toMatchObject({
    isSecure: true,
    host: "hub.example:8443",
  });
  expect(of({ "x-forwarded-proto": "http" })).toMatchObject({ isSecure: false });
  // Each proxy added its own.
  expect(of({ "x-forwarded-proto": "https, http" })).toMatchObject({ isSecure: true });
  // A client wrote the first one.
  expect(of({ "x-forwarded-proto": "https, http, http" })).toMatchObject({ isSecure: false });
  expect(of({ "x-forwarded-host": "evil.example, hub.example, inner, inner" })).toMatchObject({ host: "inner" });
  expect(clientOf({ forwarded: 'for=192.168.1.5;proto=https;host="hub.example"' })).toEqual({
    address: "192.168.1.5",
    isSecure: true,
    host: "hub.example",
  });
});

test("values that a client puts before those of its proxy are ignored", () => {
  const forged = fc.string({ unit: fc.constantFrom(...'10.:[],;="\\ forpt%') });
  fc.assert(
    fc.property(forged, fc.constantFrom("192.168.1.5", "[2001:db8::1]:80"), (left, client) => {
      const expected = client === "192.168.1.5" ? client : "2001:db8::1";
      expect(addressOf({ "x-forwarded-for": `${left}, ${client}` })).toBe(expected);
      expect(addressOf({ forwarded: `${left}, for="${client}"` })).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("any header is read without a throw, to an address", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 5_000 }), fc.string(), (list, rfc) => {
      const client = clientOf({ "x-forwarded-for": list, "x-forwarded-proto": rfc, "x-forwarded-host": rfc });
      expect(typeof client === "object" && canonicalAddress(client.address)).toBeTruthy();
      expect(typeof addressOf({ forwarded: rfc })).toBe("string");
    }),
    { numRuns: 2_000 },
  );
});
