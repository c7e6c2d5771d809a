// A hub that cannot run: the window says why in words for the desktop, and its button tries again.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { forTheDesktop } from "../../src/main/desktop-messages.ts";
import { hubArguments } from "../../src/main/hub-arguments.ts";
import { makeTemporaryFolder, runBramble } from "../support/hub.ts";
import { startPortHog } from "../support/system/port-hog.ts";
import { launch, launchWithoutHub, Profile } from "./desktop.ts";

test("a port that is free again starts the hub by the button", async () => {
  using profile = new Profile();
  const hog = await startPortHog(0);
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_HTTP_PORT: String(hog.port) });
  const { page } = desktop;
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(`HTTP port ${hog.port} is taken`);
  await expect(alert).toContainText("then try again");
  await expect(page.getByText("The hub is starting…")).toBeHidden();
  const failures = () => readFileSync(join(profile.path, "desktop.log"), "utf8").split("The hub is failed: HTTP port");
  const before = failures().length;
  await page.getByRole("button", { name: "Try again" }).click();
  // The words of the attempt before stand there as long as this one takes.
  await expect.poll(() => failures().length).toBeGreaterThan(before);
  await expect(alert).toContainText(`HTTP port ${hog.port} is taken`);

  await hog[Symbol.asyncDispose]();
  await page.getByRole("button", { name: "Try again" }).click();
  await desktop.untilHubRuns();
  await expect(alert).toBeHidden();
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
});

test("a data folder that is a file is said without words of the command line", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_DATA: file });
  const alert = desktop.page.getByRole("alert");
  await expect(alert).toContainText(`The data folder ${file} cannot be used`);
  await expect(alert).not.toContainText("--");
});

test("flags of the hub count with a window, too", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  const data = join(folder.path, "data");
  await using desktop = await launch(profile, {}, ["--data", data, "--joining=closed", "--no-rate-limit"]);
  expect(existsSync(join(data, "hub.json"))).toBe(true);
  expect(profile.hubRuns).toBe(false);
  const hub = await desktop.page.evaluate(async () => (await fetch("/api/v1/hub")).json());
  expect(hub).toMatchObject({ joining: "closed", dataFolder: data });
});

for (const [name, flags, words] of [
  ["that does not exist", ["--dta", "x"], "--dta"],
  ["with a wrong value", ["--http-port", "8o8o"], "--http-port takes a port"],
] as const) {
  test(`a flag ${name} is refused in words`, async () => {
    using profile = new Profile();
    await using desktop = await launchWithoutHub(profile, {}, flags);
    const alert = desktop.page.getByRole("alert");
    await expect(alert).toContainText(words);
    await expect(alert).not.toContainText("bramble serve");
  });
}

test("every flag of bramble serve is known, with its value, and none of Chromium's", async () => {
  const { output } = await runBramble(["serve", "--help"]);
  const flags = [...output.matchAll(/^ {2}--([a-z-]+)( [A-Za-z])?/gm)].map(([, flag = "", value]) => ({ flag, value }));
  expect(flags.length).toBeGreaterThan(10);
  for (const { flag, value } of flags) {
    const given = value === undefined ? [`--${flag}`] : [`--${flag}`, "--disable-x"];
    expect(hubArguments([...given, "--disable-gpu", "--user-data-dir=/x", "--no-sandbox"]), flag).toEqual(given);
  }
});

for (const [cli, desktop] of [
  ["Another hub (pid 1) runs on /x. Stop it first, or name another folder with --data.", "Stop that hub"],
  ["The data folder /x cannot be used: EACCES. Name another with --data.", "then try again."],
  ["MQTT port 1883 is taken by porthog (pid 5). End it, or name another port.", "End that program, then try again."],
  ["--memory takes megabytes from 64 to 65536, not “1”. See bramble serve --help.", "Start Bramble without that flag"],
  ["The database /x cannot be opened: broken. Move it away or name another folder with --data.", "then try again."],
] as const) {
  test(`in the window: ${cli}`, () => {
    expect(forTheDesktop(cli)).toContain(desktop);
    expect(forTheDesktop(cli)).not.toMatch(/--data|--help|name another/);
  });
}
