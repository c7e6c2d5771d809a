// How the hub starts, keeps its folder to itself, and stops.
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, test } from "vitest";
import { makeTemporaryFolder, runBramble, spawnBramble, startTestHub, TestHub } from "../support/hub.ts";

test("it writes hub.json once every port listens, and removes it when it stops", async () => {
  await using hub = await startTestHub();
  const path = join(hub.folder.path, "hub.json");
  expect(hub.file.pid).toBeGreaterThan(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(hub.folder.path).mode & 0o777).toBe(0o700);
  expect(statSync(join(hub.folder.path, "bramble.db")).mode & 0o777).toBe(0o600);
  const health = await fetch(`${hub.file.http}/healthz`);
  expect(await health.json()).toMatchObject({ status: "ok", store: { status: "ok" } });
  expect(await hub.end("SIGTERM")).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test.each(["SIGINT", "SIGHUP"] as const)(
  "%s stops it as well, with clients connected and the live feed open",
  async (signal) => {
    await using hub = await startTestHub();
    const silent = connect(hub.mqttPort, "127.0.0.1");
    await once(silent, "connect");
    const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
    const { ticket } = await (await hub.fetch("/api/v1/live/ticket", { method: "POST" })).json();
    const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/api/v1/live?ticket=${ticket}`);
    await once(socket, "open");
    const closed = Promise.all([once(socket, "close"), once(silent.resume(), "close"), gone(client)]);
    expect(await hub.end(signal)).toBe(0);
    await closed;
    expect(existsSync(join(hub.folder.path, "hub.json"))).toBe(false);
  },
);

function gone(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}

test("a second hub on the same folder refuses and names the first", async () => {
  await using hub = await startTestHub();
  const second = await runBramble(["serve", "--data", hub.folder.path, "--http-port", "0", "--mqtt-port", "0"]);
  expect(second.code).toBe(1);
  expect(second.output).toContain(`pid ${hub.file.pid}`);
  expect((await fetch(`${hub.file.http}/healthz`)).status).toBe(200);
});

test("a hub that was killed leaves no lock behind, and its readings", async () => {
  await using hub = await startTestHub();
  expect((await hub.post({ device_id: "pi", t: 1, room: "attic" })).status).toBe(200);
  const { hubId } = hub.file;
  await hub.end("SIGKILL");
  await hub.start();
  expect(hub.file.hubId).toBe(hubId);
  expect(await hub.json("/api/v1/devices/pi")).toMatchObject({
    presence: { online: false },
    metrics: [{ name: "t", latest: { value: 1 } }],
    attributes: { room: "attic" },
  });
});

test("a port that the user named and is taken is an error that says who to look for", async () => {
  using folder = makeTemporaryFolder();
  const other = createServer().listen(0, "0.0.0.0");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const ended = await runBramble(["serve", "--data", folder.path, "--http-port", port, "--mqtt-port", "0"]);
  other.close();
  expect(ended.code).toBe(1);
  expect(ended.output).toMatch(
    new RegExp(`HTTP port ${port} is taken by .+ \\(process ${process.pid}\\)\\. End it, or`),
  );
  expect(existsSync(join(folder.path, "hub.json"))).toBe(false);
});

test("a default port that is taken gives way to the next free one, and the hub says so", async () => {
  const other = createServer();
  // It may be taken already: that serves as well.
  const taken = new Promise<void>((resolve) => other.once("listening", resolve).once("error", () => resolve()));
  other.listen(8080, "0.0.0.0");
  await taken;
  await using hub = new TestHub([], []);
  await hub.start();
  other.close();
  expect(hub.httpPort).toBeGreaterThan(8080);
  expect(hub.output).toContain(`HTTP port 8080 is taken by another program: this hub uses ${hub.httpPort}`);
  expect(await hub.json("/api/v1/hub")).toMatchObject({
    httpPort: hub.httpPort,
    notes: [expect.stringContaining("8080"), ...(hub.mqttPort === 1883 ? [] : [expect.stringContaining("1883")])],
  });
});

test("an unusable folder or an invalid database is reported with a message", async () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "not a folder");
  const noFolder = await runBramble(["serve", "--data", file]);
  expect(noFolder).toMatchObject({
    code: 1,
    output: expect.stringContaining(`The data folder ${file} cannot be used`),
  });
  writeFileSync(join(folder.path, "bramble.db"), "no database at all, but a text of some length".repeat(100));
  const noDatabase = await runBramble(["serve", "--data", folder.path]);
  expect(noDatabase).toMatchObject({
    code: 1,
    output: expect.stringContaining("cannot be opened: file is not a database"),
  });
});

test.each([
  [["--http-port", "70000"], /--http-port takes a port/],
  [["--joining", "sometimes"], /--joining takes ask, open, closed/],
  [["--allow", "10.0.0.0/33"], /--allow takes networks/],
  [["--nonsense"], /Unknown option '--nonsense'\. See bramble serve/],
  [["--htp-port", "1"], /Did you mean --http-port\?/],
  [["--data", ""], /--data takes a folder/],
])("%j is refused in words", async (args, words) => {
  const ended = await runBramble(["serve", ...args]);
  expect(ended.code).toBe(2);
  expect(ended.output).toMatch(words);
});

test("flags may come from the environment, and a flag wins", async () => {
  const { readConfig } = await import("../../src/hub/config.ts");
  const env = { BRAMBLE_DATA: "/from/env", BRAMBLE_HTTP_PORT: "0", BRAMBLE_ANONYMOUS: "all", BRAMBLE_TOKEN: "secret" };
  expect(readConfig(["--data", "/from/flag"], env)).toMatchObject({
    config: { dataFolder: "/from/flag", httpPort: { number: 0, named: true }, anonymous: "all", token: "secret" },
  });
});

test.runIf(process.platform === "linux").each([
  ["rel", "/home/pi/.local/share/bramble"],
  ["./rel", "/home/pi/.local/share/bramble"],
  ["~/data", "/home/pi/.local/share/bramble"],
  ["", "/home/pi/.local/share/bramble"],
  ["/srv/data", "/srv/data/bramble"],
])("with XDG_DATA_HOME=%s the data folder is %s", async (XDG_DATA_HOME, dataFolder) => {
  const { readConfig } = await import("../../src/hub/config.ts");
  const before = process.env["HOME"];
  process.env["HOME"] = "/home/pi";
  try {
    expect(readConfig([], { XDG_DATA_HOME })).toMatchObject({ config: { dataFolder } });
  } finally {
    process.env["HOME"] = before;
  }
});

test.each([
  [[], {}, true],
  [["--no-mdns"], {}, false],
  [[], { BRAMBLE_NO_MDNS: "1" }, false],
  [[], { BRAMBLE_NO_MDNS: "false" }, true],
])("%j with %j: is the hub advertised? %j", async (args, env, mdns) => {
  const { readConfig } = await import("../../src/hub/config.ts");
  expect(readConfig(args, env)).toMatchObject({ config: { mdns } });
});

test.runIf(process.platform === "linux")("a hub that may not lower its niceness starts all the same", async () => {
  using folder = makeTemporaryFolder();
  // Only root may lower it, unless that is taken away.
  const withoutRight = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"] : [];
  const args = ["serve", "--data", folder.path, "--http-port", "0", "--mqtt-port", "0", "--no-mdns"];
  const child = spawnBramble(args, {}, ["nice", "-n", "10", ...withoutRight]);
  try {
    const output = await new Promise((resolve) => child.stdout?.once("data", (text: Buffer) => resolve(String(text))));
    expect(output).toContain("is running");
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});
