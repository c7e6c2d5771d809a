// Every launcher starts the hub as build/hub-process.json says: a checkout's, the package's and the image's.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import hubProcess from "../../../build/hub-process.json" with { type: "json" };
import { readDeployFile } from "../../support/deploy.ts";

const { flags, environment } = hubProcess;

function fileInBuild(name: string): string {
  return fileURLToPath(new URL(`../../../build/${name}`, import.meta.url));
}

test("a checkout's", () => {
  const program = "JSON.stringify({ flags: process.execArgv, environment: process.env })";
  const { PATH = "" } = process.env;
  const printed = execFileSync(process.execPath, [fileInBuild("node.js"), "-p", program], { env: { PATH } });
  const started = JSON.parse(printed.toString());
  expect(started.flags).toEqual([...flags, "-p", program]);
  expect(started.environment).toMatchObject(environment);
});

test("the package's", () => {
  const launcher = readFileSync(fileInBuild("linux/bramble.sh"), "utf8");
  const [, guard] = /^guard=(.+)$/m.exec(launcher) ?? [];
  const [, others = ""] = /^exec "\$node" \$guard (.+) "\$home\/.+\/bramble\.js" "\$@"$/m.exec(launcher) ?? [];
  expect([guard, ...others.split(" ")]).toEqual(flags);
  const set = [...launcher.matchAll(/^export (\w+)="\$\{\1-(\w+)\}"$/gm)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(set)).toEqual(environment);
});

test("the image's", () => {
  const file = readDeployFile("Dockerfile");
  const launchers = [...file.matchAll(/exec node (.+) \/app\/out\/hub\/bramble\.js "\$@"/g)].map(([, text]) => text);
  expect(launchers).toEqual([flags.join(" ")]);
  const set = [...file.matchAll(/\b(MALLOC_\w+)=(\w+)/g)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(set)).toEqual(environment);
  expect(file).toContain('\nENTRYPOINT ["bramble"]\n');
});
