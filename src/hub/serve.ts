// Runs one hub: under the desktop app (a message port says how it goes) or headless (the console does).
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { Failure } from "../shared/errors.ts";
import type { HubMessage } from "../shared/host.ts";
import { type AnyMessage, message, render } from "../shared/messages/message.ts";
import { systemClock } from "./clock.ts";
import { type Config, readConfig, serveHelp } from "./config.ts";
import { DataFolder } from "./data-folder.ts";
import { inUrl } from "./endpoints.ts";
import { findHost, type Host, surviveClosedOutput } from "./host.ts";
import { Hub, type RunningHub } from "./hub.ts";
import { whyBadPlace } from "./observe/data-place.ts";
import { freeBytesOf } from "./observe/disk-guard.ts";
import { openLog } from "./observe/log.ts";

/** A stop that takes longer is ended: what was acknowledged is on disk anyway. */
const STOP_WITHIN_MS = 5_000;

/** Runs until told to stop. Resolves with the exit code: 2 when it was told what it does not know. */
export async function serve(args: readonly string[], host: Host = findHost()): Promise<number> {
  surviveClosedOutput();
  const read = readConfig(args, process.env);
  if (read.kind === "help") {
    console.log(serveHelp);
    return 0;
  }
  if (read.kind === "wrong") return fail(host, message("start/flags", { problem: read.said }), 2);

  const folder = new DataFolder(read.config.dataFolder);
  try {
    const badPlace = whyBadPlace(folder.path, { ...read.config, holdsDatabase: read.config.store === null });
    if (badPlace !== null) return fail(host, badPlace);
    folder.hold();
    return await run(read.config, folder, host);
  } catch (error) {
    return fail(host, whyNotStarted(error));
  } finally {
    folder.release();
  }
}

async function run(config: Config, folder: DataFolder, host: Host): Promise<number> {
  const { log, close: closeLog } = openLog({
    folder: folder.path,
    level: config.logLevel,
    consoleLevel: "error",
    clock: systemClock,
  });
  const stopped = Promise.withResolvers<number>();
  const hub = new Hub({
    config,
    folder,
    version: packageJson.version,
    uiFolder: fileURLToPath(new URL("../renderer", import.meta.url)),
    agentFolder: fileURLToPath(new URL("../../resources/agent", import.meta.url)),
    clock: systemClock,
    freeBytes: freeBytesOf,
    log,
    onDeath: (error) => {
      log.fatal({ err: error }, "the store died");
      stopped.resolve(1);
    },
  });
  try {
    const running = await hub.start();
    for (const reason of folder.unclosed) log.warn({ reason }, "other users of this computer may read this");
    host.onStop(() => stopped.resolve(0));
    tellRunning(host, running);
    const code = await stopped.promise;
    setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref();
    await hub.stop();
    return code;
  } finally {
    await closeLog();
  }
}

function tellRunning(host: Host, running: RunningHub): void {
  const { httpPort, mqttPort, basePath, token, linkSecret, notes, loopback, addresses } = running;
  host.tell({ type: "ready", httpPort, mqttPort, basePath, token } satisfies HubMessage);
  if (host.kind !== "console") return;
  const link = (address: string) => `  http://${inUrl(address)}:${httpPort}${basePath}/#link=${linkSecret}`;
  console.log(
    [
      `Bramble ${packageJson.version} is running: MQTT on port ${mqttPort}, HTTP on port ${httpPort}.`,
      ...notes.map((note) => render(note)),
      "Open it in a browser (the link signs in once, within 10 minutes):",
      ...[...new Set([loopback, ...addresses])].map(link),
    ].join("\n"),
  );
}

function fail(host: Host, said: AnyMessage, code = 1): number {
  host.tell({ type: "failed", said });
  console.error(render(said));
  return code;
}

function whyNotStarted(error: unknown): AnyMessage {
  if (error instanceof Failure) return error.said;
  return message("start/failed", { reason: error instanceof Error ? error.message : String(error) });
}
