// The real agent with TLS: it pins the hub's authority when it joins, and then only connects to that hub, encrypted.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeAuthority } from "../../../src/hub/transport/tls/authority.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { NewDeviceKey } from "../../../src/shared/security/access.ts";
import { ensureAgentPackages, TestAgent } from "../../support/agent.ts";
import { authorityOf, DAY_MS, signFor, writePair } from "../../support/certificates.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import type { HubInside } from "../../support/hub-inside.ts";
import { changeTls, startTlsHub, tlsStatus } from "../../support/tls.ts";
import { until } from "../../support/until.ts";

beforeAll(ensureAgentPackages, 120_000);

interface Ports {
  readonly httpsPort: number;
  readonly mqttsPort: number;
}

/** `more` are lines of the table [hub]. */
const configFor = (hub: HubInside, { mqttsPort, httpsPort }: Ports, more = "") => `
device = "pi"
interval = 0.2
vitals = false
[inputs.one]
kind = "command"
run = "echo 1"
[hub]
address = "127.0.0.1"
mqtt_port = ${hub.mqttPort}
http_port = ${hub.httpPort}
mqtts_port = ${mqttsPort}
https_port = ${httpsPort}
discover = false
${more}
`;

const pi = async (hub: HubInside) => {
  const answer = await hub.fetch("/api/v1/devices");
  const { devices } = (await answer.json()) as { devices: Device[] };
  return devices.find(({ id }) => id === "pi");
};

const untilSaid = (agent: TestAgent, words: string | RegExp, since = 0) =>
  until(
    `“${words}” in ${agent.output}`,
    async () => {
      const said = agent.output.slice(since);
      return (typeof words === "string" ? said.includes(words) : words.test(said)) || undefined;
    },
    40_000,
  );

const connected = ({ mqttsPort }: Ports) => `connected to the hub at 127.0.0.1 port ${mqttsPort} (TLS)`;

/** Waits for a reading that is newer than all of now. */
async function untilNewReading(hub: HubInside): Promise<void> {
  const count = async () => {
    const answer = await hub.fetch("/api/v1/readings?device=pi&limit=10000");
    return ((await answer.json()) as { readings: unknown[] }).readings.length;
  };
  const before = await count();
  await until("a new reading", async () => (await count()) > before || undefined);
}

const send = (hub: HubInside, method: string, path: string, body: object = {}) =>
  hub.fetch(path, { method, body: JSON.stringify(body) });

test.concurrent("it joins over TLS with a key of its own: pinned, approved by its code, back after a restart", {
  timeout: 90_000,
}, async () => {
  await using tls = await startTlsHub({ joining: "ask" });
  const { hub } = tls;
  using state = makeTemporaryFolder();
  await using agent = new TestAgent(null, configFor(hub, tls), [], state);
  const offered = await until("an offered key", async () => (await pi(hub))?.offeredKey);
  await untilSaid(agent, `its code is ${offered.code}`);
  const { authority } = await tlsStatus(hub);
  await untilSaid(agent, `this device trusts the authority ${authority?.fingerprint} from now on`);
  expect(readFileSync(join(state.path, "ca.pem"), "utf8")).toBe(tls.ca);
  expect((await agent.command("authority")).output).toBe(
    `This device trusts the authority ${authority?.fingerprint}.\n`,
  );
  expect((await send(hub, "POST", "/api/v1/devices/pi/approve", { keyCode: offered.code })).status).toBe(200);
  await untilNewReading(hub);
  await until("the status to say so", async () => {
    const { output } = await agent.command("status");
    return output.includes(`it trusts the authority ${authority?.fingerprint}`) || undefined;
  });
  expect((await (await hub.fetch("/api/v1/doctor")).json()).clients).toEqual([]);

  await agent.end("SIGTERM");
  const since = agent.output.length;
  agent.start();
  await untilSaid(agent, connected(tls), since);
  await untilNewReading(hub);
});

