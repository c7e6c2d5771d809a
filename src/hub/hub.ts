// The composition root: builds every part, starts them from the store outwards, stops them from the ports inwards.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { HubInfo } from "../shared/api.ts";
import { Admission } from "./access/admission.ts";
import { BrowserGuard } from "./access/browsers.ts";
import { Budget } from "./access/budget.ts";
import { lanAddresses, Networks } from "./access/networks.ts";
import { makeSecret, Sessions } from "./access/sessions.ts";
import { TopicAuthority } from "./access/topic-authority.ts";
import type { Clock } from "./clock.ts";
import { Commands } from "./commands/commands.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import { Registry } from "./devices/registry.ts";
import { Retention } from "./devices/retention.ts";
import { ConnectionFailures } from "./diagnostics/connection-failures.ts";
import { Mdns } from "./discovery/discovery.ts";
import { lanInterfaces } from "./discovery/interfaces.ts";
import { Doctor } from "./doctor/doctor.ts";
import { Ingest } from "./ingest/accept.ts";
import { Refusals } from "./ingest/refusals.ts";
import { LiveFeed } from "./live/feed.ts";
import { cached } from "./observe/cached.ts";
import { DiskGuard, type DiskGuardOptions } from "./observe/disk-guard.ts";
import { EventLoopMonitor } from "./observe/event-loop.ts";
import { describeHealth } from "./observe/health.ts";
import type { Log } from "./observe/log.ts";
import { LogThrottle } from "./observe/log-throttle.ts";
import { MemoryGuard } from "./observe/memory-guard.ts";
import { type HubFigures, Metrics } from "./observe/metrics.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";
import { HttpDiagnostics } from "./transport/http/diagnostics.ts";
import { type HttpTimeouts, HttpTransport } from "./transport/http/http-transport.ts";
import { HttpPacing } from "./transport/http/pacing.ts";
import { warmUpHttp } from "./transport/http/warm-up.ts";
import { MqttDiagnostics } from "./transport/mqtt/diagnostics.ts";
import { MqttTransport } from "./transport/mqtt/mqtt-transport.ts";
import { deviceRoute } from "./transport/websocket/device-socket.ts";
import { liveRoute } from "./transport/websocket/live-socket.ts";
import { WebSocketUpgrades } from "./transport/websocket/websocket-upgrades.ts";

export interface HubOptions {
  readonly config: Config;
  /** Held by this process. */
  readonly folder: DataFolder;
  readonly version: string;
  /** Holds the built UI; where it does not, the hub has its API alone. */
  readonly uiFolder: string;
  /** Holds what Pis are given. */
  readonly agentFolder: string;
  readonly clock: Clock;
  readonly freeBytes: DiskGuardOptions["freeBytes"];
  readonly httpTimeouts?: HttpTimeouts;
  readonly log: Log;
  /** Called once when a part dies that the hub cannot do without. */
  readonly onDeath: (error: Error) => void;
}

/** What a running hub tells whoever started it. */
export interface RunningHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly token: string;
  /** Of this run's sign-in link; good once. */
  readonly linkSecret: string;
  /** What the person at the hub should know. */
  readonly notes: readonly string[];
  /** Where others reach the hub, best first. */
  readonly addresses: readonly string[];
}

/** How old an answer of the store may be that anyone on the network can ask for. */
const STORE_STATUS_MS = 1_000;
/** The same of the figures for Prometheus, which take some milliseconds to write. */
const METRICS_MS = 100;

