// `bramble find`, in network namespaces: hubs on several networks, none, packets that are no answers, and a port 5353
// that another program keeps to itself.
import { once } from "node:events";
import { hostname } from "node:os";
import { type DnsRecord, encode } from "dns-packet";
import { expect, test } from "vitest";
import type { HubInfo } from "../../../src/shared/api.ts";
import { spawnBramble, TestHub } from "../../support/hub.ts";
import { connectNamespaces, jsonWithin, mayMakeNamespaces, Namespace } from "../../support/system/namespace.ts";
import { until } from "../../support/until.ts";

const INSTANCE = `Bramble on ${hostname().split(".")[0]?.slice(0, 30)}`;
const SERVICE = "_bramble._tcp.local";
/** A hub looks for new interfaces every 5 s, then probes for a second. */
const ADVERTISED_WITHIN_MS = 45_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

async function find(args: readonly string[], machine?: Namespace): Promise<Ended> {
  const child = spawnBramble(["find", ...args], {}, machine?.within ?? []);
  const texts = [child.stdout, child.stderr].map((stream) => stream?.setEncoding("utf8").toArray() ?? []);
  const [[code], [output = [], errors = []]] = await Promise.all([once(child, "close"), Promise.all(texts)]);
  return { code, output: output.join(""), errors: errors.join("") };
}

const plug = (machine: Namespace, name: string, address: string) => ({ machine, name, address: `${address}/24` });

test("a wrong argument ends with 2 and names it; help ends with 0", async () => {
  for (const [args, message] of [
    [["--seconds", "0"], "--seconds takes a number over 0, up to 600, not “0”. See bramble find --help.\n"],
    [["--seconds", "long"], "--seconds takes a number over 0, up to 600, not “long”. See bramble find --help.\n"],
    [["--sceonds", "3"], expect.stringContaining("Unknown option '--sceonds'")],
    [["here"], expect.stringContaining("Unexpected argument 'here'")],
  ] as const) {
    expect(await find(args)).toEqual({ code: 2, output: "", errors: message });
  }
  const { code, output } = await find(["--help"]);
  expect(code).toBe(0);
  expect(output).toMatch(/^bramble find: .*--seconds N .*\(3\)\n.*--json/s);
});