test.concurrent("without TLS at first, it goes over to it when the hub has it; and is told to keep to one of both", {
  timeout: 90_000,
}, async () => {
  await using tls = await startTlsHub();
  const { hub } = tls;
  using state = makeTemporaryFolder();
  const plainly = `connected to the hub at 127.0.0.1 port ${hub.mqttPort};`;
  await using agent = new TestAgent(null, configFor(hub, tls, 'tls = "off"'), [], state);
  await untilSaid(agent, plainly);
  expect(existsSync(join(state.path, "ca.pem"))).toBe(false);
  agent.configure(configFor(hub, tls));
  await untilSaid(agent, connected(tls));
  await untilNewReading(hub);

  // Off at the hub again: nothing goes without TLS any more, though the port without it is open.
  await agent.end("SIGTERM");
  const since = agent.output.length;
  await changeTls(hub, { mode: "off" });
  agent.start();
  await untilSaid(agent, /the hub does not answer at 127\.0\.0\.1 port \d+ \(TLS\)/, since);
  await untilSaid(agent, "or sudo bramble-agent authority forget", since);
  expect((await agent.command("authority", "forget")).code).toBe(0);
  await untilSaid(agent, plainly, since);
  agent.configure(configFor(hub, tls, 'tls = "on"'));
  await untilSaid(agent, "no authority vouches for the hub", since);
});

test.concurrent("another authority: it sends nothing and says what to do; a person lets it trust the new one", {
  timeout: 90_000,
}, async () => {
  await using tls = await startTlsHub();
  const { hub } = tls;
  using state = makeTemporaryFolder();
  await using agent = new TestAgent(null, configFor(hub, tls), [], state);
  await untilSaid(agent, connected(tls));
  await untilNewReading(hub);
  await agent.end("SIGTERM");
  const pinned = readFileSync(join(state.path, "ca.pem"), "utf8");

  const other = await makeAuthority("another", Date.now());
  const pair = await signFor(other, [Date.now() - DAY_MS, Date.now() + DAY_MS]);
  expect((await changeTls(hub, writePair(hub.path, "other", pair))).status).toBe(200);
  const since = agent.output.length;
  agent.start();
  await untilSaid(agent, "is not the one that this device trusts", since);
  await untilSaid(agent, "sudo bramble-agent authority forget", since);
  expect(readFileSync(join(state.path, "ca.pem"), "utf8")).toBe(pinned);
  await until("readings that wait", async () => {
    const { output } = await agent.command("status");
    return /not connected.*waiting to be sent: [1-9]/s.test(output) || undefined;
  });

  // A file of that authority is a person's word for it, too.
  const caFile = join(state.path, "other-ca.pem");
  writeFileSync(caFile, other.certPem);
  agent.configure(configFor(hub, tls, `ca_file = "${caFile}"`));
  await untilSaid(agent, connected(tls), since);
  await untilNewReading(hub);
  const wrong = agent.output.length;
  copyFileSync(tls.caFile, caFile);
  await agent.end("SIGTERM");
  agent.start();
  await untilSaid(agent, `is not signed by the authority in ${caFile}`, wrong);
  rmSync(caFile);
  await untilSaid(agent, "No such file or directory", wrong);
});

