// Of refused messages and devices' clocks, what the doctor lists as a failed client.
import { expect, test } from "vitest";
import { ConnectionFailures } from "../../../src/hub/diagnostics/connection-failures.ts";
import { failedClients } from "../../../src/hub/doctor/clients.ts";
import type { Refused } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import { DAY_MS } from "../../../src/shared/time.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("refused messages are one entry for each sender, source and reason, with the newest message", () => {
  const refused = (atMs: number, more: Partial<Refused> = {}): Refused => ({
    atMs,
    code: "not-json",
    message: `at ${atMs}`,
    address: "10.0.0.7",
    source: "sensor/attic/data",
    device: "attic",
    bytes: 3,
    excerpt: "{{{",
    ...more,
  });
  const nowMs = 2 * DAY_MS;
  const list = [
    refused(nowMs - 1),
    refused(nowMs - 2, { source: "POST /data" }),
    // With those of a flood that are not listed one by one.
    refused(nowMs - 3, { count: 1_000 }),
    refused(nowMs - 4, { code: "bad-time", count: 7 }),
    refused(nowMs - 5, { source: "sensor/data", device: "b" }),
    refused(nowMs - 6, { source: "sensor/data", message: "it is empty", device: "" }),
    refused(nowMs - DAY_MS),
  ];
  expect(failedClients({ ...nobody(nowMs), refusals: { list: () => list } })).toMatchObject([
    {
      code: "not-json",
      clientId: "attic",
      message: `On sensor/attic/data: at ${nowMs - 1}`,
      count: 1_001,
      firstSeenMs: nowMs - 3,
    },
    { code: "not-json", message: `On POST /data: at ${nowMs - 2}`, count: 1 },
    { code: "bad-time", clientId: "attic", count: 7 },
    { code: "not-json", clientId: "b", count: 1 },
    { code: "not-json", message: "On sensor/data: it is empty", count: 1 },
  ]);
});

test.each([
  [-3 * 3_600_000, "Attic sends times that are 3 h behind, as local time without an offset is"],
  [-3 * 3_600_000 - 300_000, "The clock of Attic is 3 h behind"],
  [10 * 60_000, "The clock of Attic is 10 min ahead"],
  [-400 * DAY_MS, "The clock of Attic is 400 d behind"],
  [100 * 60_000, "The clock of Attic is 2 h ahead"],
])("a device whose clock is off by %d ms", (clockOffMs, message) => {
  const device: Device = {
    id: "attic",
    name: "Attic",
    joining: "approved",
    address: "10.0.0.7",
    clockOffMs,
    presence: { online: true, sinceMs: 0 },
    firstSeenMs: 0,
    lastSeenMs: 5,
    metrics: [],
    controls: [],
    attributes: {},
  };
  const { clockOffMs: _off, ...punctual } = device;
  const away: Device = { ...device, id: "away", lastSeenMs: 1_005 - DAY_MS };
  const registry = { list: () => [device, away, { ...punctual, id: "punctual" }] };
  expect(failedClients({ ...nobody(1_005), registry })).toMatchObject([
    {
      code: "clock-off",
      clientId: "attic",
      address: "10.0.0.7",
      message: expect.stringContaining(message),
      lastSeenMs: 5,
    },
  ]);
});

function nobody(nowMs: number) {
  const none = { list: () => [] };
  const clock = new FakeClock(nowMs);
  return { connectionFailures: new ConnectionFailures(clock), refusals: none, registry: none, clock };
}
