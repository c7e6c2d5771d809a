// The composition root: builds every part, starts them from the store outwards, stops them from the ports inwards.
import { randomUUID } from "node:crypto";
import type { Message } from "../shared/messages/message.ts";
import { Admission } from "./access/admission.ts";
import { type Authenticate, makeAuthenticate } from "./access/authenticate.ts";
import { BrowserGuard } from "./access/browsers.ts";
import { endedSessionRecords } from "./access/ended-sessions.ts";
import { Networks } from "./access/networks.ts";
import { makeSecret, Sessions } from "./access/sessions.ts";
import { TopicAuthority } from "./access/topic-authority.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type Core, createCore, type Part } from "./core.ts";
import type { DataFolder } from "./data-folder.ts";
import { ConnectionFailures } from "./diagnostics/connection-failures.ts";
import { Mdns } from "./discovery/discovery.ts";
import { Doctor } from "./doctor/doctor.ts";
import { Endpoints } from "./endpoints.ts";
import { HubStatus } from "./hub-status.ts";
import type { DiskGuardOptions } from "./observe/disk-guard.ts";
import { EventLoopMonitor } from "./observe/event-loop.ts";
import type { Log } from "./observe/log.ts";
import { MemoryGuard } from "./observe/memory-guard.ts";
import { deviceTopics } from "./protocols/protocols.ts";
import { HttpDiagnostics } from "./transport/http/diagnostics.ts";
import { type HttpTimeouts, HttpTransport } from "./transport/http/http-transport.ts";
import { HttpPacing } from "./transport/http/pacing.ts";
import type { RouteEntry } from "./transport/http/route.ts";
import { warmUpHttp } from "./transport/http/warm-up.ts";
import { MqttDiagnostics } from "./transport/mqtt/diagnostics.ts";
import { EmbeddedBroker } from "./transport/mqtt/embedded-broker.ts";
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

/** What a running hub tells its caller. */
export interface RunningHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly token: string;
  /** Of this run's sign-in link; good once. */
  readonly linkSecret: string;
  /** What the person at the hub should know. */
  readonly notes: readonly Message[];
  /** An address that reaches the hub from this computer. */
  readonly loopback: string;
  /** Where others reach the hub, best first. */
  readonly addresses: readonly string[];
  readonly routes: readonly RouteEntry[];
}

export class Hub {
  readonly #options: HubOptions;
  /** What was started, in order; stopping goes backwards. */
  readonly #stops: (() => unknown)[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Resolves when every port listens and `hub.json` says so. Rejects with a message; nothing is left running then. */
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
    const { config, folder, version, clock, log } = this.#options;
    const core = createCore(this.#options);
    const endpoints = new Endpoints(config.host);
    const eventLoop = new EventLoopMonitor();
    const memory = new MemoryGuard({
      memoryBytes: config.memoryBytes,
      budget: core.budget,
      clock,
      log: log.child({ name: "memory" }),
      releaseMemory: () => core.store.releaseMemory(),
    });
    const access = createAccess(config, clock, memory);
    const failures = new ConnectionFailures(clock);
    const mqtt = createMqtt({ config, core, access, failures, endpoints, clock, log });
    const { store, directory, ingest, disk, metrics, budget } = core;
    const status = new HubStatus({
      store,
      directory,
      ingest,
      disk,
      metrics,
      budget,
      config,
      version,
      dataFolder: folder.path,
      endpoints,
      eventLoop,
      clock,
      mqttClients: () => mqtt.stats.clients,
    });
    const http = this.#createHttp({ core, access, failures, endpoints, mqtt, status });

    const hubId = await this.#startCore(core, access.sessions, http);
    status.identify(hubId);
    await this.#run(eventLoop);
    core.budget.start(clock);
    this.#stops.push(() => core.budget.stop());
    await this.#run(core.feed);
    this.#stops.push(() => mqtt.stop());
    endpoints.listening("mqtt", config.mqttPort, (await mqtt.start()).port);
    this.#stops.push(() => http.stop());
    endpoints.listening("http", config.httpPort, await http.listen(config.host, config.httpPort));

    const { httpPort, mqttPort, loopback, addresses, notes } = endpoints;
    const { token, sessions } = access;
    const { linkSecret } = sessions;
    const urls = { http: endpoints.localUrl("http"), mqtt: endpoints.localUrl("mqtt") };
    folder.announce({ pid: process.pid, version, hubId, ...urls, token });
    this.#stops.push(() => folder.forget());
    log.info({ httpPort, mqttPort, version }, "hub is running");
    await this.#run(memory);
    if (config.mdns) {
      const mdns = new Mdns({
        host: config.host,
        hubId,
        httpPort,
        mqttPort,
        clock,
        log: log.child({ name: "mdns" }),
        onName: (name) => access.browsers.learnName(name),
      });
      status.advertisedBy(mdns);
      await this.#run(mdns);
    }
    void warmUpHttp(loopback, httpPort);
    return { httpPort, mqttPort, token, linkSecret, notes, loopback, addresses, routes: http.routes };
  }

