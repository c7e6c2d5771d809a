// Common clients over TLS with expired certificates, and with certificates renewed while they are connected.
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { PYTHON } from "../../../support/agent.ts";
import { authorityOf, DAY_MS, signFor, writePair } from "../../../support/certificates.ts";
import type { HubInside } from "../../../support/hub-inside.ts";
import { changeTls, openTls, run, startTlsHub, type TlsHub } from "../../../support/tls.ts";
import { until } from "../../../support/until.ts";

/** Each sends `{"t":1}` as the device that it is told. */
const CLIENTS = {
  curl: ({ caFile, httpsPort }: TlsHub, device: string) =>
    run("curl", [
      ...["-fsS", "--cacert", caFile, "-H", "Content-Type: application/json"],
      ...["-d", `{"device_id":"${device}","t":1}`, `https://127.0.0.1:${httpsPort}/data`],
    ]),
  mosquitto: ({ caFile, mqttsPort }: TlsHub, device: string) =>
    run("mosquitto_pub", [
      ...["--cafile", caFile, "-h", "127.0.0.1", "-p", `${mqttsPort}`],
      ...["-q", "1", "-t", `sensor/${device}/data`, "-m", '{"t":1}'],
    ]),
  paho: ({ caFile, mqttsPort }: TlsHub, device: string) =>
    run(PYTHON, ["-c", PAHO_ONCE, `${mqttsPort}`, caFile, `sensor/${device}/data`]),
};
const PAHO_ONCE = `
import sys, paho.mqtt.publish as publish
publish.single(sys.argv[3], '{"t": 1}', qos=1, hostname="127.0.0.1", port=int(sys.argv[1]), tls={"ca_certs": sys.argv[2]})`;

/** Sends what it reads, a line a message, on one connection; ends with its input. */
const STAYING = {
  mosquitto: ({ caFile, mqttsPort }: TlsHub) =>
    spawn("mosquitto_pub", [
      ...["--cafile", caFile, "-h", "127.0.0.1", "-p", `${mqttsPort}`, "-q", "1", "-t", "sensor/mosquitto/data", "-l"],
    ]),
  paho: ({ caFile, mqttsPort }: TlsHub) => spawn(PYTHON, ["-u", "-c", PAHO_LINES, `${mqttsPort}`, caFile]),
};
const PAHO_LINES = `
import sys, paho.mqtt.client as mqtt
client = mqtt.Client()
client.tls_set(sys.argv[2])
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_start()
for line in sys.stdin:
    client.publish("sensor/paho/data", line, qos=1).wait_for_publish()`;

async function countOf(hub: HubInside, device: string): Promise<number> {
  const answer = await hub.fetch(`/api/v1/readings?device=${device}&limit=100`);
  return ((await answer.json()) as { readings: unknown[] }).readings.length;
}

const untilCount = (hub: HubInside, device: string, count: number) =>
  until(`${count} readings of ${device}`, async () => (await countOf(hub, device)) >= count || undefined);

test("none sends anything to a hub whose certificate has expired; all do once it is renewed", {
  timeout: 60_000,
}, async () => {
  // The hub's clock is behind, so that it takes the certificate.
  await using tls = await startTlsHub({ nowMs: Date.now() - 10 * DAY_MS });
  const { hub } = tls;
  const sign = (from: number, to: number) =>
    signFor(authorityOf(hub), [Date.now() + from * DAY_MS, Date.now() + to * DAY_MS]);
  await changeTls(hub, writePair(hub.path, "expired", await sign(-20, -5)));
  for (const [name, send] of Object.entries(CLIENTS)) {
    const { code, output } = await send(tls, name);
    expect(code, name).not.toBe(0);
    expect(output, name).toMatch(/expired|certificate verify failed|TLS error|protocol error/i);
    expect(await countOf(hub, name)).toBe(0);
  }
  expect((await changeTls(hub, writePair(hub.path, "renewed", await sign(-20, 90)))).status).toBe(200);
  for (const [name, send] of Object.entries(CLIENTS)) {
    expect(await send(tls, name), name).toMatchObject({ code: 0 });
    await untilCount(hub, name, 1);
  }
});

test.each(["mosquitto", "paho"] as const)(
  "%s goes on while the certificate is renewed, on the connection that it has",
  {
    timeout: 60_000,
  },
  async (name) => {
    await using tls = await startTlsHub();
    const { hub, ca, mqttsPort } = tls;
    const sign = () => signFor(authorityOf(hub), [Date.now() - DAY_MS, Date.now() + 90 * DAY_MS]);
    await changeTls(hub, writePair(hub.path, "first", await sign()));
    const client = STAYING[name](tls);
    using _end = { [Symbol.dispose]: () => client.kill("SIGKILL") };
    let errors = "";
    client.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    client.stdin.write('{"t":1}\n');
    await untilCount(hub, name, 1);
    const second = await sign();
    await changeTls(hub, writePair(hub.path, "second", second));
    client.stdin.write('{"t":2}\n');
    await untilCount(hub, name, 2);
    expect(client.exitCode, errors).toBeNull();
    const fresh = await openTls(mqttsPort, { ca });
    expect(fresh.getPeerX509Certificate()?.fingerprint256).toBe(new X509Certificate(second.certPem).fingerprint256);
    fresh.destroy();
  },
);
