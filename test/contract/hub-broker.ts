// What a device and a person may count on whichever broker is between them: the hub's own, or an outside one that the hub is a client
// of. A broker's own tests call `hubBrokerContract` with a way to start it; one hub, killed and started again on its ports, serves all.
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Health, RefusedList } from "../../src/shared/api.ts";
import type { Command } from "../../src/shared/controls/command.ts";
import type { Device } from "../../src/shared/device.ts";
import type { TestHub } from "../support/hub.ts";
import { until } from "../support/until.ts";

/** A running hub and the broker that devices reach it by. Disposing of it ends both. */
export interface HubOnBroker extends AsyncDisposable {
  readonly hub: TestHub;
  /** Where devices connect; stays the same while the hub is away. */
  readonly brokerUrl: string;
  /** What devices log in with. */
  readonly login?: Pick<IClientOptions, "username" | "password">;
  /** Who has a command first: its device, or a broker that passes it on. */
  readonly acknowledgedBy: Command["acknowledgedBy"];
  /** False where a broker does not say that nobody is subscribed: it has a command as soon as it is sent. */
  readonly saysWhoListens: boolean;
}

interface Rows {
  readonly readings: readonly { readonly device: string; readonly metric: string; readonly value: number }[];
}

const START_MS = Date.UTC(2026, 0, 31);
const LAST_NET_MS = 30_000;
const KILLED_AFTER = 100;
const SENT = 400;

