#!/usr/bin/env node
// `bramble COMMAND …`: arguments in, words out. Nothing that needs a recent Node is imported before the check.
import { holdHeapGrowth } from "../hub/heap-growth.ts";
import { checkNode } from "../hub/node-version.ts";

const commands: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  serve: async () => {
    holdHeapGrowth();
    return (await import("../hub/serve.ts")).serve;
  },
  backup: async () => (await import("./backup.ts")).backup,
  restore: async () => (await import("./restore.ts")).restore,
  check: async () => (await import("./check.ts")).check,
  find: async () => (await import("./find.ts")).find,
  simulate: async () => (await import("./simulate.ts")).simulate,
};

const help = `bramble serve       runs the hub without a window
bramble backup      copies the database, while the hub runs
bramble restore     puts a backup in its place
bramble check       verifies every stored reading
bramble find        lists the hubs on this network
bramble simulate    synthetic Pis that send readings over MQTT

Each has its own --help.`;

checkNode();
const [name = "--help", ...args] = process.argv.slice(2);
const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (load !== undefined) {
  const run = await load();
  process.exit(await run(args));
} else if (name === "--help") {
  console.log(help);
} else {
  console.error(`There is no command “${name}”.\n\n${help}`);
  process.exitCode = 1;
}
