// Machines of a test's own: network namespaces, joined by cables of their own, where this user may make them.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import type { TestHub } from "../hub.ts";
import { run } from "../run.ts";

let made = 0;

/** Whether the system has such a thing, and lets this user have it. */
export function mayMakeNamespaces(): boolean {
  if (process.platform !== "linux") return false;
  try {
    using _probe = new Namespace();
    return true;
  } catch {
    return false;
  }
}

/** One machine's network, with nothing but its loopback at first. */
export class Namespace implements Disposable {
  /** Of this process alone, so that runs do not meet. */
  readonly name = `bramble-${process.pid}-${++made}`;

  constructor() {
    execFileSync("ip", ["netns", "add", this.name], { stdio: "ignore" });
    this.ip("link", "set", "lo", "up");
  }

  /** What runs a command in it. */
  get within(): readonly string[] {
    return ["ip", "netns", "exec", this.name];
  }

  ip(...args: readonly string[]): void {
    execFileSync("ip", ["-n", this.name, ...args], { stdio: "ignore" });
  }

  /** Answers what it printed. */
  run(command: string, ...args: readonly string[]): Promise<string> {
    return run("ip", ["netns", "exec", this.name, command, ...args]);
  }

  spawn(command: string, ...args: readonly string[]): ChildProcess {
    return spawn("ip", ["netns", "exec", this.name, command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  }

  [Symbol.dispose](): void {
    execFileSync("ip", ["netns", "delete", this.name]);
  }
}

export interface Plug {
  readonly machine: Namespace;
  /** The interface's name there. */
  readonly name: string;
  /** With the length of its network's prefix. */
  readonly address: string;
}

/** Lays a cable between two machines, and takes it into use. */
export function connectNamespaces(one: Plug, other: Plug): void {
  const peer = ["peer", "name", other.name, "netns", other.machine.name];
  one.machine.ip("link", "add", one.name, "type", "veth", ...peer);
  for (const { machine, name, address } of [one, other]) {
    machine.ip("address", "add", address, "dev", name);
    machine.ip("link", "set", name, "up");
  }
}

/** Asks a hub's API as the administrator, from its own machine. */
export async function jsonWithin<T>(hub: TestHub, path: string, host = "127.0.0.1"): Promise<T> {
  const script = `
    const [, url, host, token] = process.argv;
    const request = require("node:http").get(url, { headers: { host, authorization: "Bearer " + token } });
    request.on("response", (response) => response.pipe(process.stdout));`;
  const { http, token } = hub.file;
  const [program = "", ...args] = ["nsenter", "--target", String(hub.pid), "--net", process.execPath, "-e", script];
  return JSON.parse(await run(program, [...args, http + path, host, token]));
}
