// Chromium's switches on the command line. Some of them undo what the window relies on: they open a debugging port, lead the
// hub's address elsewhere, run another program as a helper, or turn the page's security off. Another program may have put them
// there (a link, a service file), so a packaged app takes those alone that a person needs on some desktops.
// What cannot be taken back: Chromium reads --no-sandbox before any code of the app runs, and it is needed as root. A program
// that runs as the same user can do what this user can; this keeps it from doing so in the name of the app.

const TAKEN: ReadonlySet<string> = new Set([
  "class",
  "disable-dev-shm-usage",
  "disable-gpu",
  "disable-gpu-compositing",
  "disable-software-rasterizer",
  "enable-wayland-ime",
  "force-device-scale-factor",
  "force-renderer-accessibility",
  "gtk-version",
  "high-dpi-support",
  "ignore-gpu-blocklist",
  "lang",
  "no-sandbox",
  "ozone-platform",
  "ozone-platform-hint",
  "password-store",
  "touch-events",
  "use-angle",
  "use-gl",
  "user-data-dir",
  "wayland-text-input-version",
]);

/** Chromium and Node read no switches after it. */
const END_OF_SWITCHES = "--";

/** The names of the switches among `args` that a packaged app does not allow, as Chromium knows them. */
export function refusedSwitches(args: readonly string[], platform: NodeJS.Platform): string[] {
  const end = args.indexOf(END_OF_SWITCHES);
  const switches = end < 0 ? args : args.slice(0, end);
  return switches.flatMap((arg) => switchName(arg, platform) ?? []).filter((name) => !TAKEN.has(name));
}

/** Chromium takes one dash for two, and on Windows a slash and capital letters as well. */
function switchName(arg: string, platform: NodeJS.Platform): string | undefined {
  const isWindows = platform === "win32";
  const [, name] = (isWindows ? /^(?:--?|\/)([^=]+)/ : /^--?([^=]+)/).exec(arg) ?? [];
  return isWindows ? name?.toLowerCase() : name;
}
