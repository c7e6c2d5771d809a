// Runs one hub: under the desktop app (reports go to a message port) or headless (to the console).
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { reasonOf } from "../shared/errors.ts";
import type { HubMessage } from "../shared/host.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";
import { render } from "../shared/messages/render.ts";
import { putBack, putStagedInPlace } from "./backups/staged-restore.ts";
import { systemClock } from "./clock.ts";
import { type Config, readConfig, serveHelp } from "./config.ts";
import { DataFolder } from "./data-folder.ts";
import { inUrl } from "./endpoints.ts";
import { findHost, type Host, surviveClosedOutput } from "./host.ts";
import { Hub, type RunningHub } from "./hub.ts";
import { copyAnew, resolveStores } from "./move/move-state.ts";
import { whyBadPlace } from "./observe/data-place.ts";
import { freeBytesOf } from "./observe/disk-guard.ts";
import { type Log, openLog } from "./observe/log/log.ts";

/** A stop that takes longer is aborted: acknowledged data is on disk already. */
const STOP_WITHIN_MS = 5_000;

/** Runs until it is stopped. Resolves with the exit code: 2 where the flags cannot be read. */
export async function serve(args: readonly string[], host: Host = findHost()): Promise<number> {
  surviveClosedOutput();
  const read = readConfig(args, process.env);
  if (read.kind === "help") {
    console.log(serveHelp);
    return 0;
  }
  if (read.kind === "wrong") return fail(host, message("start/flags", { problem: read.reason }), 2);

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

type Ending = { readonly kind: "ended"; readonly code: number } | { readonly kind: "restart"; readonly config: Config };

/** Runs one hub after the other, as long as one asks for a restart. */
async function run(config: Config, folder: DataFolder, host: Host): Promise<number> {
  const { log, close: closeLog } = openLog({
    folder: folder.path,
    level: config.logLevel,
    consoleLevel: "error",
    clock: systemClock,
  });
  let stopped: Promise<Ending> | null = null;
  // Until the first hub runs, a signal ends this process as it does any other.
  const untilStopped = () => {
    stopped ??= new Promise((resolve) => host.onStop(() => resolve({ kind: "ended", code: 0 })));
    return stopped;
  };
  try {
    for (let next = config; ; ) {
      const ending = await runOnce(next, { folder, host, log, untilStopped });
      if (ending.kind === "ended") return ending.code;
      log.info("the hub starts again");
      next = ending.config;
    }
  } finally {
    await closeLog();
  }
}

interface RunParts {
  readonly folder: DataFolder;
  readonly host: Host;
  readonly log: Log;
  readonly untilStopped: () => Promise<Ending>;
}

/** Puts a staged backup in place; where the hub does not start on it, the database from before. */
async function runOnce(config: Config, parts: RunParts): Promise<Ending> {
  const { store } = resolveStores(config.store, parts.folder.path);
  const { path, databasePath } = parts.folder;
  const kept = store === null ? await putStagedInPlace(databasePath, () => copyAnew(path)) : null;
  try {
    return await runHub(config, parts);
  } catch (error) {
    if (kept === null || !(error instanceof StartFailure)) throw error;
    parts.log.error(
      { err: error.cause },
      "the hub does not start on the restored backup: what was there before is back",
    );
    putBack(parts.folder.databasePath, kept);
    return runHub(config, parts);
  }
}

/** The hub did not start; the cause says why. */
class StartFailure extends Error {}

async function runHub(config: Config, { folder, host, log, untilStopped }: RunParts): Promise<Ending> {
  const ended = Promise.withResolvers<Ending>();
  const hub = new Hub({
    config,
    folder,
    version: packageJson.version,
    uiFolder: fileURLToPath(new URL("../renderer", import.meta.url)),
    agentFolder: fileURLToPath(new URL("../../resources/agent", import.meta.url)),
    hasWindow: host.kind === "desktop",
    clock: systemClock,
    freeBytes: freeBytesOf,
    log,
    // At the same ports, so that open pages find it again.
    onRestart: () => ended.resolve({ kind: "restart", config: withPorts(config, running) }),
    onDeath: (error) => {
      log.fatal({ err: error }, "the store died");
      ended.resolve({ kind: "ended", code: 1 });
    },
  });
  const running = await hub.start().catch((cause: unknown) => {
    throw new StartFailure("the hub did not start", { cause });
  });
  for (const reason of folder.unclosed) log.warn({ reason }, "other users of this computer may read this");
  const stopped = untilStopped();
  announceRunning(host, running, config);
  const ending = await Promise.race([stopped, ended.promise]);
  if (ending.kind === "ended") setTimeout(() => process.exit(ending.code), STOP_WITHIN_MS).unref();
  await hub.stop();
  return ending;
}

function withPorts(config: Config, { httpPort, mqttPort }: RunningHub): Config {
  return {
    ...config,
    httpPort: { ...config.httpPort, number: httpPort },
    mqttPort: { ...config.mqttPort, number: mqttPort },
  };
}

function announceRunning(host: Host, running: RunningHub, { trustProxy, allowedHosts }: Config): void {
  const { httpPort, mqttPort, basePath, token, linkSecret, notes, loopback, addresses } = running;
  host.send({ type: "ready", httpPort, mqttPort, basePath, token } satisfies HubMessage);
  if (host.kind !== "console") return;
  // Behind a proxy people use its names, which are among the allowed hosts.
  const named = trustProxy.length === 0 ? [] : allowedHosts.map((name) => `https://${name}`);
  const local = [...new Set([loopback, ...addresses])].map((address) => `http://${inUrl(address)}:${httpPort}`);
  console.log(
    [
      `Bramble ${packageJson.version} is running: MQTT on port ${mqttPort}, HTTP on port ${httpPort}.`,
      ...notes.map((note) => render(note)),
      "Open it in a browser (the link signs in once, within 10 minutes):",
      ...[...named, ...local].map((address) => `  ${address}${basePath}/#link=${linkSecret}`),
    ].join("\n"),
  );
}

function fail(host: Host, reason: AnyMessage, code = 1): number {
  host.send({ type: "failed", reason });
  console.error(render(reason));
  return code;
}

function whyNotStarted(error: unknown): AnyMessage {
  if (error instanceof StartFailure) return whyNotStarted(error.cause);
  const reason = reasonOf(error);
  return typeof reason === "string" ? message("start/failed", { reason }) : reason;
}
