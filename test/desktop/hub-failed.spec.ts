// A hub that cannot run: the window says why in words for the desktop, and its button tries again.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { hubArguments } from "../../src/main/hub-arguments.ts";
import { makeTemporaryFolder, runBramble } from "../support/hub.ts";
import { startPortHog } from "../support/system/port-hog.ts";
import { launch, launchWithoutHub, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("a port that is free again starts the hub by the button", async () => {
  using profile = new Profile();
  const hog = await startPortHog(0);
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_HTTP_PORT: String(hog.port) });
  const { page } = desktop;
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(`HTTP port ${hog.port} is taken`);
  await expect(alert).toContainText("then try again");
  // The page is empty beside it: it stands where people look first.
  expect((await alert.boundingBox())?.y).toBeLessThan(100);
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

test("a window in Korean says in Korean why the hub cannot run, and what the hub then finds", async () => {
  using profile = new Profile();
  const hog = await startPortHog(0);
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_HTTP_PORT: String(hog.port) });
  const { page } = desktop;
  await page.evaluate(() => localStorage.setItem("language", "ko"));
  await page.reload();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(`HTTP 포트 ${hog.port}`);
  await expect(alert).toContainText("그 프로그램을 끝낸 뒤 다시 시도하세요.");
  await hog[Symbol.asyncDispose]();
  await alert.getByRole("button").click();
  await desktop.untilHubRuns();
  await page.evaluate(() => {
    location.hash = "#/doctor";
  });
  await expect(page.getByText("파이가 이 허브를 스스로 찾지 못합니다")).toBeVisible();
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

test("a database that cannot be read is said once, and moved away it lets the hub begin anew", async () => {
  using profile = new Profile();
  const database = join(profile.path, "bramble.db");
  writeFileSync(database, "no database of anybody's".repeat(100));
  await using desktop = await launchWithoutHub(profile);
  const { page } = desktop;
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(`The database ${database} cannot be opened`);
  await expect(alert).toContainText("then try again");
  await expect(alert).not.toContainText("bramble restore");
  // One thing is said, and once.
  await expect(page.getByText("cannot be opened")).toHaveCount(1);
  await expect(page.getByText("The hub is starting…")).toBeHidden();
  renameSync(database, join(profile.path, "damaged.db"));
  await page.getByRole("button", { name: "Try again" }).click();
  await desktop.untilHubRuns();
  await expect(alert).toBeHidden();
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

test("a port that is named on the command line is the hub's, and one that is taken stops it there", async () => {
  using profile = new Profile();
  const hog = await startPortHog(0);
  const { port } = hog;
  await using desktop = await launchWithoutHub(profile, {}, ["--http-port", String(port)]);
  await expect(desktop.page.getByRole("alert")).toContainText(`HTTP port ${port} is taken`);
  await hog[Symbol.asyncDispose]();
  await desktop.page.getByRole("button", { name: "Try again" }).click();
  await desktop.untilHubRuns();
  expect(profile.hub.http).toBe(`http://127.0.0.1:${port}`);
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

test("a hub that others reach at one address answers its window all the same", async () => {
  test.skip(process.platform === "darwin", "a Mac has no 127.0.0.2");
  using profile = new Profile();
  await using desktop = await launch(profile, {}, ["--host", "127.0.0.2"]);
  expect(profile.hub.http).toContain("//127.0.0.2:");
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await expect(desktop.page.getByText("21.5")).toBeVisible();
});
