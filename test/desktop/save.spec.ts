// Saving an export: other files are untouched, failures have messages, and a long one can be cancelled.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { SaveFailure, saveStream, withExtension } from "../../src/main/write-file.ts";
import { makeTemporaryFolder } from "../support/hub.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../support/system/small-disk.ts";
import { type Desktop, launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

async function answerDialog({ app }: Desktop, path: string) {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, path);
}

/** Has the dialog answer a path, and saves everything there. */
async function save(desktop: Desktop, path: string) {
  await answerDialog(desktop, path);
  return desktop.page.evaluate(() => window.bramble?.saveCsv({}, "x.csv"));
}

/** A hundred thousand readings: a few megabytes of CSV. */
async function fillHub({ hub }: Profile) {
  for (let part = 0; part < 20; part++) {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      device_id: "raspi-01",
      ts: Date.now() - (part * 1_000 + index) * 1_000,
      ...Object.fromEntries(Array.from({ length: 5 }, (_each, metric) => [`metric_${metric}`, index + metric / 8])),
    }));
    const response = await fetch(`${hub.http}/data`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(rows),
    });
    expect(response.status).toBe(200);
  }
}

test("files of the person's beside the chosen one stay as they are", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  await using desktop = await launch(profile);
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  const path = join(folder.path, "c.csv");
  writeFileSync(`${path}.part`, "mine");
  expect(await save(desktop, path)).toEqual({ kind: "saved", path });
  expect(readFileSync(`${path}.part`, "utf8")).toBe("mine");
  expect(readdirSync(folder.path).sort()).toEqual(["c.csv", "c.csv.part"]);

  // A name typed without an extension; the dialog asked for “noext”, not for the file that is there.
  writeFileSync(join(folder.path, "noext.csv"), "mine");
  expect(await save(desktop, join(folder.path, "noext"))).toEqual({
    kind: "saved",
    path: join(folder.path, "noext (2).csv"),
  });
  expect(readFileSync(join(folder.path, "noext.csv"), "utf8")).toBe("mine");

  // A link stays one.
  symlinkSync(join(folder.path, "c.csv"), join(folder.path, "link.csv"));
  writeFileSync(path, "old");
  await save(desktop, join(folder.path, "link.csv"));
  expect(readFileSync(path, "utf8")).toContain("21.5");
  expect(existsSync(join(folder.path, `${"n".repeat(251)}.csv`))).toBe(false);
  expect(await save(desktop, join(folder.path, `${"n".repeat(251)}.csv`))).toMatchObject({ kind: "saved" });
});

for (const [typed, file] of [
  ["noext", "noext.csv"],
  ["noext.", "noext.csv"],
  ["garden 26.11", "garden 26.11.csv"],
  [".hidden", ".hidden.csv"],
  ["a.csv", "a.csv"],
  ["a.CSV", "a.CSV"],
  ["a.txt", "a.txt"],
] as const) {
  test(`“${typed}” is saved as ${file}`, () => {
    expect(withExtension(join("/nowhere", typed), "csv")).toBe(join("/nowhere", file));
  });
}

test("a file that its owner alone may read stays so, and a link stays one also where it leads to no file yet", async () => {
  test.skip(process.platform === "win32", "Windows has other rights, and links for administrators alone");
  using folder = makeTemporaryFolder();
  const place = (name: string) => join(folder.path, name);
  const saveTo = (path: string) =>
    saveStream(new Blob(["new"]).stream(), path, () => undefined, new AbortController().signal);
  writeFileSync(place("diary.csv"), "old", { mode: 0o600 });
  await saveTo(place("diary.csv"));
  expect(readFileSync(place("diary.csv"), "utf8")).toBe("new");
  expect(statSync(place("diary.csv")).mode & 0o777).toBe(0o600);

  symlinkSync("later.csv", place("link.csv"));
  await saveTo(place("link.csv"));
  expect(lstatSync(place("link.csv")).isSymbolicLink()).toBe(true);
  expect(readFileSync(place("later.csv"), "utf8")).toBe("new");

  symlinkSync("circle.csv", place("circle.csv"));
  await expect(saveTo(place("circle.csv"))).rejects.toThrow(SaveFailure);
  expect(readdirSync(folder.path).toSorted()).toEqual(["circle.csv", "diary.csv", "later.csv", "link.csv"]);
});

