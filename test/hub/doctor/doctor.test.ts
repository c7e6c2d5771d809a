// The doctor's report of a real hub, on this machine and in network namespaces, and of a hub whose checks fail.
import { once } from "node:events";
import { hostname } from "node:os";
import { pino } from "pino";
import { expect, test } from "vitest";
import { ConnectionFailures } from "../../../src/hub/diagnostics/connection-failures.ts";
import type { DoctorOptions } from "../../../src/hub/doctor/context.ts";
import { Doctor } from "../../../src/hub/doctor/doctor.ts";
import { runChecks } from "../../../src/hub/doctor/run-checks.ts";
import { realSystem } from "../../../src/hub/doctor/system.ts";
import type { HubInfo } from "../../../src/shared/api.ts";
import type { Check, DiagnosticReport } from "../../../src/shared/doctor.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestHub, TestHub } from "../../support/hub.ts";
import { connectNamespaces, jsonWithin, mayMakeNamespaces, Namespace } from "../../support/system/namespace.ts";
import { startPortHog } from "../../support/system/port-hog.ts";
import { until } from "../../support/until.ts";

const checkOf = ({ checks }: Pick<DiagnosticReport, "checks">, id: string) => checks.find((check) => check.id === id);

test("a hub on loopback is reported as such; its ports answer", async () => {
  await using hub = await startTestHub("--host", "127.0.0.1");
  const report = await hub.json<DiagnosticReport>("/api/v1/doctor");
  expect(report.checks).toMatchObject([
    { id: "network", state: "wrong", title: "No Raspberry Pi can reach this hub", remedy: "Start it without --host." },
    { id: "mqtt-port", state: "fine", message: expect.stringContaining("At 127.0.0.1.") },
    { id: "http-port", state: "fine", message: expect.stringContaining("At 127.0.0.1.") },
    { id: "port-conflict", state: "fine" },
    { id: "firewall" },
  ]);
  expect(report.clients).toEqual([]);
});

test("the report needs a session; the hub's id does not", async () => {
  await using hub = await startTestHub();
  expect((await fetch(`${hub.file.http}/api/v1/doctor`)).status).toBe(401);
  const answer = await fetch(`${hub.file.http}/api/v1/doctor/hub-id`);
  expect(await answer.json()).toEqual({ hubId: hub.file.hubId });
});

test("a hub that is not advertised: the remedy names its address", async () => {
  await using hub = await startTestHub();
  const { addresses } = await hub.json<HubInfo>("/api/v1/hub");
  expect(checkOf(await hub.json("/api/v1/doctor"), "mdns")).toMatchObject({
    state: "hint",
    message: expect.stringContaining("--no-mdns"),
    remedy: `Give Pis the address ${addresses[0]}, with port ${hub.mqttPort} for MQTT and ${hub.httpPort} for HTTP.`,
  });
});

const NOBODY = { hubs: [], searched: [], failures: [] };

/** A doctor of a hub that is not there, where only what a test hands in matters. */
function optionsWith(options: Partial<DoctorOptions>): DoctorOptions {
  const clock = new FakeClock(1_000);
  const port = { number: 0, named: false };
  const hub: HubInfo = {
    hubId: "this-hub",
    name: "desk",
    version: "1",
    httpPort: 1,
    mqttPort: 1,
    addresses: ["10.0.0.1"],
    dataFolder: "/",
    storedBytes: 0,
    disk: "ok",
    joining: "ask",
    notes: [],
    mdnsName: "bramble.local",
  };
  return {
    hubInfo: async () => hub,
    listening: { host: "10.0.0.1", httpPort: port, mqttPort: port },
    mdns: true,
    browse: async () => NOBODY,
    isMqttClient: () => false,
    // No port is tried.
    allows: () => false,
    untrustedForwarders: () => [],
    connectionFailures: new ConnectionFailures(clock),
    findLostName: async () => null,
    refusals: { list: () => [] },
    registry: { list: () => [] },
    clock,
    log: pino({ enabled: false }),
    ...options,
  };
}

test("concurrent requests share one run of the checks", async () => {
  let runs = 0;
  const browse = async () => {
    runs++;
    return NOBODY;
  };
  const doctor = new Doctor(optionsWith({ browse }));
  const [one, other] = await Promise.all([doctor.examine(), doctor.examine()]);
  expect(one).toBe(other);
  expect(runs).toBe(1);
  expect(await doctor.examine()).not.toBe(one);
  expect(runs).toBe(2);
});

test("a check that fails or never ends does not hold up the other checks", async () => {
  const failing = await runChecks(optionsWith({ browse: () => Promise.reject(new Error("no multicast here")) }));
  expect(failing.checks.map(({ id }) => id)).toEqual(["network", "port-conflict", "firewall", "mdns"]);
  expect(checkOf(failing, "mdns")).toMatchObject({ state: "hint", message: "no multicast here" });

  const clock = new FakeClock(1_000);
  const asked = Promise.withResolvers<void>();
  const browse = () => {
    asked.resolve();
    return new Promise<never>(() => undefined);
  };
  const report = runChecks(optionsWith({ clock, browse }));
  await asked.promise;
  clock.advance(5_000);
  expect(checkOf(await report, "mdns")).toMatchObject({
    state: "hint",
    title: "The doctor could not find out about whether the hub is found by name.",
    message: "It took longer than 5 seconds.",
  });
});

