// The content of the Linux package, and which updates an app accepts.
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import hubProcess from "../../../build/hub-process.json" with { type: "json" };
import { architecturesOf, installerScript, unitOfPackage } from "../../../build/linux/parts.ts";
import { isSigned } from "../../../src/main/updates/signed-feed.ts";
import { isGoodAddress, readUpdateSource } from "../../../src/main/updates/update-source.ts";
import { readDeployFile } from "../../support/deploy.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

const BUILD = new URL("../../../build/linux/", import.meta.url);
const hasDpkg = spawnSync("dpkg-deb", ["--version"]).status === 0;

test("the package's unit is the checkout's, but for the program", () => {
  const unit = readDeployFile("bramble.service");
  const settings = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const differing = settings(unitOfPackage(unit)).filter((line) => !settings(unit).includes(line));
  expect(differing).toEqual(["ExecStart=/usr/bin/bramble serve"]);
  expect(settings(unitOfPackage(unit))).toHaveLength(settings(unit).length);
  expect(unitOfPackage(unit)).not.toContain("/opt/bramble");
});

test("bundles Node for the packaged target only", () => {
  const of = (...args: string[]) => architecturesOf(args, "x64");
  expect(of("--linux", "deb")).toEqual(["x64"]);
  expect(of("--dir", "-c.directories.output=/x")).toEqual(["x64"]);
  expect(of("--linux", "deb", "--arm64")).toEqual(["arm64"]);
  expect(of("--linux", "deb:arm64", "AppImage:x64")).toEqual(["x64", "arm64"]);
  for (const args of [[], ["--linux"], ["--linux", "-c.directories.output=/x"], ["--win", "nsis", "--linux"]])
    expect(of(...args)).toEqual(["x64", "arm64"]);
});