if (!mayMakeNamespaces()) {
  console.warn("This user may not make network namespaces: browsing is not tested here.");
} else {
  test("hubs on each network are found, with addresses of both families, and not after they stop", {
    concurrent: true,
    timeout: 90_000,
  }, async () => {
    using home = new Namespace();
    using near = new Namespace();
    using far = new Namespace();
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(near, "eth0", "10.77.1.9"));
    connectNamespaces(plug(home, "eth2", "10.77.2.1"), plug(far, "eth0", "10.77.2.9"));
    for (const [machine, name, address] of [
      [home, "eth1", "fd77::1/64"],
      [near, "eth0", "fd77::9/64"],
    ] as const) {
      machine.ip("address", "add", address, "dev", name, "nodad");
    }
    await using one = new TestHub(["--host", "::"], undefined, undefined, near.within);
    await using two = new TestHub([], undefined, undefined, far.within);
    await Promise.all([one.start(), two.start()]);
    for (const hub of [one, two])
      await until(
        "a name",
        async () => (await jsonWithin<HubInfo>(hub, "/api/v1/hub")).mdnsName,
        ADVERTISED_WITHIN_MS,
        100,
      );

    const found = await find(["--json"], home);
    expect(found).toMatchObject({ code: 0, errors: "" });
    const common = { version: "1", name: INSTANCE, host: "bramble.local" };
    const portsOf = (hub: TestHub) => ({ http: hub.httpPort, mqtt: hub.mqttPort });
    const hubs: unknown[] = JSON.parse(found.output);
    expect(hubs).toHaveLength(2);
    expect(hubs).toEqual(
      expect.arrayContaining([
        { ...common, id: one.file.hubId, addresses: ["10.77.1.9", "fd77::9"], ports: portsOf(one) },
        { ...common, id: two.file.hubId, addresses: ["10.77.2.9"], ports: portsOf(two) },
      ]),
    );

    expect(await one.end("SIGTERM")).toBe(0);
    expect(await find(["--seconds", "1.5"], home)).toEqual({
      code: 0,
      output: `${INSTANCE} (bramble.local)
  addresses  10.77.2.9
  ports      HTTP ${two.httpPort}, MQTT ${two.mqttPort}
  id         ${two.file.hubId}
  version    1
`,
      errors: "",
    });
    expect(await two.end("SIGTERM")).toBe(0);
    expect(await find(["--seconds", "0.5", "--json"], home)).toEqual({
      code: 1,
      output: "[]\n",
      errors: "No hub answered on eth1, eth2 within 0.5 s.\n",
    });
  });

  const record = (name: string, type: string, data: unknown, ttl = 120): DnsRecord => ({
    name,
    type,
    data,
    ttl,
    flush: false,
  });
  const hub = (name: string, txt: readonly string[], target: string, address: string) => [
    record(SERVICE, "PTR", `${name}.${SERVICE}`),
    record(
      `${name}.${SERVICE}`,
      "TXT",
      txt.map((part) => Buffer.from(part)),
    ),
    record(`${name}.${SERVICE}`, "SRV", { port: 80, target }),
    record(target, "A", address),
  ];
  const responseOf = (answers: DnsRecord[]) => encode({ type: "response", answers });

  /** Answers each query for hubs with `packets` from port 5353 and `strays` from another; resolves once it listens. */
  async function answerWith(machine: Namespace, address: string, packets: Buffer[], strays: Buffer[]) {
    const script = `
import socket, sys
group = ("224.0.0.251", 5353)
here = socket.inet_aton(sys.argv[1])
s, stray = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 5353))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group[0]) + here)
for one in (s, stray):
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
print("listening", flush=True)
while True:
    query = s.recv(9000)
    if query[2] & 0x80 or b"_bramble" not in query: continue
    for packet in sys.argv[3].split(","): stray.sendto(bytes.fromhex(packet), group)
    for packet in sys.argv[2].split(","): s.sendto(bytes.fromhex(packet), group)`;
    const hex = (list: Buffer[]) => list.map((bytes) => bytes.toString("hex")).join(",");
    const responder = machine.spawn("/usr/bin/python3", "-c", script, address, hex(packets), hex(strays));
    await new Promise((resolve) => responder.stdout?.once("data", resolve));
    return { [Symbol.dispose]: () => void responder.kill("SIGKILL") };
  }

  test("invalid packets are ignored, and valid responses accepted", {
    concurrent: true,
    timeout: 60_000,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(pi, "eth0", "10.77.1.9"));
    const txt = ["v=1", "id=den", "mqtt=1883", "https=99999"];
    const good = responseOf(hub("Den. Upstairs", txt, "den.local", "10.77.1.9"));
    const manyRecords = Array.from({ length: 101 }, (_, index) => record(SERVICE, "PTR", `${index}.${SERVICE}`));
    const goodbye = hub("Gone", ["id=gone"], "gone.local", "10.77.1.9").map((one) => ({ ...one, ttl: 0 }));
    const [pointer] = hub("Lone", [], "lone.local", "10.77.1.9");
    const packets = [
      responseOf(hub("No id", ["v=1"], "x.local", "10.77.1.9")),
      responseOf(hub("Bell\u0007", ["id=bell"], "x.local", "10.77.1.9")),
      responseOf(hub("Escape", ["id=\u001b[2J"], "x.local", "10.77.1.9")),
      responseOf(goodbye),
      responseOf(pointer === undefined ? [] : [pointer]),
      responseOf([...hub("Crowded", ["id=crowded"], "x.local", "10.77.1.9"), ...manyRecords]),
      encode({ type: "query", questions: [], answers: hub("Query", ["id=query"], "x.local", "10.77.1.9") }),
      Buffer.concat([Buffer.from("000084000000ffff00000000", "hex"), Buffer.from("\x08_bramble", "latin1")]),
      good.subarray(0, good.length - 20),
      Buffer.from("_bramble"),
      good,
    ];
    const strays = [responseOf(hub("Stray", ["id=stray"], "stray.local", "10.77.1.9"))];
    using _end = await answerWith(pi, "10.77.1.9", packets, strays);
    const { code, output, errors } = await find(["--seconds", "2", "--json"], home);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    const den = { id: "den", version: "1", name: "Den. Upstairs", host: "den.local" };
    expect(JSON.parse(output)).toEqual([{ ...den, addresses: ["10.77.1.9"], ports: { http: 80, mqtt: 1883 } }]);
  });

  test("port 5353 in exclusive use is reported with its interface", {
    concurrent: true,
  }, async () => {
    using home = new Namespace();
    using pi = new Namespace();
    const nowhere = "This computer has no interface that leads to a local network.\n";
    expect(await find([], home)).toEqual({ code: 1, output: "", errors: nowhere });
    connectNamespaces(plug(home, "eth1", "10.77.1.1"), plug(pi, "eth0", "10.77.1.9"));
    const script = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
print("bound", flush=True)
time.sleep(60)`;
    const greedy = home.spawn("/usr/bin/python3", "-c", script);
    using _end = { [Symbol.dispose]: () => greedy.kill("SIGKILL") };
    await new Promise((resolve) => greedy.stdout?.once("data", resolve));
    const { code, output, errors } = await find([], home);
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(errors).toMatch(/^UDP port 5353 cannot be used on eth1 \(IPv4\): bind EADDRINUSE 224\.0\.0\.251:5353\./);
    expect(errors).toContain("No network could be searched.");
  });
}