/** Registers the tests for a broker of that name. */
export function hubBrokerContract(broker: string, start: () => Promise<HubOnBroker>): void {
  describe(`a hub on ${broker}`, { timeout: 2 * LAST_NET_MS }, () => {
    let opened: HubOnBroker;
    let hub: TestHub;

    beforeAll(async () => {
      opened = await start();
      hub = opened.hub;
      await connected();
    }, 120_000);
    afterAll(() => opened[Symbol.asyncDispose]());

    const wait = <T>(what: string, ask: () => Promise<T | undefined>) => until(what, ask, LAST_NET_MS);
    const connected = () =>
      wait("the hub has its broker", async () => {
        const { broker: outside } = await hub.json<Health>("/healthz");
        return outside === undefined || outside.status === "ok" || undefined;
      });
    const connect = async (options: IClientOptions = {}): Promise<MqttClient & AsyncDisposable> => {
      const client = await connectAsync(opened.brokerUrl, { reconnectPeriod: 0, ...opened.login, ...options });
      client.on("error", () => undefined);
      return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true) });
    };
    const valuesOf = async (device: string) => {
      const { readings } = await hub.json<Rows>(`/api/v1/readings?device=${device}&limit=10000`);
      return readings.map(({ metric, value }) => `${metric} ${value}`).toSorted();
    };
    const stored = (device: string, count: number) =>
      wait(`${count} readings of ${device}`, async () => {
        const values = await valuesOf(device);
        return values.length >= count ? values : undefined;
      });
    const deviceOf = (id: string) => hub.json<Device>(`/api/v1/devices/${id}`).catch(() => undefined);

    test("messages on every topic, of every QoS, and live retained ones are stored once", async () => {
      await using pi = await connect();
      const at = `"ts":${START_MS}`;
      await pi.publishAsync("sensor/a/data", `{"t":20.5,${at}}`, { qos: 1 });
      await pi.publishAsync("sensor/data", `{"device_id":"a","h":40,${at}}`, { qos: 0 });
      await pi.publishAsync("bramble/a/metric/room/co2", "500", { qos: 1 });
      await pi.publishAsync("bramble/a/readings", `{"p":1013,${at}}`, { qos: 1, retain: true });
      // As after a connection that broke before its acknowledgement.
      await pi.publishAsync("sensor/a/data", `{"t":20.5,${at}}`, { qos: 1 });
      await pi.publishAsync("sensor/a/data", `{"z":1,${at}}`, { qos: 1 });
      expect(await stored("a", 5)).toEqual(["h 40", "p 1013", "room/co2 500", "t 20.5", "z 1"]);
    });

    test("an invalid message is acknowledged and listed with its reason", async () => {
      await using pi = await connect();
      await pi.publishAsync("bramble/b/readings", "no JSON", { qos: 1 });
      await pi.publishAsync("bramble/b/readings", `{"t":1,"ts":${START_MS}}`, { qos: 1 });
      expect(await stored("b", 1)).toEqual(["t 1"]);
      const refused = await wait("it is listed", async () => {
        const list = await hub.json<RefusedList>("/api/v1/refused");
        return list.refused.find(({ source }) => source === "bramble/b/readings");
      });
      expect(refused.code).toBe("not-json");
    });

    test("a device is online from its status to its last will, with the name of its about message", async () => {
      const will = { topic: "bramble/c/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
      await using pi = await connect({ will });
      await pi.publishAsync("bramble/c/about", '{"name":"Attic"}', { qos: 1, retain: true });
      await pi.publishAsync("bramble/c/status", "online", { qos: 1, retain: true });
      await pi.publishAsync("bramble/c/readings", `{"t":1,"ts":${START_MS}}`, { qos: 1 });
      const isHere = (isOnline: boolean) =>
        wait(`online: ${isOnline}`, async () => (await deviceOf("c"))?.presence.online === isOnline || undefined);
      await isHere(true);
      pi.stream.destroy();
      await isHere(false);
      expect((await deviceOf("c"))?.name).toBe("Attic");
    });

    test("a device without a status is online by its readings", async () => {
      await using pi = await connect();
      await pi.publishAsync("sensor/d/data", '{"t":1}', { qos: 1 });
      await wait("it is here", async () => (await deviceOf("d"))?.presence.online || undefined);
    });

    test("a command reaches a subscriber; its receipt has the acknowledgement, then the reply", async () => {
      await using pi = await connect();
      const about = { controls: [{ id: "led", kind: "switch" }] };
      await pi.publishAsync("bramble/e/about", JSON.stringify(about), { qos: 1, retain: true });
      await pi.publishAsync("bramble/e/readings", '{"t":1}', { qos: 1 });
      await wait("the device's switch", async () => (await deviceOf("e"))?.controls.length === 1 || undefined);
      const received: { id: string; value: boolean }[] = [];
      pi.on("message", (_topic, payload) => received.push(JSON.parse(payload.toString())));
      if (!opened.saysWhoListens) await pi.subscribeAsync("bramble/e/command", { qos: 1 });
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ control: "led", value: true, ttl: 60 });
      const ordered = await hub.fetch("/api/v1/devices/e/commands", { method: "POST", body, headers });
      const { id }: Command = await ordered.json();
      // Until somebody is subscribed it waits in the hub.
      if (opened.saysWhoListens) await pi.subscribeAsync("bramble/e/command", { qos: 1 });
      const command = () => hub.json<Command>(`/api/v1/commands/${id}`);
      const reached = (state: Command["state"]) =>
        wait(state, async () => {
          const found = await command();
          return found.state === state ? found : undefined;
        });
      expect((await reached("delivered")).acknowledgedBy).toBe(opened.acknowledgedBy);
      await wait("the command", async () => received[0]);
      expect(received).toMatchObject([{ id, value: true }]);
      await pi.publishAsync("bramble/e/reply", JSON.stringify({ id, ok: true, value: true }), { qos: 1 });
      expect(await reached("done")).toMatchObject({ acknowledgedBy: "device", reply: true });
    });

    test("messages acknowledged around a kill are stored once; retained ones are not read as live", async () => {
      await using pi = await connect({ clientId: "f", clean: false, reconnectPeriod: 50, resubscribe: false });
      // Without a time of its own it would be a second reading if it were taken again.
      await pi.publishAsync("sensor/kept/data", '{"t":7}', { qos: 1, retain: true });
      await stored("kept", 1);
      const acknowledged: number[] = [];
      const sending = (async () => {
        for (let n = 0; n < SENT; n++) {
          await pi.publishAsync("sensor/f/data", JSON.stringify({ n, ts: START_MS + n }), { qos: 1 });
          acknowledged.push(n);
        }
      })();
      await wait("some readings", async () => acknowledged.length >= KILLED_AFTER || undefined);
      await hub.end("SIGKILL");
      await hub.start();
      await connected();
      await sending;
      await stored("f", SENT);
      const numbers = (await valuesOf("f")).map((row) => Number(row.slice(2))).toSorted((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: SENT }, (_, n) => n));
      expect(acknowledged).toHaveLength(SENT);
      expect(await valuesOf("kept")).toEqual(["t 7"]);
    });
  });
}
