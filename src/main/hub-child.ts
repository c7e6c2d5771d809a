// One run of the hub as a process of its own: in Electron's utility process, or under the Node that BRAMBLE_NODE names,
// for an Electron whose own Node is too old for the hub's database, and for a checkout.
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { app, type UtilityProcess, utilityProcess } from "electron";
import hubProcess from "../../build/hub-process.json" with { type: "json" };
import type { HostMessage, HubMessage } from "../shared/host.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";

/** The first Electron whose own Node runs the hub. */
const FIRST_ELECTRON = 35;
/** The environment of an app that people install must not make it run another program. */
const isShipped = app.isPackaged && Number.parseInt(process.versions.electron, 10) >= FIRST_ELECTRON;

export interface HubChild {
  readonly pid: number | undefined;
  send(message: HostMessage): void;
  /** Settles when the process has exited, with a message that says why. */
  readonly exited: Promise<AnyMessage>;
}

export function startHubChild(
  entry: string,
  args: readonly string[],
  onMessage: (message: HubMessage) => void,
): HubChild {
  const node = isShipped ? undefined : process.env["BRAMBLE_NODE"];
  return node === undefined ? inUtilityProcess(entry, args, onMessage) : underNode(node, entry, args, onMessage);
}

function inUtilityProcess(entry: string, args: readonly string[], onMessage: (message: HubMessage) => void): HubChild {
  const env = { ...hubProcess.environment, ...process.env };
  const child = utilityProcess.fork(entry, [...args], { serviceName: "Bramble hub", stdio: "pipe", env });
  const lastError = passThrough(child);
  child.on("message", onMessage);
  return {
    get pid() {
      return child.pid;
    },
    send: (request) => child.postMessage(request),
    exited: new Promise((resolve) => {
      child.once("exit", (code) => resolve(message("desktop/hub-ended", { code, lastError: lastError() })));
    }),
  };
}

function underNode(
  node: string,
  entry: string,
  args: readonly string[],
  onMessage: (message: HubMessage) => void,
): HubChild {
  const env = { ...hubProcess.environment, ...process.env };
  const child = fork(entry, [...args], { execPath: node, execArgv: [], stdio: ["ignore", "pipe", "pipe", "ipc"], env });
  const lastError = passThrough(child);
  child.on("message", onMessage);
  return {
    pid: child.pid,
    send(request) {
      child.send(request, (error) => {
        if (error !== null) console.warn(`"${request.type}" did not reach the hub: ${error.message}`);
      });
    },
    exited: new Promise((resolve) => {
      child.once("error", (error) => resolve(message("desktop/hub-not-started", { reason: error.message })));
      // Later than "exit": when what the hub printed is read to its end.
      child.once("close", (code, signal) => {
        const how = { lastError: lastError() };
        if (code === null) resolve(message("desktop/hub-killed", { signal: String(signal), ...how }));
        else resolve(message("desktop/hub-ended", { code, ...how }));
      });
    }),
  };
}

/** Forwards the hub's output to our console; the result returns the last error that it printed, if any. */
function passThrough(child: ChildProcess | UtilityProcess): () => string {
  let lastError = "";
  const follow = (stream: NodeJS.ReadableStream, show: (line: string) => void) => {
    createInterface({ input: stream }).on("line", (line) => {
      show(line);
      if (/^(?:Uncaught )?\w*Error\b.*:/.test(line)) lastError = line;
    });
  };
  if (child.stdout !== null) follow(child.stdout, console.log);
  if (child.stderr !== null) follow(child.stderr, console.error);
  return () => lastError;
}
