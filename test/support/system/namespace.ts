// Machines of a test's own: network namespaces, joined by cables of their own, where this user may make them.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import type { TestHub } from "../hub.ts";
import { run } from "../run.ts";

let made = 0;

/** Whether this user may create network namespaces. */
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

/** Connects two machines by a veth pair, and brings it up. */
export function connectNamespaces(one: Plug, other: Plug): void {
  const peer = ["peer", "name", other.name, "netns", other.machine.name];
  one.machine.ip("link", "add", one.name, "type", "veth", ...peer);
  for (const { machine, name, address } of [one, other]) {
    machine.ip("address", "add", address, "dev", name);
    machine.ip("link", "set", name, "up");
  }
}

export interface RequestWithin {
  /** The `Host` header. */
  readonly host?: string;
  readonly method?: string;
  readonly body?: object;
}

/** Requests a hub's API as the administrator, from its own machine; rejects on an error response. */
export async function jsonWithin<T>(
  hub: TestHub,
  path: string,
  { host, method, body }: RequestWithin = {},
): Promise<T> {
  const { http, token } = hub.file;
  const data = body === undefined ? [] : ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];
  const asked = [
    ...(host === undefined ? [] : ["-H", `Host: ${host}`]),
    ...(method === undefined ? [] : ["-X", method]),
  ];
  const curl = ["curl", "-sS", "--fail", "-H", `Authorization: Bearer ${token}`, ...asked, ...data, http + path];
  return JSON.parse(await run("nsenter", ["--target", String(hub.pid), "--net", ...curl]));
}
