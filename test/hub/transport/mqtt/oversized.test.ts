// An oversized PUBLISH is dropped as it arrives, acknowledged and listed, and nothing behind it is lost. A client that was cut instead
// would reconnect and resend it for ever.

import { once } from "node:events";
import { createConnection } from "node:net";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import type { ReadingsPage, RefusedList } from "../../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../../src/shared/doctor.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { until } from "../../../support/until.ts";

const PICTURE = Buffer.alloc(1_100_000, 0xff);

async function readingsOf(hub: TestHub, device: string) {
  return (await hub.json<ReadingsPage>(`/api/v1/readings?device=${device}`)).readings;
}

test.each([0, 1, 2] as const)(
  "a picture at QoS %d is acknowledged and listed, the readings around it stored",
  async (qos) => {
    await using hub = await startTestHub();
    const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 0 });
    const reading = (t: number) =>
      client.publishAsync("sensor/cam/data", JSON.stringify({ ts: 1.77e12 + t, t }), { qos: 1 });
    await Promise.all([reading(1), client.publishAsync("sensor/cam/data", PICTURE, { qos }), reading(2)]);
    await reading(3);
    expect(client.connected).toBe(true);
    await client.endAsync();
    expect((await readingsOf(hub, "cam")).map(({ value }) => value)).toEqual([3, 2, 1]);
    const { refused } = await hub.json<RefusedList>("/api/v1/refused");
    expect(refused).toMatchObject([
      {
        code: "too-large",
        device: "cam",
        source: "sensor/cam/data",
        message: expect.stringContaining("262144 are taken"),
      },
    ]);
  },
);

test("an excessive packet, or one that is not a PUBLISH, ends the connection and is listed", async () => {
  await using hub = await startTestHub();
  const connect = Buffer.from("\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04huge", "latin1");
  // 268,435,455 bytes, the most that MQTT can say; and a SUBSCRIBE of 2 MiB.
  for (const header of [Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f), Buffer.of(0x82, 0x80, 0x80, 0x80, 0x01)]) {
    const socket = createConnection(hub.mqttPort, "127.0.0.1").on("error", () => undefined);
    socket.write(Buffer.concat([connect, header]));
    await once(socket.resume(), "close");
  }
  await until("both are listed", async () => {
    const { clients } = await hub.json<DiagnosticReport>("/api/v1/doctor");
    return clients.filter(({ code }) => code === "cut").length === 2;
  });
});