test.runIf(hasDpkg)("a deb is what the arguments of fpm say", () => {
  using folder = makeTemporaryFolder();
  const at = (name: string) => join(folder.path, name);
  mkdirSync(at("app"));
  writeFileSync(at("app/bramble-desktop"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(at("after"), "#!/bin/sh\nexit 0\n");
  const said = [
    "--description",
    "A hub\n For Pis",
    "--version",
    "1.2.3",
    "--package",
    at("b.deb"),
    "--name",
    "bramble",
  ];
  const who = [
    "--maintainer",
    "B <b@bramble.example>",
    "--vendor",
    "B",
    "--url",
    "https://bramble.example/",
    "--license",
    "MIT",
  ];
  const what = ["-s", "dir", "--force", "-t", "deb", "-d", "libnss3", "-d", "libgtk-3-0", "--deb-compression", "gz"];
  const before = `--before-remove=${new URL("before-remove.sh", BUILD).pathname}`;
  const scripts = ["--after-install", at("after"), before, "--architecture", "amd64", "--category", "utils"];
  const files = [`${at("app")}/=/opt/Bramble`, `${new URL("bramble.sh", BUILD).pathname}=/usr/bin/bramble`];
  const script = new URL("pack-deb.ts", BUILD).pathname;
  execFileSync(process.execPath, [script, ...what, ...said, ...who, ...scripts, ...files], { stdio: "pipe" });
  const dpkg = (...args: string[]) => execFileSync("dpkg-deb", [...args], { encoding: "utf8" });
  expect(dpkg("--field", at("b.deb"), "Package", "Version", "Depends", "Description")).toBe(
    "Package: bramble\nVersion: 1.2.3\nDepends: libnss3, libgtk-3-0\nDescription: A hub\n For Pis\n",
  );
  const contents = dpkg("--contents", at("b.deb"));
  expect(contents).toMatch(/^-rwxr-xr-x root\/root .* \.\/usr\/bin\/bramble$/m);
  expect(contents).toMatch(/^-rwxr-xr-x root\/root .* \.\/opt\/Bramble\/bramble-desktop$/m);
  expect(dpkg("--info", at("b.deb"), "postinst")).toContain("exit 0");
  expect(dpkg("--info", at("b.deb"), "prerm")).toContain("systemctl stop bramble.service");
});

test.runIf(process.platform === "linux")(
  "a service that runs is stopped before its files go, and started after",
  () => {
    using folder = makeTemporaryFolder();
    const at = (name: string) => join(folder.path, name);
    // A systemd that runs the service and writes down what it is told.
    writeFileSync(at("systemctl"), `#!/bin/sh\necho "$@" >> ${at("told")}\n`, { mode: 0o755 });
    mkdirSync(at("system"));
    const run = (script: string, ...args: string[]) => {
      const here = script.replaceAll("/run/systemd/system", at("system")).replaceAll("/run/bramble", at("bramble"));
      writeFileSync(at("told"), "");
      execFileSync("sh", ["-c", here, "script", ...args], { env: { PATH: `${folder.path}:/usr/bin:/bin` } });
      return readFileSync(at("told"), "utf8").trim().split("\n");
    };
    const file = (name: string) => readFileSync(new URL(name, BUILD), "utf8");
    expect(run(file("before-remove.sh"), "upgrade", "2.0.0").slice(1)).toEqual(["stop bramble.service"]);
    expect(run(file("after-install.sh"), "configure")).toEqual(["daemon-reload", "start bramble.service"]);
    // One that nobody uses is not started.
    expect(run(file("after-install.sh"), "configure")).toEqual(["daemon-reload"]);
    expect(run(file("before-remove.sh"), "remove")).toEqual(["disable --now bramble.service"]);
    // And electron-builder's own scripts come before: the link, the sandbox, AppArmor.
    for (const name of ["after-install", "after-remove"]) {
      const both = installerScript(name);
      expect(both).toContain("update-alternatives");
      expect(both.endsWith(`\n\n${file(`${name}.sh`)}`)).toBe(true);
      expect(file(`${name}.sh`)).not.toContain("${");
    }
  },
);

test.runIf(process.platform === "linux")("the program on the PATH tells commands from the window", () => {
  using folder = makeTemporaryFolder();
  const script = readFileSync(new URL("bramble.sh", BUILD), "utf8");
  const file = join(folder.path, "bramble");
  mkdirSync(join(folder.path, "resources"));
  for (const [name, says] of [
    ["resources/node", "cli"],
    ["bramble-desktop", "window"],
  ] as const)
    writeFileSync(join(folder.path, name), `#!/bin/sh\necho ${says} "$@"\n`, { mode: 0o755 });
  writeFileSync(file, script.replace("home=/opt/Bramble", `home=${folder.path}`), { mode: 0o755 });
  const says = (args: string[], env = {}) => execFileSync(file, args, { encoding: "utf8", env }).trim();
  const entry = `${folder.path}/resources/app.asar.unpacked/out/hub/bramble.js`;
  expect(says(["devices", "--json"])).toBe(`cli ${hubProcess.flags.join(" ")} ${entry} devices --json`);
  expect(says(["--version"])).toContain("cli");
  expect(says([])).toContain("cli");
  expect(says([], { DISPLAY: ":0" })).toBe("window");
  expect(says(["--data", "/x y"])).toBe("window --data /x y");
});

test("versions come over HTTPS, from this computer, or signed; what is changed on its way is not signed", () => {
  const isGood = (address: string, publicKey: string | null = null) => isGoodAddress({ address, publicKey });
  expect(["https://a.example/x", "http://127.0.0.1:8000/"].map((address) => isGood(address))).toEqual([true, true]);
  expect(["http://a.example/", "file:///x", "a.example", ""].map((address) => isGood(address))).toEqual(
    Array(4).fill(false),
  );
  expect(isGood("http://a.example/", "a key")).toBe(true);
  using folder = makeTemporaryFolder();
  expect(readUpdateSource(join(folder.path, "none.json"))).toEqual({ address: "", publicKey: null });

  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const feed = "version: 1.0.0\n";
  const signature = `${sign(null, Buffer.from(feed), privateKey).toString("base64")}\n`;
  expect(isSigned(feed, signature, pem)).toBe(true);
  expect(isSigned(feed.replace("1.0.0", "1.0.1"), signature, pem)).toBe(false);
  expect(isSigned(feed, "", pem)).toBe(false);
  const stranger = generateKeyPairSync("ed25519").privateKey;
  expect(isSigned(feed, sign(null, Buffer.from(feed), stranger).toString("base64"), pem)).toBe(false);
});
