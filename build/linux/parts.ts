// What a package for Linux has beside the app: a Node for the command line, the systemd unit of a hub without a window, and what its
// installation does to the running one. They are laid into out/package, where electron-builder.yml finds them. The app's own runtime
// lets nobody use it as a Node.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { cached } from "../cache.ts";
import { projectFolder } from "../electron.ts";

const ARCHITECTURES = ["x64", "arm64"] as const;
type Architecture = (typeof ARCHITECTURES)[number];

const LockFile = Type.Object({
  packages: Type.Record(
    Type.String(),
    Type.Object({ version: Type.Optional(Type.String()), integrity: Type.Optional(Type.String()) }),
  ),
});

export const packageParts = join(projectFolder, "out", "package");

/** `args` are electron-builder's. */
export function layLinuxParts(args: readonly string[]): void {
  mkdirSync(packageParts, { recursive: true });
  for (const architecture of architecturesOf(args, process.arch)) layNode(architecture);
  const unit = readFileSync(join(projectFolder, "resources", "deploy", "bramble.service"), "utf8");
  writeFileSync(join(packageParts, "bramble.service"), unitOfPackage(unit));
  for (const name of ["after-install", "after-remove"]) writeFileSync(join(packageParts, name), installerScript(name));
}

/** As electron-builder reads its arguments: those that are named, else `own` where they say what to make, else those of its configuration. */
export function architecturesOf(args: readonly string[], own: string): readonly Architecture[] {
  const behind = args.slice(args.indexOf("--linux") + 1);
  const end = behind.findIndex((arg) => arg.startsWith("-"));
  const targets = args.includes("--linux") ? behind.slice(0, end < 0 ? behind.length : end) : [];
  const named = ARCHITECTURES.filter(
    (one) => args.includes(`--${one}`) || targets.some((target) => target.endsWith(`:${one}`)),
  );
  if (named.length > 0) return named;
  const saysWhat = args.includes("--dir") || targets.length > 0;
  return saysWhat ? ARCHITECTURES.filter((architecture) => architecture === own) : ARCHITECTURES;
}

/** electron-builder's own script of that name (links, sandbox, AppArmor), and what the service needs after it. */
export function installerScript(name: string): string {
  const templates = join(projectFolder, "node_modules", "app-builder-lib", "templates", "linux");
  const theirs = readFileSync(join(templates, `${name}.tpl`), "utf8").trimEnd();
  const ours = readFileSync(join(projectFolder, "build", "linux", `${name}.sh`), "utf8");
  return `${theirs}\n\n${ours}`;
}

/** The unit that runs a checkout, for the program that the package puts on the PATH. */
export function unitOfPackage(unit: string): string {
  const lines = unit.split("\n");
  const head = lines.findIndex((line) => !line.startsWith("#"));
  const rest = lines
    .slice(head)
    .map((line) => (line.startsWith("ExecStart=") ? "ExecStart=/usr/bin/bramble serve" : line));
  const about = [
    "# A hub without a window, started with the machine: sudo systemctl enable --now bramble",
    "# Flags are variables of /etc/default/bramble, such as BRAMBLE_ANONYMOUS=none. `journalctl -u bramble` shows the sign-in link.",
  ];
  return [...about, ...rest].join("\n");
}

function layNode(architecture: Architecture): void {
  const name = `node-linux-${architecture}`;
  const installed = join(projectFolder, "node_modules", name);
  const folder = existsSync(installed) ? installed : fetchNode(name);
  copyFileSync(join(folder, "bin", "node"), join(packageParts, `node-${architecture}`));
  copyFileSync(join(folder, "LICENSE"), join(packageParts, "node-LICENSE"));
}

/** npm installs that of this computer's own architecture alone. What is fetched is what the lockfile names. */
function fetchNode(name: string): string {
  const { packages } = Value.Parse(
    LockFile,
    JSON.parse(readFileSync(join(projectFolder, "package-lock.json"), "utf8")),
  );
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`The lockfile does not name ${name}.`);
  const folder = cached(`${name}-${version}`, (made) => {
    console.log(`Fetching ${name} ${version} from the npm registry…`);
    const pack = ["pack", `${name}@${version}`, "--silent", "--pack-destination", made];
    const file = join(made, execFileSync("npm", pack, { encoding: "utf8", stdio: "pipe" }).trim());
    const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${name}@${version} is not what the lockfile names: ${found}`);
    execFileSync("tar", ["-xf", file, "-C", made, "package/bin/node", "package/LICENSE"]);
  });
  return join(folder, "package");
}