test.each([
  ["/.dockerenv", "--network host"],
  ["/etc/hostname", "A firewall or a VPN may be in the way."],
])("nothing answers, on a computer that has %s", async (file, message) => {
  const system = { ...realSystem, readText: async (path: string) => (path === file ? "" : null) };
  const found = await runChecks(optionsWith({}), "en", system);
  expect(checkOf(found, "mdns")?.message).toMatch(/^It calls itself bramble.local, but did not answer/);
  expect(checkOf(found, "mdns")?.message).toContain(message);
});

if (!mayMakeNamespaces()) {
  console.warn("This user may not make network namespaces: what the doctor sees of a network is not tested here.");
} else {
  const doctorOf = (hub: TestHub) => jsonWithin<DiagnosticReport>(hub, "/api/v1/doctor");

  test("on a network of two hubs: a taken port, names, addresses, and refused networks", {
    concurrent: true,
    timeout: 90_000,
  }, async () => {
    using home = new Namespace();
    using den = new Namespace();
    const plug = (machine: Namespace, address: string) => ({ machine, name: "eth1", address });
    connectNamespaces(plug(home, "10.77.1.1/24"), plug(den, "10.77.1.9/24"));
    den.ip("address", "add", "203.0.113.9/24", "dev", "eth1");
    home.ip("route", "add", "203.0.113.0/24", "dev", "eth1");
    const nameOf = (hub: TestHub, name: string) =>
      until(
        name,
        async () => ((await jsonWithin<HubInfo>(hub, "/api/v1/hub")).mdnsName === name ? true : undefined),
        45_000,
        100,
      );

    await using first = new TestHub([], undefined, undefined, den.within);
    await first.start();
    await nameOf(first, "bramble.local");
    await using hog = await startPortHog(1883, home.within);
    await using second = new TestHub([], [], undefined, home.within);
    await second.start();
    await nameOf(second, "bramble-2.local");
    // It is not let in, and hears no more than that the connection ends.
    const stranger = den.spawn(
      "/usr/bin/python3",
      "-c",
      `
import socket
s = socket.create_connection(("10.77.1.1", 1884), source_address=("203.0.113.9", 0))
try: s.recv(1)
except ConnectionResetError: pass`,
    );
    await once(stranger, "close");

    const { checks, clients } = await doctorOf(second);
    const other = `Bramble on ${hostname().split(".")[0]?.slice(0, 30)}`;
    const expected: Partial<Check>[] = [
      { id: "network", state: "fine", title: "This computer’s address is 10.77.1.1" },
      { id: "mqtt-port", state: "fine", title: "MQTT answers on port 1884" },
      { id: "http-port", state: "fine", title: "HTTP answers on port 8080" },
      { id: "mqtt-port-conflict", state: "wrong", title: `MQTT port 1883 is taken by porthog (process ${hog.pid})` },
      { id: "firewall" },
      { id: "mdns", state: "hint", title: "This hub is bramble-2.local: another machine is called bramble.local" },
      { id: `other-hub-${first.file.hubId}`, state: "hint", title: `There is another hub: ${other}` },
    ];
    expect(checks).toMatchObject(expected);
    expect(checks[1]?.message).toContain("127.0.0.1, ::1, and 10.77.1.1");
    expect(checks[5]?.message).toContain("at 10.77.1.1");
    expect(checks[6]?.message).toContain("bramble.local at 10.77.1.9");
    expect(clients).toMatchObject([
      { code: "not-admitted", address: "203.0.113.9", message: expect.stringContaining("--allow") },
    ]);

    // Seen from the other one, whose second address is not let in.
    const seen = await doctorOf(first);
    expect(checkOf(seen, "mdns")).toMatchObject({ state: "fine", title: "Pis find this hub as bramble.local" });
    expect(checkOf(seen, "network")).toMatchObject({ state: "hint", title: expect.stringContaining("203.0.113.9") });
    expect(seen.checks.filter(({ id }) => id.startsWith("other-hub"))).toHaveLength(1);
  });

  test("a hub whose mDNS port is in exclusive use, on a computer without a network at first", {
    concurrent: true,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    const script = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
print("bound", flush=True)
time.sleep(60)`;
    const greedy = home.spawn("/usr/bin/python3", "-c", script);
    using _end = { [Symbol.dispose]: () => greedy.kill("SIGKILL") };
    await new Promise((resolve) => greedy.stdout?.once("data", resolve));
    await using hub = new TestHub([], undefined, undefined, home.within);
    await hub.start();
    expect(checkOf(await doctorOf(hub), "network")).toMatchObject({
      state: "wrong",
      title: "This computer is on no network",
    });
    connectNamespaces(
      { machine: home, name: "eth1", address: "10.77.1.1/24" },
      { machine: pi, name: "eth0", address: "10.77.1.9/24" },
    );
    const { checks } = await doctorOf(hub);
    expect(checkOf({ checks }, "network")).toMatchObject({ state: "fine" });
    expect(checkOf({ checks }, "mdns")).toMatchObject({
      state: "hint",
      title: "This hub was not found on the network",
      message: expect.stringMatching(
        /could not advertise itself\. UDP port 5353 cannot be used on eth1 \(bind EADDRINUSE/,
      ),
      remedy: expect.stringContaining("10.77.1.1"),
    });
  });
}

test("a public name that points elsewhere is a hint", async () => {
  const lost = { name: "hub.example.org", addresses: ["198.51.100.7"], here: ["203.0.113.9"] };
  const report = await runChecks(optionsWith({ findLostName: async () => lost }));
  expect(checkOf(report, "public-name")).toMatchObject({
    state: "hint",
    title: "hub.example.org points elsewhere (198.51.100.7)",
    message: expect.stringContaining("This hub is at 203.0.113.9."),
  });
  expect(checkOf(await runChecks(optionsWith({})), "public-name")).toBeUndefined();
});
