// A screen for windows on a machine without one: an X server that draws into memory.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ensurePackages } from "../system/apt.ts";

const windowPackages = [
  "procps",
  "xvfb",
  "xauth",
  "libgtk-3-0",
  "libnss3",
  "libasound2",
  "libgbm1",
  "libxss1",
  "libatk-bridge2.0-0",
  "libdrm2",
  "libxshmfence1",
];

/** Starts an X server and sets DISPLAY, if there is none; the returned function ends it. */
export async function startDisplay(): Promise<() => Promise<void>> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== "linux" || DISPLAY || WAYLAND_DISPLAY) return async () => undefined;
  ensurePackages(windowPackages, "the desktop tests");
  const server = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(server, "exit");
  const failed = ended.then(([code]) => Promise.reject(new Error(`Xvfb ended with code ${code}`)));
  const [display] = await Promise.race([once(createInterface({ input: server.stdout }), "line"), failed]);
  Object.assign(process.env, { DISPLAY: `:${display}` });
  return async () => {
    server.kill();
    await ended;
  };
}
