// Limits by address: a host can take any address of its IPv6 network, and others find a place all the same.
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { Admission } from "../../../src/hub/access/limits/admission.ts";
import { FairPlaces } from "../../../src/hub/access/limits/fair-places.ts";
import { RequestRate } from "../../../src/hub/access/limits/request-rate.ts";
import { Networks, plainAddress } from "../../../src/hub/access/networks.ts";
import { TrustedProxies } from "../../../src/hub/access/trusted-proxies.ts";
import { nameClient } from "../../../src/hub/transport/proxy-header.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** In one network, as many as are asked for. */
const hostIn = (prefix: string, number: number) => `${prefix}::${number.toString(16)}`;

describe("connections", () => {
  const makeAdmission = (maxConnections: number) =>
    new Admission({
      networks: new Networks([], { onLinkPrefixes: () => [] }),
      proxies: new TrustedProxies([]),
      isLimited: true,
      isShortOfMemory: () => false,
      maxConnections,
    });

  function open(admission: Admission, address: string): { readonly outcome: string; readonly socket: Socket } {
    const socket = new Socket();
    nameClient(socket, { address, port: 1 });
    return { socket, outcome: admission.admit(socket) };
  }

  test("of a network with ever new addresses leave places to all others, and its own hosts to each other", () => {
    const admission = makeAdmission(50);
    const flood = Array.from({ length: 60 }, (_, index) => open(admission, hostIn("fd00:0:0:1", index + 1)));
    expect(flood.filter(({ outcome }) => outcome === "admitted")).toHaveLength(50);
    for (const address of ["192.168.1.7", "fd00:0:0:2::1", "fd00:0:0:2::2"])
      expect(open(admission, address).outcome).toBe("admitted");
    expect(flood.filter(({ socket }) => socket.destroyed)).toEqual(flood.slice(0, 3));
  });

  test("of one address give way to another one in its network", () => {
    const admission = makeAdmission(50);
    const flood = Array.from({ length: 50 }, () => open(admission, "fd00::1"));
    expect(open(admission, "fd00::2").outcome).toBe("admitted");
    expect(flood.map(({ socket }) => socket.destroyed).indexOf(false)).toBe(1);
  });

  test("of a whole home are not too many of one address", () => {
    const admission = makeAdmission(1_000);
    const home = Array.from({ length: 400 }, (_, index) => open(admission, hostIn("fd00", index + 1)));
    expect(home.every(({ outcome }) => outcome === "admitted")).toBe(true);
    const one = Array.from({ length: 201 }, () => open(admission, "fd00::ffff").outcome);
    expect(one.lastIndexOf("admitted")).toBe(199);
    expect(one.at(-1)).toBe("too many connections of one address");
  });

  test("over IPv6 from an IPv4 address are of that", () => {
    const admission = makeAdmission(1_000);
    const addresses = ["192.168.1.7", "::ffff:192.168.1.7", "::FFFF:192.168.1.7"];
    const outcomes = Array.from({ length: 201 }, (_, index) => open(admission, addresses[index % 3] ?? "").outcome);
    expect(outcomes.lastIndexOf("admitted")).toBe(199);
    expect(new Set(addresses.map(plainAddress))).toEqual(new Set(["192.168.1.7"]));
  });
});

test("places are counted by address and by network, and none is left when all have gone", () => {
  const places = new FairPlaces<number>();
  const addresses = ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2", "fd00:0:0:1::1"];
  for (let holder = 0; holder < 20; holder++) places.add(holder, addresses[holder % 5] ?? "");
  expect([places.size, places.countOf("fd00::1"), places.countNear("fd00::1")]).toEqual([20, 4, 8]);
  expect(places.oldestOfMost()).toBe(2);
  expect(places.oldestToYieldTo("10.0.0.3")).toBe(2);
  expect(places.oldestToYieldTo("fd00::3")).toBe(2);
  expect(places.oldestToYieldTo("fd00::2")).toBe(null);
  for (let holder = 0; holder < 20; holder++) expect(places.remove(holder)).toBe(true);
  expect([places.size, places.remove(0), places.oldestOfMost(), places.countNear("fd00::1")]).toEqual([
    0,
    false,
    null,
    0,
  ]);
});

test("requests of ever new addresses of a network have a rate, which five of its hosts do not reach", () => {
  const clock = new FakeClock(0);
  const rate = new RequestRate(clock, true);
  const takeAll = (address: (index: number) => string, most: number) =>
    Array.from({ length: most }, (_, index) => rate.take(address(index))).filter((isTaken) => isTaken).length;
  expect(takeAll((index) => hostIn("fd00", (index % 5) + 1), 30_000)).toBe(25_000);
  clock.advance(60_000);
  expect(takeAll((index) => hostIn("fd00", index + 1), 30_000)).toBe(25_000);
  expect(takeAll(() => "fd00:0:0:1::1", 6_000)).toBe(5_000);
  expect(takeAll(() => "192.168.1.7", 6_000)).toBe(5_000);
});
