// What an anonymous client may receive. The check runs for every forwarded message: its work is counted, not timed.
import { expect, test } from "vitest";
import { TopicAuthority } from "../../../src/hub/access/topic-authority.ts";
import { AddedTopics } from "../../../src/hub/devices/added-topics.ts";
import { newState } from "../../../src/hub/devices/state/device-state.ts";
import { deviceTopics } from "../../../src/hub/protocols/protocols.ts";
import type { AddedControl } from "../../../src/shared/controls/added-control.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";

const FORWARDS = 500;

/** Devices with controls added by hand; `visits` counts how often the controls of one are read. */
function makeDevices(deviceCount: number, controlsPerDevice: number) {
  const counted = { visits: 0 };
  const devices = new Map(
    Array.from({ length: deviceCount }, (_, index) => {
      const id = parseDeviceId(`plug-${index}`) ?? expect.unreachable("a bad id");
      const record = { id, firstSeenMs: 0, lastSeenMs: 0, address: null, about: {} };
      const state = newState(record, { online: false, sinceMs: 0 });
      const controls = Array.from({ length: controlsPerDevice }, (_, control) => addedControl(id, control));
      Object.defineProperty(state, "overrides", {
        get: () => {
          counted.visits++;
          return { controls };
        },
      });
      return [id, state] as const;
    }),
  );
  return { devices, counted };
}

function addedControl(device: string, index: number): AddedControl {
  return {
    control: { id: `relay${index}`, kind: "switch" },
    publishes: { topic: `zigbee/${device}/${index}/set`, on: "ON", off: "OFF" },
  };
}

test("a change takes effect when it begins, and not after a rollback", async () => {
  const { devices } = makeDevices(1, 1);
  const plugs = new Map(devices);
  const added = new AddedTopics(plugs);
  expect(added.list().size).toBe(1);
  const { promise: written, reject } = Promise.withResolvers<void>();
  plugs.clear();
  const change = added.during(written);
  expect(added.list().size).toBe(0);
  for (const [id, state] of devices) plugs.set(id, state);
  reject(new Error("the disk is full"));
  await expect(change).rejects.toThrow("the disk is full");
  expect(added.list().size).toBe(1);
});

test.each([
  ["ten controls", 10, 1],
  ["1,000 devices with 100 controls each", 1_000, 100],
])("forwarding reads no device with %s; a change reads each once", (_, deviceCount, controlsPerDevice) => {
  const { devices, counted } = makeDevices(deviceCount, controlsPerDevice);
  const added = new AddedTopics(devices);
  const authority = new TopicAuthority({
    settings: { anonymous: "readings" },
    keys: { isLocked: () => false, use: () => undefined },
    devices: { maySee: () => false, denialFor: () => null },
    topics: deviceTopics,
    addedTopics: () => added.list(),
  });
  const mayReceive = (topic: string) => authority.mayReceive({ kind: "anonymous" }, topic);
  const [first] = devices.keys();
  if (first === undefined) expect.unreachable("no device");
  const last = `zigbee/plug-${deviceCount - 1}/${controlsPerDevice - 1}/set`;

  expect(mayReceive(last)).toBe(true);
  expect(counted.visits).toBe(deviceCount);
  for (let count = 0; count < FORWARDS; count++) {
    expect(mayReceive(last)).toBe(true);
    expect(mayReceive("zigbee/plug-0/0")).toBe(false);
    expect(mayReceive("bramble/pi/command")).toBe(true);
  }
  expect(counted.visits).toBe(deviceCount);

  devices.delete(first);
  added.invalidate();
  expect(mayReceive("zigbee/plug-0/0/set")).toBe(false);
  expect(counted.visits).toBe(deviceCount + deviceCount - 1);
});
