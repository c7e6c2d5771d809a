// Discovery of a real hub in network namespaces, by the resolvers of Pis and other computers. Probing and announcing takes seconds, so
// the tests run concurrently.
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { HubInfo } from "../../../src/shared/api.ts";
import { TestHub } from "../../support/hub.ts";
import { type Avahi, startAvahi } from "../../support/system/avahi.ts";
import { connectNamespaces, jsonWithin, mayMakeNamespaces, Namespace } from "../../support/system/namespace.ts";
import { until } from "../../support/until.ts";

const INSTANCE = `Bramble on ${hostname().split(".")[0]?.slice(0, 30)}`;
/** The hub looks for new interfaces every 5 s, then asks for its name for a second. */
const FOLLOWED_WITHIN_MS = 45_000;
/** Each question starts a program. */
const ASK_PAUSE_MS = 100;
const MDNS_PORT = "14E9";
/** 224.0.0.251, as the kernel lists it. */
const GROUP = "FB0000E0";

const plug = (machine: Namespace, name: string, address: string) => ({ machine, name, address: `${address}/24` });

/** The hub's machine, and two Pis that do not see each other. */
class Place implements Disposable {
  readonly home = new Namespace();
  readonly pi1 = new Namespace();
  readonly pi2 = new Namespace();

  constructor() {
    connectNamespaces(plug(this.home, "eth1", "10.77.1.1"), plug(this.pi1, "eth0", "10.77.1.9"));
    connectNamespaces(plug(this.home, "eth2", "10.77.2.1"), plug(this.pi2, "eth0", "10.77.2.9"));
  }

  async startHub(...args: readonly string[]): Promise<TestHub> {
    const hub = new TestHub(args, undefined, undefined, this.home.within);
    await hub.start();
    return hub;
  }

  [Symbol.dispose](): void {
    for (const machine of [this.home, this.pi1, this.pi2]) machine[Symbol.dispose]();
  }
}

/** What containers have among themselves. */
async function addContainers(home: Namespace): Promise<void> {
  home.ip("link", "add", "inside0", "type", "bridge");
  home.ip("link", "add", "inside1", "type", "veth", "peer", "name", "inside2");
  home.ip("link", "set", "inside1", "master", "inside0", "up");
  home.ip("link", "set", "inside2", "up");
  home.ip("address", "add", "172.17.0.1/16", "dev", "inside0");
  home.ip("link", "set", "inside0", "up");
  const state = () => home.run("cat", "/sys/class/net/inside0/operstate");
  await until("the bridge carries", async () => ((await state()) === "up\n" ? true : undefined));
}

const infoOf = (hub: TestHub, host = "127.0.0.1") => jsonWithin<HubInfo>(hub, "/api/v1/hub", { host });

const nameOf = (hub: TestHub) =>
  until("a name", async () => (await infoOf(hub)).mdnsName, FOLLOWED_WITHIN_MS, ASK_PAUSE_MS);

const resolves = (pi: Avahi, name: string, address: string) =>
  until(
    `${name} is ${address}`,
    async () => ((await pi.resolve(name)) === address ? true : undefined),
    FOLLOWED_WITHIN_MS,
    ASK_PAUSE_MS,
  );

/** Waits for that many services, and answers them in a good order. */
const servicesOf = (pi: Avahi, count: number) =>
  until(`${count} services`, async () => {
    const found = pi.services();
    return found.length === count ? found.sort((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1)) : undefined;
  });

/** Interfaces on which a machine listens to mDNS. */
function listeningOn(pid: number): string[] {
  const names: string[] = [];
  let name = "";
  for (const line of readFileSync(`/proc/${pid}/net/igmp`, "utf8").split("\n")) {
    name = /^\d+\s+(\S+)/.exec(line)?.[1] ?? name;
    if (line.trim().startsWith(GROUP)) names.push(name);
  }
  return names;
}

/** How many sockets of mDNS a process has. */
function socketsOf(pid: number): number {
  const inodes = readFileSync(`/proc/${pid}/net/udp`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local, , , , , , , , inode]) => (local?.endsWith(`:${MDNS_PORT}`) === true ? [inode] : []));
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed meanwhile.
      return "";
    }
  });
  return descriptors.filter((target) => inodes.includes(/^socket:\[(\d+)\]$/.exec(target)?.[1])).length;
}

