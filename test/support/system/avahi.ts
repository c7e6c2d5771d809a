// A machine with Avahi, like a Pi: resolves names, browses services, and has its own name.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeTemporaryFolder } from "../hub.ts";
import { run } from "../run.ts";
import { until } from "../until.ts";
import type { Namespace } from "./namespace.ts";

/** A line of `avahi-browse --parsable`. */
export interface FoundService {
  readonly name: string;
  readonly type: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly txt: string;
}

/** A private `/run` for D-Bus and the daemon, since this machine may run both already. */
const BUS = [
  "mount -t tmpfs tmpfs /run",
  "mkdir /run/dbus /run/avahi-daemon",
  "exec dbus-daemon --system --nofork --nopidfile",
].join(" && ");

export class Avahi implements AsyncDisposable {
  readonly #folder = makeTemporaryFolder();
  readonly #machine: Namespace;
  readonly #children: ChildProcess[] = [];
  #within: readonly string[] = [];
  /** Services that are here now, by link, name and type. */
  readonly #found = new Map<string, FoundService>();

  constructor(machine: Namespace) {
    this.#machine = machine;
  }

  async start(hostName: string): Promise<void> {
    const bus = this.#machine.spawn("sh", "-c", BUS);
    this.#children.push(bus);
    this.#within = ["nsenter", "--target", String(bus.pid), "--net", "--mount"];
    await until("the bus", async () => this.#run("test", "-S", "/run/dbus/system_bus_socket").then(isSo, isNotYet));
    const config = join(this.#folder.path, "avahi.conf");
    writeFileSync(config, `[server]\nhost-name=${hostName}\n`);
    this.#spawn("avahi-daemon", "--no-rlimits", "--no-drop-root", "--no-chroot", "--file", config);
    await until("the daemon", async () => this.#run("avahi-daemon", "--check").then(isSo, isNotYet));
    await until("its name", () => this.ownName());
    for (const type of ["_bramble._tcp", "_mqtt._tcp", "_http._tcp"]) {
      const { stdout } = this.#spawn("avahi-browse", "--resolve", "--parsable", "--no-db-lookup", type);
      if (stdout !== null) createInterface(stdout).on("line", (line) => this.#onLine(line));
    }
  }

  /** The name that it has in the end; undefined while it is still asking for one. */
  async ownName(): Promise<string | undefined> {
    const bus = ["dbus-send", "--system", "--print-reply=literal", "--dest=org.freedesktop.Avahi", "/"];
    const call = (method: string) => this.#run(...bus, `org.freedesktop.Avahi.Server.${method}`);
    // 2 is running: its own name is probed and announced.
    if ((await call("GetState").catch(() => "")).trim() !== "int32 2") return undefined;
    return (await call("GetHostNameFqdn")).trim();
  }

  /** The address of a name; undefined where it does not resolve. */
  async resolve(name: string, family: 4 | 6 = 4): Promise<string | undefined> {
    const answer = await this.#run("avahi-resolve", `-${family}`, "--name", name).catch(() => "");
    return answer.trim().split("\t")[1];
  }

  /** Services that are here now. */
  services(): FoundService[] {
    return [...this.#found.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }
    this.#folder[Symbol.dispose]();
  }

  #onLine(line: string): void {
    const [event, link, family, coded = "", type = "", , host = "", address = "", port = "", txt = ""] =
      line.split(";");
    const name = coded.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
    const key = [link, family, name, type].join(";");
    if (event === "=") this.#found.set(key, { name, type, host, address, port: Number(port), txt });
    if (event === "-") this.#found.delete(key);
  }

  #run(...command: readonly string[]): Promise<string> {
    const [program = "", ...args] = [...this.#within, ...command];
    return run(program, args);
  }

  #spawn(...command: readonly string[]): ChildProcess {
    const [program = "", ...args] = [...this.#within, ...command];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    this.#children.push(child);
    return child;
  }
}

const isSo = () => true as const;
const isNotYet = () => undefined;

export async function startAvahi(machine: Namespace, hostName: string): Promise<Avahi> {
  const avahi = new Avahi(machine);
  try {
    await avahi.start(hostName);
  } catch (error) {
    await avahi[Symbol.asyncDispose]();
    throw error;
  }
  return avahi;
}
