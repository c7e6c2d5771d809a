// Where the window opens: within reach, where it was, and closed without fuss when that cannot be written down.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { frameOffset, isGraspable, withinReach } from "../../src/main/window/window-geometry.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../support/system/small-disk.ts";
import { type Desktop, launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

const SCREEN = { x: 0, y: 0, width: 1600, height: 1000 };
const RIGHT = { x: 1600, y: 40, width: 1920, height: 1040 };
const SIZE = { width: 1280, height: 800 };

test.describe("a window's place", () => {
  for (const [name, x, y] of [
    ["above the screen", 100, -690],
    ["with its title bar just above", 100, -20],
    ["below it", 100, 990],
    ["far to the left", -1_250, 100],
    ["far to the right", 1_550, 100],
    ["on a monitor that is gone", 4_000, 200],
  ] as const) {
    test(`${name} is moved to where the title bar can be grasped, as large as it was`, () => {
      const bounds = { x, y, ...SIZE };
      expect(isGraspable(bounds, [SCREEN])).toBe(false);
      const moved = withinReach(bounds, [SCREEN]);
      expect(isGraspable(moved, [SCREEN])).toBe(true);
      expect(moved).toMatchObject(SIZE);
    });
  }

  test("is kept where the title bar is on any screen", () => {
    for (const bounds of [
      { x: 10, y: 10, ...SIZE },
      { x: 1_480, y: 900, ...SIZE },
      { x: 3_300, y: 40, ...SIZE },
    ]) {
      expect(withinReach(bounds, [SCREEN, RIGHT])).toBe(bounds);
    }
    // Beneath the panel of the right screen.
    expect(withinReach({ x: 2_000, y: 0, ...SIZE }, [RIGHT])).toMatchObject({ x: 2_000, y: 40 });
  });

  test("is no larger than the screen that is left", () => {
    expect(withinReach({ x: -3_000, y: -500, width: 2_560, height: 1_440 }, [SCREEN])).toEqual(SCREEN);
    expect(withinReach({ x: 0, y: 0, width: 2_560, height: 1_440 }, [SCREEN])).toEqual(SCREEN);
    expect(withinReach({ x: 300, y: 10, width: 1_280, height: 1_200 }, [SCREEN])).toEqual({
      x: 300,
      y: 0,
      width: 1_280,
      height: 1_000,
    });
    // One may be across two.
    const wide = { x: 200, y: 50, width: 3_000, height: 900 };
    expect(withinReach(wide, [SCREEN, RIGHT])).toBe(wide);
  });

  test("is not that of its frame, unless somebody moved it", () => {
    const asked = { x: 10, y: 10, ...SIZE };
    expect(frameOffset(asked, { ...asked, x: 11, y: 30 })).toEqual({ x: 1, y: 20 });
    expect(frameOffset(asked, { ...asked, x: 300, y: 30 })).toEqual({ x: 0, y: 0 });
    expect(frameOffset(asked, { ...asked, y: 5 })).toEqual({ x: 0, y: 0 });
  });
});

const boundsOf = (desktop: Desktop) =>
  desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());

for (const [name, bounds] of [
  ["above the screen", { x: 100, y: -690, width: 1_280, height: 800 }],
  ["on a monitor that is gone", { x: 5_000, y: 3_000, width: 1_280, height: 800 }],
] as const) {
  test(`a window left ${name} opens within reach, and is saved so`, async () => {
    using profile = new Profile();
    const placeFile = join(profile.path, "window.json");
    writeFileSync(placeFile, JSON.stringify({ bounds, maximized: false }));
    {
      await using desktop = await launch(profile);
      expect(isGraspable((await boundsOf(desktop)) ?? bounds, [SCREEN])).toBe(true);
    }
    expect(isGraspable(JSON.parse(readFileSync(placeFile, "utf8")).bounds, [SCREEN])).toBe(true);
  });
}

test("a window is no larger than its screen, however little that shows", async () => {
  using profile = new Profile();
  const bounds = { x: 0, y: 0, width: 2_560, height: 1_440 };
  writeFileSync(join(profile.path, "window.json"), JSON.stringify({ bounds, maximized: false }));
  await using desktop = await launch(profile, {}, ["--force-device-scale-factor=2"]);
  const [window, screen] = await desktop.app.evaluate(({ BrowserWindow, screen }) => [
    BrowserWindow.getAllWindows()[0]?.getBounds(),
    screen.getPrimaryDisplay().workArea,
  ]);
  expect(screen).toMatchObject({ width: 800, height: 500 });
  expect(window).toEqual(screen);
});

for (const [name, spoil] of [
  ["is no JSON", (path: string) => writeFileSync(path, "")],
  ["is a folder", (path: string) => mkdirSync(path)],
] as const) {
  test(`a place that ${name} costs the place alone, and is a line in the log`, async () => {
    using profile = new Profile();
    spoil(join(profile.path, "window.json"));
    await using desktop = await launch(profile);
    expect(await boundsOf(desktop)).toMatchObject(SIZE);
    expect(readFileSync(join(profile.path, "desktop.log"), "utf8")).toContain("place cannot be read");
  });
}

test("a disk that is full when the window closes costs the place alone", async () => {
  test.skip(!mayMountSmallDisk(), "this user may not mount a disk");
  using profile = new Profile();
  using disk = mountSmallDisk(48);
  const desktop = await launch(profile, {}, [`--user-data-dir=${disk.path}`]);
  rmSync(join(disk.path, "window.json"), { force: true });
  expect(() => {
    for (let part = 0; ; part++)
      writeFileSync(join(disk.path, `fill-${part}`), Buffer.alloc(part < 48 ? 1 << 20 : 512));
  }).toThrow("ENOSPC");
  const closed = desktop.app.waitForEvent("close");
  await desktop.page.close();
  expect(await desktop.windows()).toBe(0);
  expect(existsSync(join(disk.path, "window.json"))).toBe(false);
  desktop.app.process().kill("SIGTERM");
  await closed;
  expect(profile.hubRuns).toBe(false);
});