if (!mayMakeNamespaces()) {
  console.warn("This user may not make network namespaces: how Pis find the hub is not tested here.");
} else {
  test("a hub that is stopped while its ports change claims no name any more", {
    concurrent: true,
    timeout: 60_000,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(pi, "eth0", "10.77.1.9"));
    const program = fileURLToPath(new URL("../../support/system/advertise-and-stop.ts", import.meta.url));
    expect(await home.run(process.execPath, program)).toBe("bramble.local\nstopped\n");
  });

  test("Pis on two networks find the hub, follow it as it moves, and forget it when it stops", {
    concurrent: true,
    timeout: 120_000,
  }, async () => {
    using place = new Place();
    const { home, pi1, pi2 } = place;
    await addContainers(home);
    await using hub = await place.startHub();
    const avahis = await Promise.all([startAvahi(pi1, "pi1"), startAvahi(pi2, "pi2")]);
    await using one = avahis[0];
    await using two = avahis[1];
    const { hubId, mqtt, http } = hub.file;
    const [mqttPort, httpPort] = [mqtt, http].map((url) => Number(new URL(url).port));
    const txt = `"path=/" "mqtt=${mqttPort}" "id=${hubId}" "v=1"`;
    for (const [pi, address] of [
      [one, "10.77.1.1"],
      [two, "10.77.2.1"],
    ] as const) {
      await resolves(pi, "bramble.local", address);
      const common = { name: INSTANCE, host: "bramble.local", address };
      expect(await servicesOf(pi, 3)).toEqual([
        { ...common, type: "_bramble._tcp", port: httpPort, txt },
        { ...common, type: "_http._tcp", port: httpPort, txt: '"path=/"' },
        { ...common, type: "_mqtt._tcp", port: mqttPort, txt: expect.stringMatching(/^("")?$/) },
      ]);
    }
    const script = fileURLToPath(new URL("../snippets/find_hub.py", import.meta.url));
    expect(JSON.parse(await pi1.run("/usr/bin/python3", script, INSTANCE))).toEqual({
      addresses: ["10.77.1.1"],
      port: httpPort,
      host: "bramble.local.",
      txt: { v: "1", id: hubId, mqtt: String(mqttPort), path: "/" },
    });
    // And the agent that Pis run.
    const search = `import sys; sys.path.insert(0, sys.argv[1])
from bramble_agent.hub.discovery import search
print(next(search(10)))`;
    const agent = fileURLToPath(new URL("../../../resources/agent", import.meta.url));
    expect(await pi2.run("/usr/bin/python3", "-Bc", search, agent)).toContain("10.77.2.1");
    expect(listeningOn(hub.pid)).toEqual(["eth1", "eth2"]);
    expect(await infoOf(hub, "bramble.local")).toMatchObject({ hubId, mdnsName: "bramble.local" });

    home.ip("address", "delete", "10.77.1.1/24", "dev", "eth1");
    home.ip("address", "add", "10.77.1.2/24", "dev", "eth1");
    using pi3 = new Namespace();
    connectNamespaces(plug(home, "eth3", "10.77.3.1"), plug(pi3, "eth0", "10.77.3.9"));
    await using three = await startAvahi(pi3, "pi3");
    await resolves(three, "bramble.local", "10.77.3.1");
    await resolves(one, "bramble.local", "10.77.1.2");
    expect(await two.resolve("bramble.local")).toBe("10.77.2.1");
    home.ip("link", "delete", "eth3");

    expect(await hub.end("SIGTERM")).toBe(0);
    for (const pi of [one, two]) expect(await servicesOf(pi, 0)).toEqual([]);
  });

  test("the addresses for people begin with those on LANs", {
    concurrent: true,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    await addContainers(home);
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(pi, "eth0", "10.77.1.9"));
    await using hub = new TestHub(["--no-mdns"], undefined, undefined, home.within);
    await hub.start();
    expect((await infoOf(hub)).addresses).toEqual(["10.77.1.1", "172.17.0.1"]);
    const printed = [...hub.output.matchAll(/http:\/\/([\d.]+):/g)].map(([, address]) => address);
    expect(printed).toEqual(["127.0.0.1", "10.77.1.1", "172.17.0.1"]);
  });

  test("a name that another machine has is left to it", { concurrent: true, timeout: 90_000 }, async () => {
    using place = new Place();
    await using one = await startAvahi(place.pi1, "bramble");
    await using hub = await place.startHub();
    const hasNextName = async () => (await nameOf(hub)) === "bramble-2.local" || undefined;
    await until("the next name", hasNextName, FOLLOWED_WITHIN_MS, ASK_PAUSE_MS);
    await using two = await startAvahi(place.pi2, "pi2");
    await resolves(one, "bramble-2.local", "10.77.1.1");
    await resolves(two, "bramble-2.local", "10.77.2.1");
    expect(await one.resolve("bramble.local")).toBe("10.77.1.9");
    for (const pi of [one, two]) {
      expect((await servicesOf(pi, 3)).map(({ host, name }) => `${name} ${host}`)).toEqual(
        Array(3).fill(`${INSTANCE} bramble-2.local`),
      );
    }
    const info = await infoOf(hub, "bramble-2.local");
    expect(info.notes).toEqual([expect.stringContaining("bramble-2.local")]);
  });

  test("a machine that comes later has to take another name", { concurrent: true, timeout: 90_000 }, async () => {
    using place = new Place();
    await using hub = await place.startHub();
    expect(await nameOf(hub)).toBe("bramble.local");
    await using one = await startAvahi(place.pi1, "bramble");
    expect(await one.ownName()).toBe("bramble-2.local");
    await resolves(one, "bramble.local", "10.77.1.1");
    expect(await nameOf(hub)).toBe("bramble.local");
  });

  test("a hub that listens on IPv6 as well is found over it", { concurrent: true, timeout: 90_000 }, async () => {
    using place = new Place();
    place.home.ip("address", "add", "fd77::1/64", "dev", "eth1", "nodad");
    place.pi1.ip("address", "add", "fd77::9/64", "dev", "eth0", "nodad");
    await using hub = await place.startHub("--host", "::");
    expect(await nameOf(hub)).toBe("bramble.local");
    await using one = await startAvahi(place.pi1, "pi1");
    await resolves(one, "bramble.local", "10.77.1.1");
    expect(await one.resolve("bramble.local", 6)).toBe("fd77::1");
  });

  test("it continues to answer after arbitrary packets", { concurrent: true, timeout: 90_000 }, async () => {
    using place = new Place();
    await using hub = await place.startHub();
    expect(await nameOf(hub)).toBe("bramble.local");
    const script = fileURLToPath(new URL("../snippets/mdns_noise.py", import.meta.url));
    expect(JSON.parse(await place.pi1.run("/usr/bin/python3", script, "10.77.1.9"))).toEqual({
      addresses: ["10.77.1.1"],
      ttl: 10,
    });
    expect(await nameOf(hub)).toBe("bramble.local");
  });

  test("of three hubs on a machine the two with discovery are found", {
    concurrent: true,
    timeout: 90_000,
  }, async () => {
    using place = new Place();
    await using silent = await place.startHub("--no-mdns");
    await using alone = await place.startHub("--host", "127.0.0.1");
    await using first = await place.startHub();
    expect(await nameOf(first)).toBe("bramble.local");
    await using second = await place.startHub("--host", "10.77.1.1");
    await using one = await startAvahi(place.pi1, "pi1");
    const bramble = async () => {
      const found = one.services().filter(({ type }) => type === "_bramble._tcp");
      return found.length === 2 ? found : undefined;
    };
    const found = await until("two hubs", bramble);
    expect(found.map(({ name, host, address }) => `${name} ${host} ${address}`).sort()).toEqual([
      `${INSTANCE} (2) bramble.local 10.77.1.1`,
      `${INSTANCE} bramble.local 10.77.1.1`,
    ]);
    expect([silent, alone, first, second].map((hub) => socketsOf(hub.pid))).toEqual([0, 0, 2, 1]);

    expect(await first.end("SIGTERM")).toBe(0);
    expect((await servicesOf(one, 3)).map(({ name }) => name)).toEqual(Array(3).fill(`${INSTANCE} (2)`));
    expect(await one.resolve("bramble.local")).toBe("10.77.1.1");
  });

  test("a hub that cannot advertise itself runs, and advertises once it can", {
    concurrent: true,
    timeout: 90_000,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    // Nobody else may listen on its port.
    const greedy = home.spawn(
      "/usr/bin/python3",
      "-uc",
      `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
print("bound")
time.sleep(60)`,
    );
    using _end = { [Symbol.dispose]: () => greedy.kill("SIGKILL") };
    await new Promise((resolve) => greedy.stdout?.once("data", resolve));
    await using hub = new TestHub([], undefined, undefined, home.within);
    await hub.start();
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(pi, "eth0", "10.77.1.9"));
    const path = join(hub.folder.path, "logs", "hub.log");
    const log = () => (existsSync(path) ? readFileSync(path, "utf8") : "");
    const noted = () => log().match(/cannot be advertised on this interface/g)?.length;
    expect(await until("a note", async () => noted(), FOLLOWED_WITHIN_MS)).toBe(1);
    expect((await infoOf(hub)).mdnsName).toBeUndefined();
    greedy.kill("SIGKILL");
    expect(await nameOf(hub)).toBe("bramble.local");
    expect(noted()).toBe(1);
    await using avahi = await startAvahi(pi, "pi");
    await resolves(avahi, "bramble.local", "10.77.1.1");
  });
}
