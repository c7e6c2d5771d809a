#!/usr/bin/env node
// Packs a deb with Debian's own dpkg-deb. electron-builder would fetch fpm, a program of 20 MB, for it; this takes the arguments that
// it gives to fpm (-s dir -t deb, FILE=PLACE …) and nothing beyond, so that a package can be made wherever there is a Debian.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { type: "string", short: "s" },
    t: { type: "string", short: "t" },
    force: { type: "boolean" },
    d: { type: "string", short: "d", multiple: true, default: [] },
    "deb-recommends": { type: "string", multiple: true, default: [] },
    "deb-compression": { type: "string", default: "xz" },
    "deb-priority": { type: "string", default: "optional" },
    architecture: { type: "string", default: "" },
    "after-install": { type: "string" },
    "after-remove": { type: "string" },
    "before-remove": { type: "string" },
    name: { type: "string", default: "" },
    version: { type: "string", default: "" },
    description: { type: "string", default: "" },
    maintainer: { type: "string", default: "" },
    vendor: { type: "string" },
    url: { type: "string", default: "" },
    category: { type: "string", default: "utils" },
    license: { type: "string" },
    package: { type: "string", default: "" },
  },
});

const KIB = 1024;
const tree = mkdtempSync(join(tmpdir(), "bramble-deb-"));
try {
  for (const mapping of positionals) place(mapping);
  writeControl();
  chmodSync(tree, 0o755);
  const compression = values["deb-compression"] === "gz" ? "gzip" : values["deb-compression"];
  const how = ["--root-owner-group", `-Z${compression}`];
  const { status } = spawnSync("dpkg-deb", [...how, "--build", tree, values.package], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(tree, { recursive: true, force: true });
}

/** `FOLDER/=PLACE` is what is in the folder; `FILE=PLACE` is the file under that name. */
function place(mapping: string): void {
  const [, from = "", to = ""] = /^(.*)=(\/.*)$/.exec(mapping) ?? [];
  if (from === "" || to === "") throw new Error(`“${mapping}” says not what goes where`);
  const target = join(tree, to);
  mkdirSync(from.endsWith("/") ? target : dirname(target), { recursive: true, mode: 0o755 });
  cpSync(from, target, { recursive: true, verbatimSymlinks: true });
}

/** deb-control(5), deb-postinst(5), deb-prerm(5). */
function writeControl(): void {
  const folder = join(tree, "DEBIAN");
  const installedKib = Math.ceil(bytesIn(tree) / KIB);
  mkdirSync(folder, { mode: 0o755 });
  const fields = [
    ["Package", values.name],
    ["Version", values.version],
    ["Architecture", values.architecture],
    ["Maintainer", values.maintainer],
    ["Installed-Size", String(installedKib)],
    ["Depends", values.d.join(", ")],
    ["Recommends", values["deb-recommends"].join(", ")],
    ["Section", values.category],
    ["Priority", values["deb-priority"]],
    ["Homepage", values.url],
    ["Description", values.description.trim()],
  ];
  const lines = fields.filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(folder, "control"), lines.join(""));
  for (const [name, script] of [
    ["postinst", values["after-install"]],
    ["prerm", values["before-remove"]],
    ["postrm", values["after-remove"]],
  ] as const)
    if (script !== undefined) writeFileSync(join(folder, name), readFileSync(script), { mode: 0o755 });
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
