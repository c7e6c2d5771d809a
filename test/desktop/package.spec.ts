// What `npm run package` makes starts on its own, with the hub that it brings along.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { projectFolder } from "../../build/electron.ts";
import { makeTemporaryFolder } from "../support/hub.ts";
import { commandFor, Profile } from "./desktop.ts";
import { RunningProgram } from "./running-program.ts";

test("the packaged app opens its window and shows what its hub takes", async () => {
  test.setTimeout(180_000);
  using profile = new Profile();
  using dist = makeTemporaryFolder();
  const script = join(projectFolder, "build", "package.ts");
  const packing = spawnSync(process.execPath, [script, "--dir", `-c.directories.output=${dist.path}`], {
    encoding: "utf8",
  });
  expect(packing.status, packing.stderr).toBe(0);

  const command = commandFor(profile, executableIn(dist.path));
  await using program = new RunningProgram({ ...command, args: [...command.args, "--remote-debugging-port=0"] });
  const page = await program.window();
  await expect(page).toHaveTitle(/Bramble/);
  await expect.poll(() => page.evaluate(() => window.bramble?.hubState())).toEqual({ kind: "running" });
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
  // The hub serves the same page to browsers, from its place beside the archive.
  expect(await (await fetch(`${profile.hub.http}/`)).text()).toContain("<title>Bramble</title>");
  expect(await program.end("SIGTERM")).toBe(0);
  expect(profile.hubRuns).toBe(false);
});

function executableIn(dist: string): string {
  const [folder = ""] = readdirSync(dist).filter((name) => name.endsWith("-unpacked") || name.startsWith("mac"));
  const inside = { darwin: "Bramble.app/Contents/MacOS/Bramble", win32: "Bramble.exe" }[process.platform as string];
  return join(dist, folder, inside ?? "bramble");
}
