// TLS with the hub's own authority, tried with the programs that people have.
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { listen } from "../../../../src/hub/transport/ports.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { askHttps, changeTls, openTls, run, startTlsHub, tlsStatus } from "../../../support/tls.ts";

const ANY_PORT = { number: 0, named: true };

test("a named port turns it on; clients accept the authority and the certificate", async () => {
  await using tls = await startTlsHub();
  const { certificate, authority, mode, problems } = await tlsStatus(tls.hub);
  expect({ mode, problems }).toEqual({ mode: "own", problems: [] });
  const ca = new X509Certificate(tls.ca);
  expect(ca.subject).toMatch(/^CN=Bramble .+ [0-9a-f]{8}$/);
  expect(ca.ca).toBe(true);
  expect(authority?.fingerprint).toBe(ca.fingerprint256);
  expect(certificate?.names).toEqual(expect.arrayContaining(["bramble.local", "localhost", "127.0.0.1"]));
  const leaf = new X509Certificate(readFileSync(join(tls.hub.path, "tls", "hub.pem")));
  expect(leaf.fingerprint256).toBe(certificate?.fingerprint);
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / 86_400_000;
  expect(days).toBe(397);
  for (const name of ["ca.pem", "ca-key.pem", "hub.pem", "hub-key.pem"])
    expect(statSync(join(tls.hub.path, "tls", name)).mode & 0o777).toBe(0o600);
  const verified = await run("openssl", [
    "verify",
    "-x509_strict",
    "-purpose",
    "sslserver",
    "-verify_hostname",
    "bramble.local",
    "-CAfile",
    tls.caFile,
    join(tls.hub.path, "tls", "hub.pem"),
  ]);
  expect(verified).toMatchObject({ code: 0 });
});

test("a hub that cannot have one of the ports has none of them open", async () => {
  const servers = [createServer(), createServer()];
  const [free = 0, taken = 0] = await Promise.all(servers.map((server) => listen(server, "127.0.0.1", ANY_PORT, "")));
  servers[0]?.close();
  const flags = ["--host", "127.0.0.1", "--https-port", `${free}`, "--mqtts-port", `${taken}`];
  await expect(startHubInside({ flags })).rejects.toThrow(`MQTTS port ${taken} is taken`);
  await expect(openTls(free)).rejects.toThrow("ECONNREFUSED");
  servers[1]?.close();
});

test("curl, mosquitto and paho with the authority connect by name and by address", async () => {
  await using tls = await startTlsHub();
  const curl = await run("curl", [
    "-sS",
    "--cacert",
    tls.caFile,
    "-X",
    "POST",
    "-H",
    "Content-Type: application/json",
    "-d",
    '{"device_id":"by-curl","t":1}',
    `https://127.0.0.1:${tls.httpsPort}/data`,
  ]);
  expect(curl.output).toContain('"accepted":1');
  const mosquitto = await run("mosquitto_pub", [
    "--cafile",
    tls.caFile,
    "-h",
    "localhost",
    "-p",
    `${tls.mqttsPort}`,
    "-q",
    "1",
    "-t",
    "sensor/by-mosquitto/data",
    "-m",
    '{"t":2}',
  ]);
  expect(mosquitto).toMatchObject({ code: 0 });
  const paho = await run("/usr/bin/python3", ["-c", PAHO, `${tls.mqttsPort}`, tls.caFile]);
  expect(paho).toMatchObject({ code: 0 });
  const { devices } = (await (await tls.hub.fetch("/api/v1/devices")).json()) as {
    devices: { id: string; address: string }[];
  };
  expect(devices.map(({ id, address }) => [id, address]).toSorted()).toEqual(
    ["by-curl", "by-mosquitto", "by-paho"].map((id) => [id, "127.0.0.1"]),
  );
});

const PAHO = `
import sys, paho.mqtt.client as mqtt, paho.mqtt.publish as publish
publish.single("sensor/by-paho/data", '{"t": 3}', qos=1, hostname="127.0.0.1", port=int(sys.argv[1]), tls={"ca_certs": sys.argv[2]})
`;

