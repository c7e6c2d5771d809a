// Which program listens on a port.
import { readdir, readlink } from "node:fs/promises";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import {
  listeningSockets,
  type Process,
  parseLsof,
  parseNetstat,
  parseTasklist,
  programName,
  userName,
} from "./port-tables.ts";
import { realSystem, type System } from "./system.ts";

export type PortHolder =
  | ({ readonly kind: "program" } & Process)
  /** Another user's process, which this user may not inspect; `command` shows it to root. */
  | { readonly kind: "hidden"; readonly user: string; readonly command: string }
  | { readonly kind: "nobody" }
  /** The system's tools gave no answer; `command` may. */
  | { readonly kind: "unknown"; readonly command: string };

export async function findPortHolder(port: number, system: System = realSystem): Promise<PortHolder> {
  switch (system.platform) {
    case "linux":
      return onLinux(port, system);
    case "win32":
      return onWindows(port, system);
    default:
      return onMac(port, system);
  }
}

/** In English, for the middle of a sentence. */
export function describeHolder(holder: PortHolder): string {
  return render(message("port-holder", { holder }));
}

async function onLinux(port: number, system: System): Promise<PortHolder> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => system.readText(`/proc/net/${name}`)));
  const sockets = tables.flatMap((table) => listeningSockets(table ?? "", port));
  const [socket] = sockets;
  if (socket === undefined) return { kind: "nobody" };
  const pid = await holderOf(new Set(sockets.map(({ inode }) => `socket:[${inode}]`)));
  if (pid !== null) {
    const [comm, commandLine] = await Promise.all(
      ["comm", "cmdline"].map((file) => system.readText(`/proc/${pid}/${file}`)),
    );
    return { kind: "program", pid: Number(pid), name: programName(comm ?? "", commandLine ?? "") };
  }
  const user = userName((await system.readText("/etc/passwd")) ?? "", socket.uid) ?? String(socket.uid);
  return { kind: "hidden", user, command: `sudo ss -ltnp "sport = :${port}"` };
}

/** The id of a process that has one of the sockets open; only root sees those of other users. */
async function holderOf(targets: ReadonlySet<string>): Promise<string | null> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const open = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    if (open.some((target) => targets.has(target))) return pid;
  }
  return null;
}

async function onMac(port: number, system: System): Promise<PortHolder> {
  const ran = await system.run("lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc");
  const found = parseLsof(ran?.text ?? "");
  return found === null
    ? { kind: "unknown", command: `sudo lsof -nP -iTCP:${port} -sTCP:LISTEN` }
    : { kind: "program", ...found };
}

async function onWindows(port: number, system: System): Promise<PortHolder> {
  const table = await system.run("netstat", "-ano");
  if (table === null) return { kind: "unknown", command: `netstat -ano | findstr :${port}` };
  const pid = parseNetstat(table.text, port);
  if (pid === null) return { kind: "nobody" };
  const task = await system.run("tasklist", "/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH");
  const name = parseTasklist(task?.text ?? "");
  return name === null ? { kind: "unknown", command: `tasklist /FI "PID eq ${pid}"` } : { kind: "program", pid, name };
}
