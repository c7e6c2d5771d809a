// The configuration of electron-builder's installers, and the systemd unit.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { deployFile } from "../../support/deploy.ts";
import { ensurePackages } from "../../support/system/apt.ts";

const Target = Type.Object({
  icon: Type.String(),
  target: Type.Array(Type.Object({ target: Type.String(), arch: Type.Array(Type.String()) })),
});
const Installers = Type.Object({
  appId: Type.String(),
  files: Type.Array(Type.String()),
  linux: Type.Intersect([Target, Type.Object({ maintainer: Type.String(), executableName: Type.String() })]),
  win: Target,
  nsis: Type.Object({ include: Type.String(), deleteAppDataOnUninstall: Type.Literal(false) }),
  mac: Target,
});

const project = (path: string) => new URL(`../../../${path}`, import.meta.url);
const text = (path: string) => readFileSync(project(path), "utf8");

test("installers for every system are described as electron-builder understands it", () => {
  const require = createRequire(import.meta.url);
  const builder = createRequire(require.resolve("electron-builder/package.json"));
  const schema = JSON.parse(readFileSync(builder.resolve("app-builder-lib/scheme.json"), "utf8"));
  const configuration: unknown = parse(text("build/electron-builder.yml"));
  const check = new Ajv({ strict: false, allErrors: true }).compile(schema);
  check(configuration);
  expect(check.errors ?? []).toEqual([]);
  const { appId, files, linux, win, nsis, mac } = Value.Parse(Installers, configuration);
  const both = ["x64", "arm64"];
  expect(linux.target).toEqual([
    { target: "AppImage", arch: both },
    { target: "deb", arch: both },
  ]);
  expect(win.target).toEqual([{ target: "nsis", arch: both }]);
  // The zip is what electron-updater takes of new versions for macOS.
  expect(mac.target).toEqual([
    { target: "dmg", arch: both },
    { target: "zip", arch: both },
  ]);
  // A deb's maintainer has an address; who tried the containers in the checkout packs no password of theirs.
  expect(linux.maintainer).toMatch(/^.+ <\S+@\S+>$/);
  for (const secret of [".env", "mosquitto/passwords"]) {
    expect(files).toContain(`!resources/deploy/${secret}`);
    expect(text(".gitignore")).toContain(`resources/deploy/${secret}\n`);
  }
  // Windows and Linux find a running app's icon, notices and start entry by names that stand in two places.
  expect(text("src/main/index.ts")).toContain(`setAppUserModelId("${appId}")`);
  expect(JSON.parse(text("package.json"))).toMatchObject({ desktopName: `${linux.executableName}.desktop` });
  expect(text(nsis.include)).toContain("!macro customUnInstall");
});

test("each system has its icon in the sizes that it shows", () => {
  const { linux, win, mac } = Value.Parse(Installers, parse(text("build/electron-builder.yml")));
  const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];
  const sizes = [16, 24, 32, 48, 64, 128, 256, 512];
  for (const size of sizes)
    expect(sizeOf(readFileSync(project(`${linux.icon}/${size}x${size}.png`)))).toEqual([size, size]);

  const ico = readFileSync(project(win.icon));
  const inIco = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const [length, offset] = [ico.readUInt32LE(6 + 16 * index + 8), ico.readUInt32LE(6 + 16 * index + 12)];
    return sizeOf(ico.subarray(offset, offset + length))[0];
  });
  expect(inIco).toEqual([16, 24, 32, 48, 64, 128, 256]);

  const icns = readFileSync(project(mac.icon));
  expect([icns.toString("latin1", 0, 4), icns.readUInt32BE(4)]).toEqual(["icns", icns.length]);
  const inIcns: (number | undefined)[] = [];
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) inIcns.push(sizeOf(icns.subarray(at + 8))[0]);
  expect(inIcns).toEqual([32, 64, 128, 256, 256, 512, 512, 1024]);
});

test("the systemd unit is one that systemd takes, and lets the hub do little", () => {
  ensurePackages(["systemd"], "the test of the systemd unit");
  const unit = deployFile("bramble.service");
  expect(execFileSync("systemd-analyze", ["verify", unit], { encoding: "utf8" })).toBe("");
  const report = execFileSync("systemd-analyze", ["security", "--offline=true", "--threshold=25", unit], {
    encoding: "utf8",
  });
  expect(report).toContain("OK");
});
