// Why the hub cannot start. The codes that end in /desktop are for the desktop's window, where a person has no command line:
// they take the same parameters.
import type { Sentence } from "../sentence.ts";

type Value = { readonly value: string };
type Flag = { readonly flag: string };
type Problem = { readonly problem: Sentence };
type Folder = { readonly folder: string };
type Port = { readonly protocol: string; readonly port: number };
type Listening = Port & { readonly host: string };
type Taken = Port & { readonly holder: Sentence; readonly command: string };
type Held = Folder & { readonly pid: number | null };
type Denied = Folder & { readonly reason: Sentence; readonly remedy: Sentence };
/** `reason` is SQLite's. */
type Database = { readonly path: string; readonly reason: string };

const taken = ({ protocol, port, holder, command }: Taken) =>
  `${protocol} port ${port} is taken by ${holder}.${command === "" ? "" : ` See which one with \`${command}\`.`}`;
const held = ({ folder, pid }: Held) => `Another hub (pid ${pid ?? "unknown"}) runs on ${folder}.`;
const unusable = ({ folder }: Folder) => `The data folder ${folder} cannot be used:`;
const denied = ({ folder, reason, remedy }: Denied) =>
  `${unusable({ folder })} ${reason}${remedy === "" ? "" : ` ${remedy}`}`;
const notOpened = ({ path, reason }: Database) => `The database ${path} cannot be opened: ${reason}.`;
const cannotListen = ({ protocol, host, port }: Listening) => `Cannot listen for ${protocol} on ${host} port ${port}:`;
const missingAddress = ({ host }: Listening) => `this computer does not have the address ${host}.`;
const privileged = ({ below }: { readonly below: number }) => `ports below ${below} are for root alone here.`;

const WITHOUT_FLAG = "Start Bramble without that flag, or with a right one.";
const OTHER_FOLDER = "Or name another folder with --data.";
const TRY_AGAIN = "Then try again.";

const STORE_FORM = "a URL such as postgres://user:password@host/database or mariadb://user:password@host/database";

export const start = {
  // Flags.
  "start/flags": ({ problem }: Problem) => `${problem} See bramble serve --help.`,
  "start/flags/desktop": ({ problem }: Problem) => `${problem} ${WITHOUT_FLAG}`,
  "flag/passphrase-file": ({ path, reason }: { readonly path: string; readonly reason: string }) =>
    `BRAMBLE_PASSPHRASE_FILE: ${path} cannot be read: ${reason}.`,
  "flag/empty-folder": () => "--data takes a folder, not an empty name.",
  "flag/port": ({ flag, value }: Flag & Value) => `--${flag} takes a port from 0 to 65535, not “${value}”.`,
  "flag/memory": ({ min, max, value }: Value & { readonly min: number; readonly max: number }) =>
    `--memory takes megabytes from ${min} to ${max}, not “${value}”.`,
  "flag/count": ({ flag, max, value }: Flag & Value & { readonly max: number }) =>
    `--${flag} takes a number from 1 to ${max}, not “${value}”.`,
  "flag/spool": ({ max, value }: Value & { readonly max: number }) =>
    `--spool takes megabytes up to ${max}, or 0 for none, not “${value}”.`,
  "flag/broker": () => "--broker takes an address such as mqtt://192.168.1.5 or mqtts://user@broker.example:8883.",
  "flag/broker/path": () => "--broker takes an address without a path, such as mqtt://192.168.1.5.",
  "flag/broker/percent": () => "A % in the user or the password of --broker is written as %25.",
  "flag/broker/ca-without-tls": () => "--broker-ca is for an mqtts:// broker.",
  "flag/broker/password-without-user": () => "The broker’s password needs a user name: --broker mqtts://user@host.",
  "flag/unreadable-file": ({ flag, path }: Flag & { readonly path: string }) => `${flag}: ${path} cannot be read.`,
  "flag/store": () => `--store takes ${STORE_FORM}.`,
  "flag/store/incomplete": () => `--store takes ${STORE_FORM}: user, host and database are needed.`,
  "flag/store/percent": () => `--store takes ${STORE_FORM}; a % in it is written as %25.`,
  "flag/store/tls": ({ modes }: { readonly modes: readonly string[] }) =>
    `sslmode in --store is one of ${modes.join(", ")}.`,
  "flag/host": ({ value }: Value) => `--host takes an IP address, not “${value}”.`,
  "flag/network": ({ flag, value }: Flag & Value) => `--${flag} takes networks such as 203.0.113.0/24, not “${value}”.`,
  "flag/base-path": ({ value }: Value) => `--base-path takes a path such as /bramble, not “${value}”.`,
  "flag/choice": ({ flag, choices, value }: Flag & Value & { readonly choices: string }) =>
    `--${flag} takes ${choices}, not “${value}”.`,

  // Its folder.
  "start/held": (params: Held) => `${held(params)} Stop it first, or name another folder with --data.`,
  "start/held/desktop": (params: Held) => `${held(params)} Stop that hub, then try again.`,
  "start/folder-denied": (params: Denied) => `${denied(params)} ${OTHER_FOLDER}`,
  "start/folder-denied/desktop": (params: Denied) => `${denied(params)} ${TRY_AGAIN}`,
  "start/folder-failed": ({ folder, reason }: Folder & { readonly reason: Sentence }) =>
    `${unusable({ folder })} ${reason} ${OTHER_FOLDER}`,
  "start/folder-failed/desktop": ({ folder, reason }: Folder & { readonly reason: Sentence }) =>
    `${unusable({ folder })} ${reason} Mend that, then try again.`,

  // Its database.
  "start/database-full": (params: Database) => `${notOpened(params)} Make room on its disk.`,
  "start/database-damaged": (params: Database) =>
    `${notOpened(params)} Put a backup in its place with bramble restore FILE, which keeps it beside; or name another folder with --data.`,
  "start/database-damaged/desktop": (params: Database) =>
    `${notOpened(params)} Move it to another place and put a backup there under its name, then try again. Without one the hub begins anew.`,
  "start/database-newer": (params: Database) =>
    `${notOpened(params)} Start the newer version, or name another folder with --data.`,
  "start/database-newer/desktop": (params: Database) => `${notOpened(params)} Start the newer version.`,
  "start/database-denied": (params: Database) =>
    `${notOpened(params)} Are its disk and its folder in order, and may this user write there? Or name another folder with --data.`,
  "start/database-denied/desktop": (params: Database) =>
    `${notOpened(params)} Are its disk and its folder in order, and may this user write there? ${TRY_AGAIN}`,
  "start/database-failed": (params: Database) =>
    `${notOpened(params)} Name another folder with --data to go on without it.`,
  "start/database-failed/desktop": (params: Database) => `${notOpened(params)} Mend that, then try again.`,

  // Its ports.
  "start/port-taken": (params: Taken) => `${taken(params)} End it, or name another port.`,
  "start/port-taken/desktop": (params: Taken) => `${taken(params)} End that program, then try again.`,
  "start/no-such-address": (params: Listening) =>
    `${cannotListen(params)} ${missingAddress(params)} Start it without --host, or with an address that it has.`,
  "start/no-such-address/desktop": (params: Listening) =>
    `${cannotListen(params)} ${missingAddress(params)} ${WITHOUT_FLAG}`,
  "start/no-ipv6": (params: Listening) => `${cannotListen(params)} this computer has no IPv6. Start it without --host.`,
  "start/no-ipv6/desktop": (params: Listening) => `${cannotListen(params)} this computer has no IPv6. ${WITHOUT_FLAG}`,
  "start/port-privileged": (params: Listening & { readonly below: number }) =>
    `${cannotListen(params)} ${privileged(params)} Name a higher one.`,
  "start/port-privileged/desktop": (params: Listening & { readonly below: number }) =>
    `${cannotListen(params)} ${privileged(params)} ${WITHOUT_FLAG}`,
  "start/port-failed": (params: Listening & { readonly reason: string }) => `${cannotListen(params)} ${params.reason}.`,

  /** An error that was not foreseen. */
  "start/failed": ({ reason }: { readonly reason: string }) => reason,

  // The desktop's hub process.
  "desktop/hub-ended": ({ code, lastError }: { readonly code: number; readonly lastError: string }) =>
    `The hub ended with code ${code}${lastError === "" ? "" : `: ${lastError}`}`,
  "desktop/hub-killed": ({ signal, lastError }: { readonly signal: string; readonly lastError: string }) =>
    `The hub was ended by ${signal}${lastError === "" ? "" : `: ${lastError}`}`,
  "desktop/hub-not-started": ({ reason }: { readonly reason: string }) => `The hub could not be started: ${reason}`,
  "desktop/hub-starting": () => "The hub is starting…",
  "desktop/hub-cannot-run": ({ reason }: { readonly reason: Sentence }) => `The hub cannot run. ${reason}`,
};
