// Which addresses people are told, and whether the hub is there: on machines of the test's own, with the adapters that
// make it hard. The hub browses for seconds where the doctor is asked: the tests wait side by side.
import { expect, test } from "vitest";
import type { HubInfo } from "../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../src/shared/doctor.ts";
import { TestHub } from "../../support/hub.ts";
import { connectNamespaces, jsonWithin, mayMakeNamespaces, Namespace } from "../../support/system/namespace.ts";
import { until } from "../../support/until.ts";

class Place implements Disposable {
  readonly home = new Namespace();
  readonly pi = new Namespace();

  /** Adapters of the home machine, by name, with an address and its prefix. */
  constructor(adapters: Readonly<Record<string, string>>) {
    for (const [name, address] of Object.entries(adapters)) {
      const [bare = "", prefix = ""] = address.split("/");
      const other = `${bare.slice(0, -1)}9/${prefix}`;
      connectNamespaces({ machine: this.home, name, address }, { machine: this.pi, name, address: other });
    }
  }

  async startHub(...args: readonly string[]): Promise<TestHub> {
    const hub = new TestHub(args, undefined, undefined, this.home.within);
    await hub.start();
    return hub;
  }

  [Symbol.dispose](): void {
    for (const machine of [this.home, this.pi]) machine[Symbol.dispose]();
  }
}

const infoOf = (hub: TestHub) => jsonWithin<HubInfo>(hub, "/api/v1/hub");

async function checkOf(hub: TestHub, id: string) {
  const { checks } = await jsonWithin<DiagnosticReport>(hub, "/api/v1/doctor");
  return checks.find((check) => check.id === id);
}

const printed = (hub: TestHub) =>
  [...hub.output.matchAll(/ {2}http:\/\/(.+):\d+\/#link/g)].map(([, address]) => address);

if (!mayMakeNamespaces()) {
  console.warn("This user may not make network namespaces: which addresses are told is not tested here.");
} else {
  test.each([
    [{ e0: "169.254.10.1/16", e1: "192.168.77.1/24" }, ["192.168.77.1", "169.254.10.1"]],
    [{ ham0: "25.1.2.1/8", eth0: "192.168.77.1/24" }, ["192.168.77.1"]],
    [{ docker0: "172.17.0.1/16", tailscale0: "100.64.0.1/24", eth0: "10.0.0.1/24" }, ["10.0.0.1"]],
    [{ vboxnet0: "192.168.56.1/24", wlan0: "192.168.0.1/24" }, ["192.168.0.1"]],
    [{ e0: "169.254.10.1/16" }, ["169.254.10.1"]],
    [{}, ["127.0.0.1"]],
  ] as [Record<string, string>, string[]][])(
    "with %j they are %j",
    { concurrent: true },
    async (adapters, addresses) => {
      using place = new Place(adapters);
      await using hub = await place.startHub("--no-mdns");
      expect((await infoOf(hub)).addresses).toEqual(addresses);
      expect(printed(hub)).toEqual([...new Set(["127.0.0.1", ...addresses])]);
    },
  );

  test("a hub on an IPv6-only network works, and reports it", {
    concurrent: true,
    timeout: 90_000,
  }, async () => {
    using place = new Place({ e0: "fd00:77::1/64" });
    await using hub = await place.startHub();
    const { mqttPort, httpPort } = hub;
    expect(hub.file).toMatchObject({ http: `http://127.0.0.1:${httpPort}`, mqtt: `mqtt://127.0.0.1:${mqttPort}` });
    expect(printed(hub)).toEqual(["127.0.0.1", "[fd00:77::1]"]);
    const send = (machine: Namespace, address: string) =>
      machine.run(
        ...["curl", "-sS", "--globoff", "--max-time", "1", "-H", "Content-Type: application/json"],
        ...["-d", '{"device_id":"pi","t":1}', `http://${address}:${httpPort}/data`],
      );
    // Duplicate address detection takes a moment.
    const answer = await until("an answer", () => send(place.pi, "[fd00:77::1]").catch(() => undefined));
    expect(JSON.parse(answer)).toMatchObject({ accepted: 1 });
    for (const address of ["[::1]", "127.0.0.1", "[::ffff:127.0.0.1]"])
      expect(JSON.parse(await send(place.home, address))).toMatchObject({ accepted: 1 });
    expect(await checkOf(hub, "network")).toMatchObject({
      state: "fine",
      title: "This computer’s address is fd00:77::1",
    });
    for (const id of ["http-port", "mqtt-port"]) expect(await checkOf(hub, id)).toMatchObject({ state: "fine" });
    await until("a name", async () => (await infoOf(hub)).mdnsName, 45_000, 100);
    const found = await until("an answer", async () => {
      const check = await checkOf(hub, "mdns");
      return check?.state === "fine" ? check : undefined;
    });
    expect(found.message).toContain("bramble.local at fd00:77::1");
  });

  test("a hub that listens on IPv4 only reports the problem on an IPv6-only network", {
    concurrent: true,
  }, async () => {
    using place = new Place({ e0: "fd00:77::1/64" });
    await using hub = await place.startHub("--host", "0.0.0.0", "--no-mdns");
    expect(await checkOf(hub, "network")).toMatchObject({
      state: "wrong",
      message: expect.stringContaining("it listens to IPv4 alone"),
      remedy: expect.stringContaining("--host ::"),
    });
    // Nobody is told to give Pis the address 127.0.0.1.
    expect(await checkOf(hub, "mdns")).toBeUndefined();
  });

  test("advice on a network of IPv6 alone has the address in brackets", { concurrent: true }, async () => {
    using place = new Place({ e0: "fd00:77::1/64" });
    await using hub = await place.startHub("--no-mdns");
    const check = await checkOf(hub, "mdns");
    expect(check?.remedy).toContain(`http://[fd00:77::1]:${hub.httpPort}`);
  });

  test("a machine without IPv6 has a hub as well", { concurrent: true }, async () => {
    using place = new Place({ e0: "192.168.77.1/24" });
    await place.home.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    await using hub = await place.startHub("--no-mdns");
    expect((await infoOf(hub)).addresses).toEqual(["192.168.77.1"]);
    for (const id of ["http-port", "mqtt-port"])
      expect(await checkOf(hub, id)).toMatchObject({ state: "fine", message: expect.not.stringContaining("::1") });
  });

  test("an address that the computer does not have is refused with a message", { concurrent: true }, async () => {
    using place = new Place({ e0: "192.168.77.1/24" });
    await expect(place.startHub("--host", "192.168.99.1", "--no-mdns")).rejects.toThrow(
      "this computer does not have the address 192.168.99.1",
    );
  });

  test("a hub on one address prints links to that one alone", { concurrent: true }, async () => {
    using place = new Place({ e0: "192.168.77.1/24" });
    await using hub = await place.startHub("--host", "192.168.77.1", "--no-mdns");
    expect(printed(hub)).toEqual(["192.168.77.1"]);
  });
}
