// `npm start`: the desktop app where a window can open, and otherwise one line that says why and the hub on its own.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { projectFolder } from "../../build/electron.ts";
import { makeTemporaryFolder } from "../support/hub.ts";
import { commandFor, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";
import { RunningProgram } from "./program/running-program.ts";

const script = join(projectFolder, "build", "start.ts");

function start(profile: Profile, args: string[], env: Readonly<Record<string, string>> = {}): RunningProgram {
  const { env: usual } = commandFor(profile);
  return new RunningProgram({ executablePath: process.execPath, args: [script, ...args], env: { ...usual, ...env } });
}

test("opens the desktop app, and ends it with the terminal's Ctrl+C", async () => {
  using profile = new Profile();
  await using program = start(profile, [
    "--disable-gpu",
    `--user-data-dir=${profile.path}`,
    "--remote-debugging-port=0",
  ]);
  const page = await program.window();
  await expect.poll(() => page.evaluate(() => window.bramble?.hubState())).toEqual({ kind: "running" });
  expect(await program.end("SIGINT")).toBe(0);
  expect(profile.hubRuns).toBe(false);
});

test("without a display it runs the hub with a message, which prints its address", async () => {
  using profile = new Profile();
  await using program = start(profile, [], { DISPLAY: "", WAYLAND_DISPLAY: "" });
  await expect.poll(() => profile.hubRuns).toBe(true);
  expect(program.output).toContain("There is no display: running the hub without a window");
  await expect.poll(() => program.output).toContain(profile.hub.http);
  expect(await program.end("SIGINT")).toBe(0);
  expect(profile.hubRuns).toBe(false);
});

test("with an Electron that cannot start it runs the hub with a message", async () => {
  using profile = new Profile();
  using broken = makeTemporaryFolder();
  const executable = join(broken.path, "electron");
  writeFileSync(executable, "#!/bin/sh\necho 'libgtk-3.so.0: cannot open shared object file' >&2\nexit 127\n");
  chmodSync(executable, 0o755);
  writeFileSync(join(broken.path, "version"), "45.0.0");
  await using program = start(profile, [], { ELECTRON_OVERRIDE_DIST_PATH: broken.path });
  await expect.poll(() => profile.hubRuns).toBe(true);
  expect(program.output).toContain("The window could not open (Electron ended with code 127)");
  expect(await program.end("SIGTERM")).toBe(0);
});
