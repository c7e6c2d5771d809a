// A name that follows the address of home: sent when it changes and once a day, waited after a failure, stopped where a person
// has to change something.

import { pino } from "pino";
import { expect, test } from "vitest";
import { DynamicDns } from "../../../src/hub/reach/ddns/dynamic-dns.ts";
import { WanAddress } from "../../../src/hub/reach/ddns/wan-address.ts";
import { UrlProvider } from "../../../src/hub/reach/dns/url-provider.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startService, type TestService } from "../../support/reach.ts";

const MINUTE_MS = 60_000;

function makeDynamicDns(clock: FakeClock, lookups: readonly TestService[], updates: TestService): DynamicDns {
  const url = `${updates.url}/?name={name}&ip={ipv4}`;
  return new DynamicDns({
    name: "hub.example.org",
    provider: new UrlProvider({ url, username: "", password: "" }, { clock }),
    wan: new WanAddress({ urls: lookups.map((service) => service.url), clock }),
    ownAddresses: () => ["192.168.1.2"],
    clock,
    log: pino({ enabled: false }),
  });
}

test("an address that changes is sent within a minute, one that does not once a day", async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 31));
  let address = "203.0.113.9";
  await using lookup = await startService(() => ({ text: `${address}\n` }));
  await using updates = await startService(() => ({ text: "good" }));
  const ddns = makeDynamicDns(clock, [lookup], updates);
  ddns.start();
  await ddns.check();
  const minutes = async (count: number) => {
    for (let minute = 0; minute < count; minute++) {
      clock.advance(MINUTE_MS);
      await ddns.check();
    }
  };
  await minutes(10);
  expect(updates.asked.map(({ query }) => query["ip"])).toEqual(["203.0.113.9"]);
  expect(lookup.asked.length).toBeLessThanOrEqual(11);
  address = "203.0.113.77";
  await minutes(1);
  expect(updates.asked.map(({ query }) => query["ip"])).toEqual(["203.0.113.9", "203.0.113.77"]);
  expect(ddns.status).toMatchObject({ state: "fine", ipv4: "203.0.113.77" });
  clock.advance(24 * 60 * MINUTE_MS);
  await ddns.check();
  expect(updates.asked.length).toBe(3);
  await ddns.stop();
});

test("failures back off, and ‘badauth’ is not retried", async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 31));
  await using lookup = await startService(() => ({ text: "203.0.113.9" }));
  await using updates = await startService(() => ({ status: 503, text: "later" }));
  const ddns = makeDynamicDns(clock, [lookup], updates);
  ddns.start();
  await ddns.check();
  expect(ddns.status).toMatchObject({ state: "failed", retryAtMs: clock.now() + MINUTE_MS });
  updates.answer = () => ({ text: "badauth" });
  clock.advance(MINUTE_MS);
  await ddns.check();
  expect(ddns.status).toMatchObject({ state: "stopped", problem: expect.stringContaining("user name and password") });
  const sent = updates.asked.length;
  clock.advance(48 * 60 * MINUTE_MS);
  await ddns.check();
  expect(updates.asked.length).toBe(sent);
  await ddns.stop();
});

test("a new address is believed when two services agree, or one alone answers", async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 31));
  const answers = ["203.0.113.9", "<html>", "203.0.113.9"];
  await using first = await startService(() => ({ text: answers[0] ?? "" }));
  await using second = await startService(() => ({ text: answers[1] ?? "" }));
  await using third = await startService(() => ({ text: answers[2] ?? "" }));
  const wan = new WanAddress({ urls: [first.url, second.url, third.url], clock });
  const found = async (...texts: string[]) => {
    answers.splice(0, 3, ...texts);
    clock.advance(MINUTE_MS);
    return wan.find();
  };
  expect(await found("203.0.113.9", "<html>", "203.0.113.9")).toBe("203.0.113.9");
  expect(await found("198.51.100.66", "203.0.113.9", "203.0.113.9")).toBe("203.0.113.9");
  expect(await found("198.51.100.66", "203.0.113.9", "")).toBeNull();
  expect(await found("", "203.0.113.5", "")).toBe("203.0.113.5");
  // Within the minute nobody is asked again.
  const asked = first.asked.length;
  await wan.find();
  expect(first.asked.length).toBe(asked);
});
