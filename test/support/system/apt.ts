// Debian packages that tests need: installed with root's rights, else reported by name.
import { execFileSync, spawnSync } from "node:child_process";

/** Ensures that these Debian packages are installed; `purpose` says what they are needed for. */
export function ensurePackages(names: readonly string[], purpose: string): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(" ");
  if (process.getuid?.() !== 0) {
    throw new Error(`Missing for ${purpose}: ${list}. Install with: sudo apt-get install ${list}`);
  }
  console.log(`Installing for ${purpose}: ${list}`);
  execFileSync("apt-get", ["update"], { stdio: "pipe" });
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...missing.map(todaysName)];
  execFileSync("env", ["DEBIAN_FRONTEND=noninteractive", ...install], { stdio: "pipe" });
}

/** The clients that Pis use, and Mosquitto's tools. */
export function ensurePiClients(): void {
  ensurePackages(["python3-paho-mqtt", "python3-requests", "mosquitto-clients"], "the tests with real Pi clients");
}

/** Responders and browsers of multicast DNS, as Pis and other computers have them. */
export function ensureDiscoveryTools(): void {
  ensurePackages(
    ["avahi-daemon", "avahi-utils", "dbus", "python3-zeroconf", "iproute2"],
    "the tests of how Pis find the hub",
  );
}

/** A certificate authority for tests, its challenge DNS, and what makes its own certificate. */
export function ensurePebble(): void {
  ensurePackages(["pebble", "openssl"], "the tests of certificates");
}

function isInstalled(name: string): boolean {
  return [name, `${name}t64`].some((each) =>
    ask("dpkg-query", "--status", each).includes("Status: install ok installed"),
  );
}

/** Libraries that keep time in 64 bits carry it in their name, on systems newer than Debian 12. */
function todaysName(name: string): string {
  return ask("apt-cache", "show", `${name}t64`) === "" ? name : `${name}t64`;
}

/** What a program prints; nothing where it fails or is not there. */
function ask(command: string, ...args: string[]): string {
  return spawnSync(command, args, { encoding: "utf8" }).stdout ?? "";
}
