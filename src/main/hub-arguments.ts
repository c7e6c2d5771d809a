// The flags of `bramble serve` count in the desktop app, too. Its command line also holds Chromium's switches and, from a
// checkout, the app's folder: this picks what is the hub's. What is neither is left to the hub, which refuses it with a message.

/** Flags of `bramble serve` that take a value, also those of coming versions. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  "data",
  "host",
  "http-port",
  "mqtt-port",
  "joining",
  "anonymous",
  "allow",
  "allowed-host",
  "memory",
  "max-devices",
  "max-metrics",
  "log-level",
  "https-port",
  "mqtts-port",
  "trust-proxy",
  "base-path",
  "store",
  "spool",
  "broker",
  "broker-ca",
  "backups",
]);
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "no-mdns",
  "no-rate-limit",
  "metrics-readings",
  "trust-clock",
  "help",
]);

/** How the switches begin that people and systems give to Chromium, Electron and Node. */
const CHROMIUM =
  /^(?:app|auth|autoplay|class|crash|disable|disk-cache|enable|force|gpu|gtk|headless|high-dpi|host-r|ignore|in-process|inspect|js-flags|kiosk|lang|log-(?:file|net)|net|no-(?:default|experiments|first|sandbox|zygote)|original-process|ozone|password-store|proxy|psn|remote|render|single-process|ssl|test-type|touch|trace|type|unsafely|use-|user-data|v$|vmodule|window|xr)/;

/** `args` without the program and the app's folder. */
export function hubArguments(args: readonly string[]): string[] {
  const picked: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const [, name = ""] = /^--([^=]+)/.exec(arg) ?? [];
    if (CHROMIUM.test(name) && !WITH_VALUE.has(name) && !WITHOUT_VALUE.has(name)) continue;
    picked.push(arg);
    const next = args[index + 1];
    if (WITH_VALUE.has(name) && !arg.includes("=") && next !== undefined) {
      picked.push(next);
      index++;
    }
  }
  return picked;
}