test.concurrent("an expired certificate is refused with both times, and one that is not valid yet only where the clock is set", {
  timeout: 90_000,
}, async () => {
  // The hub's clock is a while behind this computer's, so that the hub takes the certificate.
  await using tls = await startTlsHub({ nowMs: Date.now() - 10 * DAY_MS });
  const { hub } = tls;
  const now = Date.now();
  const expired = await signFor(authorityOf(hub), [now - 20 * DAY_MS, now - 5 * DAY_MS]);
  using folder = makeTemporaryFolder();
  writeFileSync(join(folder.path, "timedatectl"), "#!/bin/sh\necho no\n", { mode: 0o755 });
  const within = ["env", `PATH=${folder.path}:${process.env["PATH"]}`];
  using state = makeTemporaryFolder();
  copyFileSync(tls.caFile, join(state.path, "ca.pem"));
  await changeTls(hub, writePair(hub.path, "expired", expired));
  await using agent = new TestAgent(null, configFor(hub, tls), within, state);
  await untilSaid(agent, /has expired: renew it at the hub .* this machine's clock says \d{4}-/);

  const early = await signFor(authorityOf(hub), [now + DAY_MS, now + 90 * DAY_MS]);
  hub.clock.set(now + 2 * DAY_MS);
  writeFileSync(join(folder.path, "timedatectl"), "#!/bin/sh\necho yes\n", { mode: 0o755 });
  await changeTls(hub, writePair(hub.path, "early", early));
  await agent.end("SIGTERM");
  agent.start();
  await untilSaid(agent, "is not valid yet: this machine's clock says");
  writeFileSync(join(folder.path, "timedatectl"), "#!/bin/sh\necho no\n", { mode: 0o755 });
  await untilSaid(agent, connected(tls));
});

test.concurrent("the certificate is renewed while it is connected: nothing is interrupted, and it is taken anew", {
  timeout: 90_000,
}, async () => {
  await using tls = await startTlsHub();
  const { hub } = tls;
  const authority = authorityOf(hub);
  const good = [Date.now() - DAY_MS, Date.now() + 90 * DAY_MS] as const;
  using state = makeTemporaryFolder();
  copyFileSync(tls.caFile, join(state.path, "ca.pem"));
  await changeTls(hub, writePair(hub.path, "first", await signFor(authority, good)));
  await using agent = new TestAgent(null, configFor(hub, tls), [], state);
  await untilSaid(agent, connected(tls));
  await untilNewReading(hub);
  const before = await tlsStatus(hub);
  // For other names as well: the address of a hub may change sooner than its certificate.
  await changeTls(hub, writePair(hub.path, "second", await signFor(authority, good, ["elsewhere.local"])));
  expect((await tlsStatus(hub)).certificate?.fingerprint).not.toBe(before.certificate?.fingerprint);
  await untilNewReading(hub);
  expect(agent.output.split(connected(tls))).toHaveLength(2);
  await agent.end("SIGTERM");
  agent.start();
  await until("another connection", async () => agent.output.split(connected(tls)).length === 3 || undefined);
  await untilNewReading(hub);
});

test.concurrent("its key is replaced, then revoked: at once also on the open connection, and it says so", {
  timeout: 90_000,
}, async () => {
  await using tls = await startTlsHub();
  const { hub } = tls;
  const makeKey = async (): Promise<NewDeviceKey> => (await send(hub, "POST", "/api/v1/devices/pi/key")).json();
  const refused = "the hub refuses the key of “pi”";
  const first = await makeKey();
  using state = makeTemporaryFolder();
  writeFileSync(join(state.path, "key"), `${first.key}\n`, { mode: 0o600 });
  await using agent = new TestAgent(null, configFor(hub, tls), [], state);
  await untilSaid(agent, connected(tls));
  await untilNewReading(hub);

  const second = await makeKey();
  await untilSaid(agent, refused);
  const given = join(state.path, "given");
  writeFileSync(given, `${second.key}\n`);
  const since = agent.output.length;
  expect(await agent.commandReading(given, "key", "set")).toEqual({
    code: 0,
    output: `The key is set; its code is ${second.code}.\n`,
  });
  await untilSaid(agent, connected(tls), since);
  await untilNewReading(hub);

  expect((await hub.fetch("/api/v1/devices/pi/key", { method: "DELETE" })).status).toBe(204);
  await untilSaid(agent, refused, since);
  const { output } = await agent.command("status");
  expect(output).toContain(`code of its key: ${second.code}`);
  expect(output).toContain("not connected");
});
