// What stands in for node:24-bookworm-slim, where no image can be pulled: a Debian by debootstrap, with this project's own Node and npm.
import { execFileSync } from "node:child_process";
import { cpSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cached } from "../../../build/cache.ts";
import { projectFolder } from "../../../build/electron.ts";
import type { Buildah } from "./buildah.ts";

const SUITE = "bookworm";
const EXTRA_AUTHORITIES = "/usr/local/share/extra-authorities.pem";
export const BASE = "localhost/node:24-bookworm-slim";

/** Takes a minute the first time; the Debian is kept in the user's cache. DEBIAN_MIRROR names another server of packages. */
export function makeBaseImage(buildah: Buildah): void {
  const debian = cached(`debian-${SUITE}`, (folder) => {
    const mirror = process.env["DEBIAN_MIRROR"];
    const source = mirror === undefined ? [] : [mirror];
    execFileSync("debootstrap", ["--variant=minbase", SUITE, folder, ...source], { stdio: "pipe" });
  });
  const container = buildah.run("from", "scratch");
  buildah.run("copy", container, debian, "/");
  const mounted = buildah.run("mount", container);
  const node = join(projectFolder, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  cpSync(node, join(mounted, "usr", "local", "bin", "node"));
  const modules = join(mounted, "usr", "local", "lib", "node_modules");
  cpSync(npmFolder(), join(modules, "npm"), { recursive: true });
  for (const [name, script] of [
    ["npm", "npm-cli.js"],
    ["npx", "npx-cli.js"],
  ] as const)
    symlinkSync(`../lib/node_modules/npm/bin/${script}`, join(mounted, "usr", "local", "bin", name));
  trustAsHere(buildah, container, mounted);
  buildah.run("umount", container);
  buildah.run("commit", "--rm", container, BASE);
}

/** Behind a proxy that has an authority of its own, npm has to know that one as well. */
function trustAsHere(buildah: Buildah, container: string, mounted: string): void {
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  if (authorities === undefined) return;
  cpSync(realpathSync(authorities), join(mounted, EXTRA_AUTHORITIES));
  buildah.run("config", "--env", `NODE_EXTRA_CA_CERTS=${EXTRA_AUTHORITIES}`, container);
}

/** Of the programs of this computer. */
function npmFolder(): string {
  const found = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
  return dirname(dirname(realpathSync(found)));
}
