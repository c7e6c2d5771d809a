// The host of the hub: an Electron utility process, a parent process, or a console.
import type { HostMessage, HubMessage } from "../shared/host.ts";

export interface Host {
  readonly kind: "desktop" | "console";
  send(message: HubMessage): void;
  /** Calls back once when the hub should stop. */
  onStop(stop: () => void): void;
}

/** Electron's message port to a utility process; it is not in Node's types. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The host that has started this process. */
export function findHost(): Host {
  const parentPort = "parentPort" in process ? (process.parentPort as ParentPort | undefined) : undefined;
  if (parentPort) return utilityHost(parentPort);
  return process.send === undefined ? consoleHost() : childHost();
}

function utilityHost(port: ParentPort): Host {
  return {
    kind: "desktop",
    send: (message) => port.postMessage(message),
    onStop: (stop) => {
      port.on("message", ({ data }) => {
        if (isStop(data)) stop();
      });
      onSignals(stop);
    },
  };
}

function childHost(): Host {
  return {
    kind: "desktop",
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onStop: (stop) => {
      process.on("message", (message) => {
        if (isStop(message)) stop();
      });
      // The desktop app is gone: nothing else would end this hub.
      process.on("disconnect", stop);
      onSignals(stop);
    },
  };
}

export function consoleHost(): Host {
  return { kind: "console", send: () => undefined, onStop: onSignals };
}

/** SIGHUP: its terminal was closed. */
function onSignals(stop: () => void): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);
}

function isStop(message: unknown): message is HostMessage {
  return typeof message === "object" && message !== null && "type" in message && message.type === "stop";
}

/** Ignores a reader that disconnects: a closed terminal, or the end of the program at the pipe's other end, must not end this one. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