export class Hub {
  readonly #options: HubOptions;
  /** What was started, in order; stopping goes backwards. */
  readonly #stops: (() => Promise<void> | void)[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Resolves when every port listens and `hub.json` says so. Rejects in words; nothing is left running then. */
  async start(): Promise<RunningHub> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Refuses new work, finishes what was accepted, closes everything. Stopping twice is fine. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<RunningHub> {
    const { config, folder, version, uiFolder, agentFolder, clock, freeBytes, httpTimeouts, log, onDeath } =
      this.#options;
    const startedAtMs = clock.now();
    const metrics = new Metrics(version, clock);
    const eventLoop = new EventLoopMonitor();
    const budget = new Budget(config.memoryBytes);
    const memory = new MemoryGuard({
      memoryBytes: config.memoryBytes,
      budget,
      clock,
      log: log.child({ name: "memory" }),
      releaseMemory: () => store.releaseMemory(),
    });
    const floodLog = new LogThrottle(log.child({ name: "clients" }), clock);
    const store = new SqliteStore({
      path: folder.databasePath,
      clock,
      onDeath,
      onTrouble: (words) => log.error(words),
      onCommit: (seconds, messages) => metrics.commit(seconds, messages),
    });
    const storeStatus = cached(() => store.status(), STORE_STATUS_MS, clock);
    const { readings, records } = store;
    const feed = new LiveFeed(clock);
    const registry = new Registry({
      readings,
      records,
      clock,
      joining: config.joining,
      onChange: (device) => feed.device(device),
      onRemoved: (id) => {
        commands.forget(id);
        feed.removed(id);
      },
      desiredOf: (id) => commands.desired(id),
      onControls: () => mqtt.regrantSubscriptions(),
      onSaveFailed: (error) => log.error({ err: error }, "devices could not be written down"),
    });
    const disk = new DiskGuard({
      folder: folder.path,
      freeBytes,
      clock,
      log: log.child({ name: "disk" }),
      onChange: (status) => feed.disk(status),
    });
    const refusals = new Refusals({
      records,
      clock,
      onRefused: (refused) => feed.refused(refused),
      onSaveFailed: (error) => log.error({ err: error }, "counts of refused messages could not be written down"),
    });
    const retention = new Retention({
      readings,
      records,
      series: () => registry.series(),
      clock,
      onFailure: (error) => log.error({ err: error }, "readings that are too old could not be removed"),
    });
    const commands = new Commands({
      records,
      clock,
      makeId: randomUUID,
      controlsOf: (device) => registry.controlsOf(device),
      channelTo: (publication) => mqtt.channelTo(publication),
      onChange: (command) => feed.command(command),
      onSaveFailed: (error) => log.error({ err: error }, "a command could not be written down"),
    });
    const ingest = new Ingest({
      readings,
      registry,
      refusals,
      commands,
      disk,
      metrics,
      clock,
      log: log.child({ name: "ingest" }),
      floodLog,
      onStored: (readings, tsMs) => feed.readings(readings, tsMs),
    });

    const token = config.token ?? makeSecret();
    const sessions = new Sessions({ token, clock });
    const networks = new Networks(config.allow);
    const guard = new BrowserGuard(config.allowedHosts);
    const admit = { networks, isLimited: config.rateLimit, isShortOfMemory: () => memory.isShort };
    const authority = new TopicAuthority(config.anonymous, () => registry.addedTopics());
    const troubles = new ConnectionFailures(clock);
    const httpTroubles = new HttpDiagnostics({ troubles, mqttPort: () => mqtt.port, floodLog });
    const pacing = new HttpPacing({ budget, troubles: httpTroubles, clock });
    const mqttLog = log.child({ name: "mqtt" });
    const mqtt = new MqttTransport({
      ingest,
      commands,
      authority,
      sessions,
      admission: new Admission(admit),
      budget,
      registry,
      troubles: new MqttDiagnostics({ troubles, ingest, httpPort: () => http.port, clock, log: mqttLog, floodLog }),
      clock,
      log: mqttLog,
    });

    const notes: string[] = [];
    let hubId = "";
    let mdns: Mdns | null = null;
    const hubInfo = async (): Promise<HubInfo> => ({
      hubId,
      name: hostname(),
      version,
      httpPort: http.port,
      mqttPort: mqtt.port,
      addresses: reachableAt(config.host),
      ...(mdns?.name && { mdnsName: mdns.name }),
      dataFolder: folder.path,
      storedBytes: (await storeStatus()).storedBytes,
      disk: disk.status,
      joining: config.joining,
      notes: [...notes, ...(mdns?.notes ?? [])],
    });
    const health = async () =>
      describeHealth({
        version,
        uptimeSeconds: Math.floor((clock.now() - startedAtMs) / 1_000),
        ingestFailure: ingest.failure,
        store: await storeStatus().catch(toError),
        disk,
        mqttClients: mqtt.clientCount,
      });
    const figures = async (): Promise<HubFigures> => {
      const devices = registry.list().filter(({ joining }) => joining === "approved");
      const devicesOnline = devices.filter(({ presence }) => presence.online).length;
      return {
        store: await storeStatus(),
        diskFreeBytes: disk.freeBytes,
        mqttClients: mqtt.clientCount,
        budget: budget.figures,
        maxEventLoopDelaySeconds: eventLoop.takeMaxDelay(),
        devicesOnline,
        devicesOffline: devices.length - devicesOnline,
      };
    };
    const doctor = new Doctor({
      hubInfo,
      listening: config,
      mdns: config.mdns,
      browse: async () => (await import("./discovery/browse.ts")).browseHubs(config.host),
      isMqttClient: (address, port) => mqtt.isConnectedTo(address, port),
      allows: (address) => networks.allows(address),
      ...{ troubles, refusals, registry, clock },
      log: log.child({ name: "doctor" }),
    });
    const http = new HttpTransport({
      version,
      readings,
      registry,
      refusals,
      retention,
      commands,
      clock,
      hubInfo,
      health,
      metrics: cached(
        async () => ({ contentType: metrics.contentType, text: await metrics.text(await figures()) }),
        METRICS_MS,
        clock,
      ),
      sessions,
      ingest,
      guard,
      troubles: httpTroubles,
      doctor,
      admission: new Admission(admit),
      pacing,
      webSockets: new WebSocketUpgrades({
        guard,
        troubles: httpTroubles,
        budget,
        clock,
        routes: [liveRoute({ sessions, feed }), mqtt.route, deviceRoute({ ingest, commands, registry, log })],
      }),
      uiFolder,
      agentFolder,
      hubId: () => hubId,
      mqttPort: () => mqtt.port,
      ...(httpTimeouts && { timeouts: httpTimeouts }),
      log,
    });

    this.#stops.push(() => store.stop());
    // The store opens on threads of its own.
    await Promise.all([store.start(), http.prepare()]);
    hubId = await records.setting("hub-id", randomUUID);
    sessions.start(await records.setting("session-key", makeSecret));
    await disk.start();
    this.#stops.push(() => disk.stop());
    await registry.start();
    this.#stops.push(() => registry.stop());
    await retention.start();
    this.#stops.push(() => retention.stop());
    await refusals.start();
    this.#stops.push(() => refusals.stop());
    await commands.start();
    this.#stops.push(() => commands.stop());
    eventLoop.start();
    this.#stops.push(() => eventLoop.stop());
    budget.start(clock);
    this.#stops.push(() => budget.stop());
    feed.start();
    this.#stops.push(() => feed.stop());
    this.#stops.push(() => mqtt.stop());
    const mqttPort = await mqtt.start(config.host, config.mqttPort);
    this.#stops.push(() => http.stop());
    const httpPort = await http.listen(config.host, config.httpPort);

    notes.push(
      ...movedPort("HTTP", config.httpPort.number, httpPort),
      ...movedPort("MQTT", config.mqttPort.number, mqttPort),
    );
    const loopback = loopbackOf(config.host);
    folder.announce({
      pid: process.pid,
      version,
      hubId,
      http: `http://${inUrl(loopback)}:${httpPort}`,
      mqtt: `mqtt://${inUrl(loopback)}:${mqttPort}`,
      token,
    });
    this.#stops.push(() => folder.forget());
    log.info({ httpPort, mqttPort, version }, "hub is running");
    memory.start();
    this.#stops.push(() => memory.stop());
    if (config.mdns) {
      mdns = new Mdns({
        ...{ host: config.host, hubId, httpPort, mqttPort, clock },
        log: log.child({ name: "mdns" }),
        onName: (name) => guard.learnName(name),
      });
      this.#stops.push(() => mdns?.stop());
      mdns.start();
    }
    void warmUpHttp(loopback, httpPort);
    return { httpPort, mqttPort, token, linkSecret: sessions.linkSecret, notes, addresses: reachableAt(config.host) };
  }

  async #stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#options.log.error({ err: error }, "a part did not stop cleanly");
      }
    }
  }
}

/** Where Pis reach a hub that listens on `host`: every address of this machine, those on local networks first, or that one. */
function reachableAt(host: string): string[] {
  const everywhere = host === "0.0.0.0" || host === "::";
  const addresses = everywhere ? lanAddresses().filter((address) => host === "::" || !address.includes(":")) : [host];
  const local = new Set(lanInterfaces(host).flatMap((one) => one.addresses));
  const best = addresses.toSorted((a, b) => Number(local.has(b)) - Number(local.has(a)));
  return best.length > 0 ? best : ["127.0.0.1"];
}

/** An address of this machine that reaches a hub that listens on `host`. */
function loopbackOf(host: string): string {
  if (host === "0.0.0.0" || host === "localhost") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function movedPort(what: string, wanted: number, got: number): string[] {
  if (wanted === 0 || wanted === got) return [];
  return [`${what} port ${wanted} is taken by another program: this hub uses ${got}. Devices must be told.`];
}
