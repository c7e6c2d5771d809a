// The output of `npm run package` starts standalone with its bundled hub, and cannot be subverted by its command line, its environment
// or a folder beside its archive.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import { expect } from "@playwright/test";
import { projectFolder } from "../../build/electron.ts";
import { makeTemporaryFolder, type TestFolder } from "../support/hub.ts";
import { ensurePackages } from "../support/system/apt.ts";
import { type Command, commandFor, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";
import { RunningProgram } from "./program/running-program.ts";
import { UpdateServer } from "./program/update-server.ts";

test.describe.configure({ mode: "serial", timeout: 180_000 });

let dist: TestFolder;

test.beforeAll(() => {
  test.setTimeout(180_000);
  dist = makeTemporaryFolder();
  const script = join(projectFolder, "build", "package.ts");
  const packing = spawnSync(process.execPath, [script, "--dir", `-c.directories.output=${dist.path}`], {
    encoding: "utf8",
  });
  expect(packing.status, packing.stderr).toBe(0);
});

test.afterAll(() => dist[Symbol.dispose]());

test("it brings one Node, and of the modules what its hub loads", () => {
  const modules = readdirSync(join(resourcesIn(dist.path), "app.asar.unpacked", "node_modules"));
  expect(modules).toEqual(["better-sqlite3"]);
});

test("its fuses are blown", async () => {
  const wire = await getCurrentFuseWire(executableIn(dist.path));
  const isOn = (fuse: FuseV1Options) => wire[fuse] === FuseState.ENABLE;
  expect(isOn(FuseV1Options.RunAsNode)).toBe(false);
  expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true);
  expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
  expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
  expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
  expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
  expect(isOn(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot)).toBe(false);
  // A runtime that stands in for today's may be too old to have it.
  expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false);
});

test("it opens its window and shows what its hub takes, and lets no debugger in", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  const marker = join(folder.path, "marker");
  const command = commandFor(profile, executableIn(dist.path));
  await using program = new RunningProgram({
    ...command,
    args: [...command.args, "--remote-debugging-port=0", "--inspect=0"],
    env: {
      ...command.env,
      ELECTRON_RUN_AS_NODE: "1",
      NODE_OPTIONS: `--require=${markerScript(folder.path, marker)}`,
    },
  });
  await expect.poll(() => profile.hubRuns, { timeout: 30_000 }).toBe(true);
  if (process.platform === "linux")
    await expect.poll(() => windowTitles(command)).toContain("Your first reading · Bramble");
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  // The page went to the overview by itself: it hears its hub.
  if (process.platform === "linux") await expect.poll(() => windowTitles(command)).toContain("Overview · Bramble");
  // The hub serves the same page to browsers, from its place beside the archive.
  expect(await (await fetch(`${profile.hub.http}/`)).text()).toContain("<title>Bramble</title>");
  expect(await program.end("SIGTERM")).toBe(0);
  expect(profile.hubRuns).toBe(false);
  expect(program.output).not.toMatch(/listening on ws:/);
  expect(existsSync(marker)).toBe(false);
});

test("a new version is fetched once its server is named, and put in place when the app quits, after its hub", async () => {
  test.skip(process.platform !== "linux", "the other systems install what is signed for them alone");
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  // To electron-updater an app is an AppImage by this variable; the new one is a program that says when it ran.
  const image = join(folder.path, "Bramble.AppImage");
  const newVersion = Buffer.from(
    `#!/bin/sh\ntest -e ${join(profile.path, "hub.json")} || echo "$APPIMAGE_EXIT_AFTER_INSTALL" > ${folder.path}/ran\n`,
  );
  writeFileSync(image, "the old version");
  await using server = await UpdateServer.start(newVersion);
  writeFileSync(join(profile.path, "settings.json"), JSON.stringify({ updateAddress: server.url }));
  const command = commandFor(profile, executableIn(dist.path));
  const cache = { XDG_CACHE_HOME: folder.path, APPIMAGE: image };
  await using program = new RunningProgram({ ...command, env: { ...command.env, ...cache } });
  await expect.poll(() => profile.hubRuns, { timeout: 30_000 }).toBe(true);
  const pending = join(folder.path, "bramble-updater", "pending", server.fileName);
  await expect.poll(() => existsSync(pending), { timeout: 30_000 }).toBe(true);
  expect(readFileSync(image, "utf8")).toBe("the old version");
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  expect(await program.end("SIGTERM")).toBe(0);
  expect(readFileSync(image)).toEqual(newVersion);
  expect(readFileSync(join(folder.path, "ran"), "utf8").trim()).toBe("true");
  expect(profile.hubRuns).toBe(false);
});

test("no folder takes the place of its archive", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  const marker = join(folder.path, "marker");
  const resources = resourcesIn(dist.path);
  renameSync(join(resources, "app.asar"), join(folder.path, "app.asar"));
  const app = join(resources, "app");
  mkdirSync(app);
  const main = basename(markerScript(app, marker));
  writeFileSync(join(app, "package.json"), JSON.stringify({ main }));
  const { executablePath, args, env } = commandFor(profile, executableIn(dist.path));
  const end = spawnSync(executablePath, args, { env, encoding: "utf8", timeout: 60_000 });
  expect(end.status, end.stderr).not.toBe(0);
  expect(existsSync(marker)).toBe(false);
});

/** A program that leaves a marker where Electron runs it. */
function markerScript(folder: string, marker: string): string {
  const script = join(folder, "marker.cjs");
  const write = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")`;
  writeFileSync(script, `if (process.versions.electron !== undefined) ${write};\n`);
  return script;
}

/** As the X server has them: nothing else can look into an app that lets no debugger in. */
function windowTitles({ env }: Command): string {
  ensurePackages(["x11-utils"], "the titles of windows");
  return execFileSync("xwininfo", ["-root", "-tree"], { env, encoding: "utf8" });
}

function executableIn(output: string): string {
  const inside = { darwin: "Bramble.app/Contents/MacOS/Bramble", win32: "Bramble.exe" }[process.platform as string];
  return join(packedIn(output), inside ?? "bramble-desktop");
}

function resourcesIn(output: string): string {
  const inside = process.platform === "darwin" ? "Bramble.app/Contents/Resources" : "resources";
  return join(packedIn(output), inside);
}

function packedIn(output: string): string {
  const [folder = ""] = readdirSync(output).filter((name) => name.endsWith("-unpacked") || name.startsWith("mac"));
  return join(output, folder);
}
