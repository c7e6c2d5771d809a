// Under a window manager that adds a frame, the window keeps its position over any number of starts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "@playwright/test";
import { ensurePackages } from "../support/system/apt.ts";
import { launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

/** A screen of its own with Openbox on it. */
async function startFramedDisplay() {
  ensurePackages(["xvfb", "openbox"], "windows with frames");
  const server = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [number] = await once(createInterface({ input: server.stdout }), "line");
  const display = `:${number}`;
  const manager = spawn("openbox", [], { env: { ...process.env, DISPLAY: display }, stdio: "ignore" });
  return {
    display,
    async [Symbol.asyncDispose]() {
      for (const child of [manager, server]) {
        const ended = once(child, "exit");
        child.kill();
        await ended;
      }
    },
  };
}

for (const [name, place] of [
  ["where it was left", { bounds: { x: 10, y: 10, width: 1_000, height: 700 }, maximized: false }],
  ["in the middle, where nobody has moved it", undefined],
] as const) {
  test(`the window stays ${name}`, async () => {
    test.skip(process.platform !== "linux" || process.getuid?.() !== 0, "needs X11, and Openbox from Debian");
    test.setTimeout(120_000);
    await using framed = await startFramedDisplay();
    using profile = new Profile();
    const file = join(profile.path, "window.json");
    if (place !== undefined) writeFileSync(file, JSON.stringify(place));
    const read = (): unknown => JSON.parse(readFileSync(file, "utf8"));
    let first: unknown = place;
    for (let start = 0; start < 3; start++) {
      {
        await using _desktop = await launch(profile, { DISPLAY: framed.display });
      }
      first ??= read();
      expect(read(), `after start ${start + 1}`).toEqual(first);
    }
  });
}