test("programs without the authority refuse, and the doctor says why", async () => {
  await using tls = await startTlsHub();
  const curl = await run("curl", ["-sS", `https://127.0.0.1:${tls.httpsPort}/healthz`]);
  expect(curl.code).toBe(60);
  const mosquitto = await run("mosquitto_pub", [
    "--capath",
    "/etc/ssl/certs",
    "-h",
    "localhost",
    "-p",
    `${tls.mqttsPort}`,
    "-t",
    "sensor/x/data",
    "-m",
    "1",
  ]);
  expect(mosquitto.code).not.toBe(0);
  const wrongName = await run("curl", [
    "-sS",
    "--cacert",
    tls.caFile,
    "--resolve",
    `elsewhere:${tls.httpsPort}:127.0.0.1`,
    `https://elsewhere:${tls.httpsPort}/healthz`,
  ]);
  expect(wrongName.code).toBe(60);
  const { clients } = (await (await tls.hub.fetch("/api/v1/doctor")).json()) as {
    clients: { code: string; message: string }[];
  };
  const untrusted = clients.filter(({ code }) => code === "untrusted-certificate").map(({ message }) => message);
  expect(untrusted).toContainEqual(expect.stringContaining("does not trust the hub's certificate on the HTTPS port"));
  expect(untrusted).toContainEqual(expect.stringContaining("does not trust the hub's certificate on the MQTTS port"));
});

test("HTTPS, WSS and MQTTS are the same hub; the cookie is for TLS alone", async () => {
  await using tls = await startTlsHub();
  const { ca, hub, httpsPort, mqttsPort } = tls;
  const secret = new URL(hub.link).hash.replace("#link=", "");
  const signedIn = await askHttps(httpsPort, "/api/v1/session", {
    ca,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ link: secret }),
  });
  expect(signedIn.status).toBe(200);
  expect(String(signedIn.headers["set-cookie"])).toContain("; SameSite=Strict; Secure");
  expect(signedIn.headers["strict-transport-security"]).toBeUndefined();
  const webSocket = new WebSocket(`wss://localhost:${httpsPort}/ws`, { ca });
  await once(webSocket, "open");
  webSocket.send(JSON.stringify({ type: "reading", device_id: "by-wss", t: 1, seq: 7 }));
  const [answer] = await once(webSocket, "message");
  expect(JSON.parse(String(answer))).toMatchObject({ type: "ack", seq: 7 });
  webSocket.terminate();
  for (const protocolVersion of [4, 5] as const)
    for (const url of [`mqtts://localhost:${mqttsPort}`, `wss://localhost:${httpsPort}/mqtt`]) {
      const client = await connectAsync(url, { ca, protocolVersion, rejectUnauthorized: true });
      await client.publishAsync("sensor/by-mqttjs/data", '{"t":1}', { qos: 1 });
      await client.endAsync();
    }
});

test("it is turned on and off while the hub runs, and stays as it was over a restart", async () => {
  await using hub = await startHubInside({ flags: ["--https-port", "0"] });
  await changeTls(hub, { mode: "off" });
  expect(await tlsStatus(hub)).toMatchObject({ mode: "off", httpsPort: 0, mqttsPort: 0, certificate: null });
  expect((await hub.fetch("/ca.pem")).status).toBe(404);
  await hub.restart();
  expect(await tlsStatus(hub)).toMatchObject({ mode: "off", httpsPort: 0 });
  expect((await changeTls(hub, { mode: "own" })).status).toBe(200);
  const ca = await (await hub.fetch("/ca.pem")).text();
  const { httpsPort } = await tlsStatus(hub);
  expect((await askHttps(httpsPort, "/healthz", { ca })).status).toBe(200);
  await hub.restart();
  const again = await tlsStatus(hub);
  expect((await askHttps(again.httpsPort, "/healthz", { ca })).status).toBe(200);
  const socket = await openTls(again.httpsPort, { ca });
  await changeTls(hub, { mode: "off" });
  await expect(openTls(again.httpsPort, { ca })).rejects.toThrow("ECONNREFUSED");
  socket.destroy();
});
