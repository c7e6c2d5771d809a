#!/usr/bin/env node
// `bramble COMMAND …`: arguments in, text out. Nothing that needs a recent Node is imported before the check.
import packageJson from "../../package.json" with { type: "json" };
import { surviveClosedOutput } from "../hub/host.ts";
import { holdHeapGrowth } from "../hub/process/heap-growth.ts";
import { checkNode } from "../hub/process/node-version.ts";
import { closest } from "../shared/closest.ts";

const commands: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  serve: async () => {
    holdHeapGrowth();
    return (await import("../hub/serve.ts")).serve;
  },
  work: async () => (await import("../hub/worker/work.ts")).work,
  devices: async () => (await import("./devices.ts")).devices,
  export: async () => (await import("./export.ts")).exportReadings,
  import: async () => (await import("./import.ts")).importReadings,
  key: async () => (await import("./access/key.ts")).key,
  user: async () => (await import("./access/user.ts")).user,
  passwd: async () => (await import("./access/user.ts")).passwd,
  audit: async () => (await import("./access/audit.ts")).audit,
  backup: async () => (await import("./database/backup.ts")).backup,
  restore: async () => (await import("./database/restore.ts")).restore,
  check: async () => (await import("./database/check.ts")).check,
  move: async () => (await import("./database/move.ts")).move,
  config: async () => (await import("./config/config.ts")).config,
  tls: async () => (await import("./access/tls.ts")).tls,
  find: async () => (await import("./find.ts")).find,
  simulate: async () => (await import("./simulate.ts")).simulate,
};

const help = `bramble serve       runs the hub without a window
bramble work        stores what an outside broker brings, beside a hub on a database server
bramble devices     lists the devices of a running hub
bramble export      writes readings of a running hub into a file
bramble import      stores the readings of a CSV file in a running hub
bramble key         keys of devices and of programs
bramble user        the people who may sign in
bramble passwd      sets a person's password
bramble audit       who did what, and what was refused
bramble backup      copies the database, while the hub runs
bramble restore     puts a backup in its place
bramble check       verifies every stored reading
bramble move        moves the data into a database server, or back
bramble config      the hub's set-up as a file, and back
bramble tls         HTTPS and MQTT over TLS: on, off, with which certificate
bramble find        lists the hubs on this network
bramble simulate    synthetic Pis that send readings over MQTT
bramble version     says which version this is

Each has its own --help, which bramble help COMMAND shows as well. Exit codes: 0 done, 1 not done, 2 used wrongly.`;

const HELP = ["help", "--help", "-h"];
const VERSION = ["version", "--version", "-v", "-V"];
const MAX_MISTAKES = 2;

async function main([name = "help", ...args]: readonly string[]): Promise<number> {
  const asksForHelp = HELP.includes(name);
  // `bramble help export`
  const [wanted, ...rest] = asksForHelp && args[0] !== undefined ? [args[0], "--help"] : [name, ...args.map(longHelp)];
  if (VERSION.includes(wanted)) {
    console.log(`bramble ${packageJson.version}`);
    return 0;
  }
  if (HELP.includes(wanted)) {
    console.log(help);
    return 0;
  }
  const load = Object.hasOwn(commands, wanted) ? commands[wanted] : undefined;
  if (load !== undefined) return (await load())(rest);
  const meant = closest(wanted, Object.keys(commands), MAX_MISTAKES);
  const hint = meant === null ? "" : ` Did you mean bramble ${meant}?`;
  const text = wanted.startsWith("-")
    ? `The command comes first: bramble COMMAND ${wanted}.`
    : `There is no command “${wanted}”.${hint}`;
  console.error(`${text}\n\n${help}`);
  return 2;
}

/** Node's parser takes a short option for a name of its own. */
function longHelp(arg: string): string {
  return arg === "-h" ? "--help" : arg;
}

checkNode();
surviveClosedOutput();
process.exit(await main(process.argv.slice(2)));
