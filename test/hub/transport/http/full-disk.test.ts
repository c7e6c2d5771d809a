// Changes on a full disk: each is put off in words, nothing of it is half done, and it succeeds once there is room.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import type { DeviceList } from "../../../../src/shared/api.ts";
import { TestHub } from "../../../support/hub.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../../support/system/small-disk.ts";

if (!mayMountSmallDisk()) {
  console.warn("This user may not mount a disk: changes on a full one are not tested here.");
} else {
  test("on a full disk every change is answered with 503, and may be tried again", { timeout: 60_000 }, async () => {
    await using hub = new TestHub([], undefined, mountSmallDisk(40));
    await hub.start();
    for (const id of ["a", "b", "c"]) await hub.post({ device_id: id, t: 1 });
    const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 0 });
    await client.publishAsync("bramble/a/about", '{"controls":[{"id":"led","kind":"switch"}]}', { qos: 1 });
    await client.endAsync();

    const send = (method: string, route: string, body?: object) => {
      const headers = { "Content-Type": "application/json" };
      return hub.fetch(`/api/v1${route}`, { method, ...(body && { headers, body: JSON.stringify(body) }) });
    };
    const rename = (room: string) => send("PATCH", "/devices/a", { room });
    expect((await rename("room 0")).status).toBe(200);

    const { path } = hub.folder;
    const ballast = join(path, "ballast");
    const free = Number(execFileSync("df", ["--output=avail", "-B1", path]).toString().split("\n")[1]);
    writeFileSync(ballast, Buffer.alloc(free));
    // What the write-ahead log still has room for.
    let renamed = 1;
    while ((await rename(`room ${renamed}`)).status === 200) renamed++;
    const changes: readonly (readonly [string, string, object?])[] = [
      ["PATCH", "/devices/a", { room: "Cellar" }],
      ["PUT", "/retention", { rules: [{ keepDays: 36_525 }] }],
      ["POST", "/devices/a/commands", { control: "led", value: true }],
      ["POST", "/devices/b/merge", { into: "a" }],
      ["POST", "/devices/c/block"],
      ["DELETE", "/devices/c"],
    ];
    for (const [method, route, body] of changes) {
      const answer = await send(method, route, body);
      expect([route, answer.status, answer.headers.get("retry-after")]).toEqual([route, 503, "5"]);
      expect(await answer.json()).toEqual({ error: "disk-full", message: expect.stringContaining("was not done") });
    }
    const rooms = async () => {
      const { devices }: DeviceList = await (await hub.fetch("/api/v1/devices")).json();
      return devices.map(({ id, room, joining }) => [id, room, joining]);
    };
    const before = [
      ["a", `room ${renamed - 1}`, "approved"],
      ["b", undefined, "approved"],
      ["c", undefined, "approved"],
    ];
    expect(await rooms()).toEqual(before);

    rmSync(ballast);
    for (const [method, route, body] of changes) {
      const answer = await send(method, route, body);
      expect([route, answer.ok]).toEqual([route, true]);
    }
    expect(await rooms()).toEqual([["a", "Cellar", "approved"]]);
  });
}
