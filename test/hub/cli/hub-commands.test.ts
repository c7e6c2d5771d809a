// The commands that use a running hub.
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { makeTemporaryFolder, runBramble, spawnBramble, startTestHub, type TestHub } from "../../support/hub.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);

async function filledHub(): Promise<TestHub> {
  const hub = await startTestHub();
  const of = (device: string, t: number) => ({ device_id: device, ts: START_MS, t, h: 40 });
  expect((await hub.post([of("attic", 21.5), of("cellar", 8)])).status).toBe(200);
  return hub;
}

const onHub = (hub: TestHub, ...args: readonly string[]) => runBramble([...args, "--data", hub.folder.path]);

test("devices are listed, for people and for programs", async () => {
  await using hub = await filledHub();
  await hub.fetch("/api/v1/devices/attic", {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "다락방" }),
  });
  const { code, output } = await onHub(hub, "devices");
  expect(code).toBe(0);
  const [heading = "", ...rows] = output.trimEnd().split("\n");
  expect(heading).toBe("ID      NAME    STATE   LAST SEEN  READINGS");
  expect(rows[0]).toMatch(/^attic {3}다락방 {2}online {2}\d+ s ago {4,5}t 21\.5, h 40$/);
  expect(rows[1]).toMatch(/^cellar {10}online {2}\d+ s ago {4,5}t 8, h 40$/);
  const json = await onHub(hub, "devices", "--json");
  expect(JSON.parse(json.output)).toMatchObject([{ id: "attic", name: "다락방" }, { id: "cellar" }]);
  const { http, token } = hub.file;
  const named = await runBramble(["devices", "--json", "--url", http, "--token", token]);
  expect(JSON.parse(named.output)).toHaveLength(2);
  const inEnvironment = await runBramble(["devices", "--json", "--url", http], { BRAMBLE_TOKEN: token });
  expect(JSON.parse(inEnvironment.output)).toHaveLength(2);
});

test("an export is what the API gives, on standard output and in a file", async () => {
  await using hub = await filledHub();
  using folder = makeTemporaryFolder();
  const all = await (await hub.fetch("/api/v1/export.csv")).text();
  expect(await onHub(hub, "export")).toEqual({ code: 0, output: all });
  expect(await onHub(hub, "export", "-")).toEqual({ code: 0, output: all });
  const file = join(folder.path, "out.csv");
  expect(await onHub(hub, "export", file)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`${file} is written`),
  });
  expect(readFileSync(file, "utf8")).toBe(all);
  const again = await onHub(hub, "export", file);
  expect(again).toMatchObject({ code: 1, output: expect.stringContaining("is there already") });

  const some = ["--device", "attic", "--device", "nobody", "--metric", "t", "--sep", ";", "--tz", "Asia/Seoul"];
  const range = ["--from", "2026-01-31T12:00Z", "--to", String(START_MS + 1), "--layout", "wide"];
  const chosen = await onHub(hub, "export", ...some, ...range, "--force", "--json", file);
  const csv = "time;device;t\r\n2026-01-31T21:00:00.000+09:00;attic;21.5\r\n";
  expect(JSON.parse(chosen.output)).toEqual({ file, bytes: csv.length });
  expect(readFileSync(file, "utf8")).toBe(csv);
  expect(readdirSync(folder.path)).toEqual(["out.csv"]);
  expect(await onHub(hub, "export", "--tz", "Mars")).toMatchObject({
    code: 2,
    output: expect.stringContaining("Mars"),
  });
});

test("a file that is replaced keeps its mode, and a link stays one", async () => {
  await using hub = await filledHub();
  using folder = makeTemporaryFolder();
  mkdirSync(join(folder.path, "shared"));
  const [target, link] = [join(folder.path, "shared", "out.csv"), join(folder.path, "link.csv")];
  symlinkSync(join("shared", "out.csv"), link);
  expect((await onHub(hub, "export", link)).code).toBe(0);
  chmodSync(target, 0o640);
  writeFileSync(target, "before");
  expect((await onHub(hub, "export", link, "--force")).code).toBe(0);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, "utf8")).toContain("attic");
  expect(statSync(target).mode & 0o777).toBe(0o640);
});

