// Parses the listening sockets in /proc and in the output of lsof, netstat and tasklist. Pure.
import { basename } from "node:path";

/** A listening socket on Linux, with its owner. */
export interface ListeningSocket {
  readonly inode: string;
  readonly uid: number;
}

/** A program that listens. */
export interface Process {
  readonly pid: number;
  readonly name: string;
}

const LISTENING = "0A";
/** Interpreters, which are named together with their script. */
const INTERPRETER = /^(?:node|nodejs|electron|python[\d.]*|java|ruby|perl|php|deno|bun|sh|bash)$/;
/** The kernel truncates a program's name to this length. */
const MAX_COMM_CHARACTERS = 15;

/** Sockets in `/proc/net/tcp` or `tcp6` that listen on `port`; addresses and ports are hexadecimal there. */
export function listeningSockets(table: string, port: number): ListeningSocket[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , uid = "", , inode = ""] = line.trim().split(/\s+/);
    return local.endsWith(suffix) && state === LISTENING ? [{ inode, uid: Number(uid) }] : [];
  });
}

/** A program's name from `/proc/PID/comm` and `/proc/PID/cmdline`, the latter with NUL between its parts. */
export function programName(comm: string, commandLine: string): string {
  const [program = "", ...args] = commandLine.split("\0");
  const base = basename(program);
  const script = args.find((arg) => arg !== "" && !arg.startsWith("-"));
  if (INTERPRETER.test(base)) return script === undefined ? base : `${base} ${basename(script)}`;
  const kernel = comm.trim();
  return kernel.length === MAX_COMM_CHARACTERS && base.startsWith(kernel) ? base : kernel;
}

/** The user with a number, from `/etc/passwd`. */
export function userName(passwd: string, uid: number): string | null {
  const line = passwd.split("\n").find((one) => one.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? null;
}

/** The first program in the output of `lsof -F pc`: a field per line, marked by its first letter. */
export function parseLsof(text: string): Process | null {
  const lines = text.split("\n");
  const pid = lines.find((line) => line.startsWith("p"))?.slice(1);
  const name = lines.find((line) => line.startsWith("c"))?.slice(1);
  return pid === undefined || name === undefined ? null : { pid: Number(pid), name };
}

/**
 * The process id that listens on `port` in Windows' `netstat -ano`. The state is localised, so a listener is known by
 * its empty remote address.
 */
export function parseNetstat(text: string, port: number): number | null {
  for (const line of text.split("\n")) {
    const [protocol, local = "", other = "", ...rest] = line.trim().split(/\s+/);
    const listens = protocol === "TCP" && local.endsWith(`:${port}`) && /^(?:0\.0\.0\.0|\[::\]):0$/.test(other);
    if (listens) return Number(rest.at(-1));
  }
  return null;
}

/** The program's name in what `tasklist /FO CSV /NH` prints; null where there is no such process. */
export function parseTasklist(text: string): string | null {
  return /^"([^"]+)","\d+"/m.exec(text)?.[1] ?? null;
}