  /** Starts a part that is to be stopped with the hub. */
  async #run(part: Part): Promise<void> {
    await part.start();
    this.#stops.push(() => part.stop());
  }

  /** Opens the store, on threads of its own, while the HTTP server is prepared; answers the hub's id. */
  async #startCore(core: Core, sessions: Sessions, http: HttpTransport): Promise<string> {
    const { store, disk, registry, retention, refusals, commands } = core;
    this.#stops.push(() => store.stop());
    await Promise.all([store.start(), http.prepare()]);
    const hubId = await store.records.setting("hub-id", randomUUID);
    sessions.start(await store.records.setting("session-key", makeSecret));
    await sessions.rememberEnded(store.records.collection(endedSessionRecords));
    for (const part of [disk, registry, retention, refusals, commands]) await this.#run(part);
    return hubId;
  }

  #createHttp({ core, access, failures, endpoints, mqtt, status }: HttpParts): HttpTransport {
    const { config, version, uiFolder, agentFolder, clock, httpTimeouts, log } = this.#options;
    const { store, directory, registry, refusals, retention, commands, ingest, inbox, budget, feed, floodLog } = core;
    const { sessions, authenticate, browsers, networks } = access;
    const mqttPort = () => endpoints.mqttPort;
    const diagnostics = new HttpDiagnostics({ failures, mqttPort, floodLog });
    const hubInfo = () => status.info();
    const doctor = new Doctor({
      hubInfo,
      listening: config,
      mdns: config.mdns,
      browse: async () => (await import("./discovery/browse.ts")).browseHubs(config.host),
      isMqttClient: (address, port) => mqtt.isConnectedTo(address, port),
      allows: (address) => networks.allows(address),
      connectionFailures: failures,
      refusals,
      registry,
      clock,
      log: log.child({ name: "doctor" }),
    });
    const routes = [liveRoute(feed), mqtt.route, deviceRoute({ inbox, commands, registry, log })];
    return new HttpTransport({
      version,
      registry,
      refusals,
      retention,
      commands,
      clock,
      sessions,
      authenticate,
      onAudit: ({ action, actor, address }) => log.info({ action, actor, address }, "audit"),
      ingest,
      inbox,
      doctor,
      log,
      hubInfo,
      mqttPort,
      diagnostics,
      uiFolder,
      agentFolder,
      readings: store.readings,
      health: () => status.health(),
      metrics: () => status.metrics(),
      latestReadings: config.metricsReadings ? () => directory.latest() : null,
      guard: browsers,
      admission: access.admission(),
      pacing: new HttpPacing({ budget, diagnostics, clock }),
      webSockets: new WebSocketUpgrades({ guard: browsers, authenticate, diagnostics, budget, clock, routes }),
      hubId: () => status.hubId,
      ...(httpTimeouts && { timeouts: httpTimeouts }),
    });
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

/** Who may come in, by network, browser and secret. */
interface Access {
  /** This run's administrator bearer token. */
  readonly token: string;
  readonly sessions: Sessions;
  readonly authenticate: Authenticate;
  readonly networks: Networks;
  readonly browsers: BrowserGuard;
  readonly authority: (core: Core) => TopicAuthority;
  /** Counts the connections of one port. */
  readonly admission: () => Admission;
}

function createAccess(config: Config, clock: Clock, memory: MemoryGuard): Access {
  const networks = new Networks(config.allow);
  const limits = { networks, isLimited: config.rateLimit, isShortOfMemory: () => memory.isShort };
  const token = config.token ?? makeSecret();
  const sessions = new Sessions({ token, clock });
  return {
    token,
    sessions,
    authenticate: makeAuthenticate(sessions),
    networks,
    browsers: new BrowserGuard(config.allowedHosts),
    authority: ({ directory }) =>
      new TopicAuthority(config.anonymous, deviceTopics, () => directory.addedTopics.list()),
    admission: () => new Admission(limits),
  };
}

interface MqttParts {
  readonly config: Config;
  readonly core: Core;
  readonly access: Access;
  readonly failures: ConnectionFailures;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly log: Log;
}

function createMqtt({ config, core, access, failures, endpoints, clock, log: hubLog }: MqttParts): EmbeddedBroker {
  const { ingest, inbox, commands, budget, registry, floodLog, events, store } = core;
  const log = hubLog.child({ name: "mqtt" });
  const httpPort = () => endpoints.httpPort;
  const mqtt = new EmbeddedBroker({
    host: config.host,
    port: config.mqttPort,
    onPublish: ({ topic, route, payload, address, session, share }) =>
      inbox.receive({ source: topic, payload, address, transport: "mqtt", share, session }, route.decode),
    onSession: ({ session, fellSilent }) => registry.presence.sessionEnded(session, fellSilent),
    records: store.records,
    commands,
    authority: access.authority(core),
    authenticate: access.authenticate,
    admission: access.admission(),
    budget,
    diagnostics: new MqttDiagnostics({
      failures,
      ingest,
      httpPort,
      onDuplicateId: (clientId, addresses) => registry.duplicateSeen(clientId, addresses),
      clock,
      log,
      floodLog,
    }),
    clock,
    log,
  });
  commands.addPublisher(mqtt);
  events.controlsChanged.on(() => mqtt.regrantSubscriptions());
  return mqtt;
}

interface HttpParts extends Omit<MqttParts, "config" | "clock" | "log"> {
  readonly mqtt: EmbeddedBroker;
  readonly status: HubStatus;
}