test("a reader that closes its pipe ends an export silently", async () => {
  await using hub = await filledHub();
  // More than pipes hold.
  for (const metric of ["a", "b", "c", "d", "e"]) {
    const values = Array.from({ length: 4_000 }, (_, index) => ({
      device_id: "attic",
      ts: START_MS + index,
      [metric]: 1,
    }));
    expect((await hub.post(values)).status).toBe(200);
  }
  const child = spawnBramble(["export", "--data", hub.folder.path]);
  let errors = "";
  child.stderr?.on("data", (text: Buffer) => {
    errors += text;
  });
  child.stdout?.once("data", () => child.stdout?.destroy());
  const [code] = await once(child, "close");
  expect([code, errors]).toEqual([1, ""]);
});

test.runIf(process.platform === "linux")(
  "an export that does not fit where standard output leads is said",
  async () => {
    await using hub = await filledHub();
    const intoFullDisk = ["sh", "-c", 'exec "$@" > /dev/full', "sh"];
    const ended = await runBramble(["export", "--data", hub.folder.path], {}, intoFullDisk);
    expect(ended).toMatchObject({
      code: 1,
      output: expect.stringContaining("Standard output cannot be written: ENOSPC"),
    });
  },
);

/** Another program in the place of a hub. */
async function serverThat(answer: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("an export that breaks off leaves no file behind", async () => {
  await using hub = await serverThat((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/csv" });
    response.write("time,device,metric,value\r\n", () => response.destroy());
  });
  using folder = makeTemporaryFolder();
  const ended = await runBramble(["export", join(folder.path, "x.csv"), "--url", hub.url, "--token", "t"]);
  expect(ended).toMatchObject({ code: 1, output: expect.stringContaining("broke the export off") });
  expect(readdirSync(folder.path)).toEqual([]);
});

test("an export that is interrupted leaves no file behind", async () => {
  let asked = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await using hub = await serverThat((_request, response) => {
    response.writeHead(200);
    response.write("time,device,metric,value\r\n", asked);
  });
  using folder = makeTemporaryFolder();
  const child = spawnBramble(["export", join(folder.path, "x.csv"), "--url", hub.url, "--token", "t"]);
  await begun;
  const closed = once(child, "close");
  child.kill("SIGHUP");
  expect((await closed)[0]).toBe(1);
  expect(readdirSync(folder.path)).toEqual([]);
});

test("distinguishes no hub, a killed one, one of another version and another program", async () => {
  using folder = makeTemporaryFolder();
  for (const command of ["devices", "export"]) {
    const none = await runBramble([command, "--data", folder.path]);
    expect(none).toMatchObject({ code: 1, output: expect.stringContaining(`No hub runs on ${folder.path}. Start it`) });
  }
  await using hub = await filledHub();
  const { http } = hub.file;
  const wants = await runBramble(["devices", "--url", http]);
  expect(wants).toMatchObject({ code: 1, output: expect.stringContaining("wants a token") });
  const refused = await onHub(hub, "devices", "--token", "wrong");
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining("refuses the token") });
  await hub.end("SIGKILL");
  const killed = await onHub(hub, "devices");
  expect(killed).toMatchObject({ code: 1, output: expect.stringContaining("does not answer") });
  expect(killed.output).toContain("bramble serve");

  await using page = await serverThat((_request, response) => response.end("<html>"));
  const other = await runBramble(["devices", "--url", page.url]);
  expect(other).toMatchObject({ code: 1, output: expect.stringContaining("is no hub of Bramble") });
  const closing = createServer();
  closing.on("connection", (socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(closing, "listening");
  const address = closing.address();
  const port = typeof address === "object" ? address?.port : "";
  const closed = await runBramble(["devices", "--url", `http://127.0.0.1:${port}`]);
  closing.close();
  expect(closed).toMatchObject({ code: 1, output: expect.stringContaining("started with --allow") });
  await using newer = await serverThat(({ url }, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(url === "/healthz" ? { status: "ok", version: "9.0.0" } : { machines: [] }));
  });
  const version = await runBramble(["devices", "--url", newer.url]);
  expect(version.code).toBe(1);
  expect(version.output).toContain(`The hub is version 9.0.0, this program ${packageJson.version}`);
});

test("a hub's token is sent to no other address", async () => {
  let authorization: string | undefined = "nothing was asked";
  await using other = await serverThat((request, response) => {
    authorization = request.headers.authorization;
    response.end();
  });
  await using hub = await filledHub();
  expect((await onHub(hub, "devices", "--url", other.url)).code).toBe(1);
  expect(authorization).toBeUndefined();
  expect(existsSync(join(hub.folder.path, "hub.json"))).toBe(true);
});