test("where no file can be written the hub is not left waiting for a reader", async () => {
  using folder = makeTemporaryFolder();
  let isEnded = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (chunks) => chunks.enqueue(new Uint8Array(1)),
    cancel: () => {
      isEnded = true;
    },
  });
  const saving = saveStream(endless, join(folder.path, "gone", "x.csv"), () => undefined, new AbortController().signal);
  await expect(saving).rejects.toThrow(SaveFailure);
  expect(isEnded).toBe(true);
});

test("a folder that cannot take the file is named, with what to do", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  await using desktop = await launch(profile);
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  const gone = join(folder.path, "gone");
  expect(await save(desktop, join(gone, "x.csv"))).toEqual({
    kind: "failed",
    reason: `The folder ${gone} is not there any more. Save to another folder.`,
  });
  await expect(page.getByText(`Not saved: The folder ${gone} is not there any more.`)).toBeVisible();

  mkdirSync(join(folder.path, "taken.csv"));
  expect(await save(desktop, join(folder.path, "taken.csv"))).toMatchObject({
    reason: expect.stringContaining("is a folder. Save under another name."),
  });
  expect(await save(desktop, join(folder.path, `${"n".repeat(260)}.csv`))).toMatchObject({
    reason: expect.stringContaining("is too long for the disk of"),
  });
  expect(await save(desktop, "/proc/x.csv")).toMatchObject({
    reason: "The folder /proc takes no new file. Save to another folder.",
  });
  expect(readdirSync(folder.path)).toEqual(["taken.csv"]);
});

test("what the page makes itself is saved in the same way, and a failure is said", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  await using desktop = await launch(profile);
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  const path = join(folder.path, "set-up.json");
  await answerDialog(desktop, path);
  await page.goto("bramble://app/#/settings/setUp");
  await page.getByRole("button", { name: "Save the set-up" }).click();
  await expect(page.getByText(`Saved to ${path}`)).toBeVisible();
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ format: "bramble-set-up" });

  const picture = join(folder.path, "picture.png");
  await answerDialog(desktop, picture);
  await page.goto("bramble://app/#/devices/raspi-01");
  await page.getByRole("button", { name: "PNG: Temperature" }).click();
  await expect(page.getByText(`Saved to ${picture}`)).toBeVisible();
  expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");

  const gone = join(folder.path, "gone");
  await answerDialog(desktop, join(gone, "audit.csv"));
  await page.goto("bramble://app/#/access/log");
  await page.getByRole("button", { name: "Export CSV" }).click();
  await expect(page.getByText(`Not saved: The folder ${gone} is not there any more.`)).toBeVisible();
});

test("a disk that fills up is said, and nothing is left on it", async () => {
  test.skip(!mayMountSmallDisk(), "this user may not mount a disk");
  test.setTimeout(120_000);
  using profile = new Profile();
  using disk = mountSmallDisk(1);
  await using desktop = await launch(profile);
  await fillHub(profile);
  const path = join(disk.path, "x.csv");
  expect(await save(desktop, path)).toEqual({
    kind: "failed",
    reason: `The disk of ${disk.path} is full. Free some space there, or save to another disk.`,
  });
  expect(readdirSync(disk.path)).toEqual([]);
});

test("a long export shows that it runs and how far it is, and can be cancelled", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  await using desktop = await launch(profile);
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await page.getByRole("link", { name: "raspi-01" }).click();
  // A stopped hub gives the page nothing more.
  await expect(page.getByRole("button", { name: "Export", exact: true })).toBeEnabled();
  const hubPid = profile.hub.pid;
  process.kill(hubPid, "SIGSTOP");
  try {
    const outcome = save(desktop, join(folder.path, "x.csv"));
    const saving = page.getByRole("region", { name: "Saving the export" });
    await expect(saving).toContainText("Saving x.csv… waiting for the hub");
    await expect(page.getByRole("button", { name: "Export", exact: true })).toBeDisabled();
    await saving.getByRole("button", { name: "Cancel" }).click();
    expect(await outcome).toEqual({ kind: "cancelled" });
    await expect(saving).toBeHidden();
    expect(readdirSync(folder.path)).toEqual([]);
  } finally {
    process.kill(hubPid, "SIGCONT");
  }
  expect(await save(desktop, join(folder.path, "x.csv"))).toMatchObject({ kind: "saved" });
});
