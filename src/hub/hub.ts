// The composition root: builds every part, starts them from the store outwards, stops them from the ports inwards.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Message } from "../shared/messages/message.ts";
import { Admission } from "./access/limits/admission.ts";
import { createExternalBroker } from "./broker/external/create-external-broker.ts";
import type { ExternalBroker } from "./broker/external/external-broker.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type Core, createCore, type Part } from "./core.ts";
import type { DataFolder } from "./data-folder.ts";
import { refuseLateClock } from "./devices/late-clock.ts";
import { ConnectionFailures } from "./diagnostics/connection-failures.ts";
import { Doctor } from "./doctor/doctor.ts";
import { Endpoints } from "./endpoints.ts";
import { HubStatus } from "./hub-status.ts";
import type { DiskGuardOptions } from "./observe/disk-guard.ts";
import { EventLoopMonitor } from "./observe/event-loop.ts";
import type { Log } from "./observe/log.ts";
import { MemoryGuard } from "./observe/memory-guard.ts";
import { Reach } from "./reach/reach.ts";
import { findAskedHost } from "./transport/asked-host.ts";
import { HttpDiagnostics } from "./transport/http/diagnostics.ts";
import { type HttpTimeouts, HttpTransport } from "./transport/http/http-transport.ts";
import { HttpPacing } from "./transport/http/pacing.ts";
import type { RouteEntry } from "./transport/http/route.ts";
import { warmUpHttp } from "./transport/http/start/warm-up.ts";
import { MqttDiagnostics } from "./transport/mqtt/diagnostics.ts";
import { EmbeddedBroker } from "./transport/mqtt/embedded-broker.ts";
import { RequestClients } from "./transport/request-clients.ts";
import { providedSource } from "./transport/tls/certificate-source.ts";
import { TlsDiagnostics } from "./transport/tls/diagnostics.ts";
import { FilesSource } from "./transport/tls/files-source.ts";
import { OwnSource } from "./transport/tls/own-source.ts";
import { reachableNames } from "./transport/tls/reachable-names.ts";
import { createSecurePort } from "./transport/tls/secure-port.ts";
import { Tls } from "./transport/tls/tls.ts";
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
  /** PEM of the authorities that browsers trust; those of Node where none are named. */
  readonly publicAuthorities?: readonly string[];
  readonly log: Log;
  /** Stops the hub and starts it again, which a restored backup needs. */
  readonly onRestart?: () => void;
  /** Called once when a part dies that the hub cannot do without. */
  readonly onDeath: (error: Error) => void;
}

/** What a running hub tells its caller. */
export interface RunningHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Of every HTTP path; empty where there is none. */
  readonly basePath: string;
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
    const { access } = core;
    const admission = () =>
      new Admission({
        networks: access.networks,
        proxies: access.proxies,
        isLimited: config.rateLimit,
        isShortOfMemory: () => memory.isShort,
      });
    const failures = new ConnectionFailures(clock);
    const mqtt = createMqtt({ config, core, version, admission: admission(), failures, endpoints, clock, log });
    const hubId = () => status.hubId;
    const broker = createExternalBroker(core, { address: config.broker, hubId, clock, log });
    const status = new HubStatus({
      ...core,
      config,
      version,
      dataFolder: folder.path,
      endpoints,
      eventLoop,
      clock,
      mqttClients: () => mqtt.stats.clients,
      tls: () => tls.status,
      broker: () => broker?.state ?? null,
    });
    const reach = this.#createReach(core, endpoints, () => tls);
    const http: HttpTransport = this.#createHttp({
      core,
      admission: admission(),
      failures,
      endpoints,
      mqtt,
      status,
      reach,
      tls: () => tls,
      broker,
    });
    const tls = this.#createTls({ core, failures, endpoints, mqtt, http, status, reach });

    status.identify(await this.#startCore(core, http));
    await tls.prepare();
    await this.#run(eventLoop);
    core.budget.start(clock);
    this.#stops.push(() => core.budget.stop());
    await this.#run(core.feed);
    this.#stops.push(() => mqtt.stop());
    endpoints.listening("mqtt", config.mqttPort, (await mqtt.start()).port);
    if (broker !== null) await this.#run(broker);
    this.#stops.push(() => http.stop());
    endpoints.listening("http", config.httpPort, await http.listen(config.host, config.httpPort));
    await this.#run(tls);
    await this.#run(core.administration.trial);

    const { httpPort, mqttPort, loopback, addresses, notes } = endpoints;
    const { token, links } = access;
    const linkSecret = links.make({ kind: "owner" }).secret;
    const announce = () => {
      const urls = { http: endpoints.localUrl("http") + config.basePath, mqtt: endpoints.localUrl("mqtt") };
      folder.announce({ pid: process.pid, version, hubId: hubId(), ...urls, token });
    };
    announce();
    endpoints.onChange = announce;
    this.#stops.push(() => folder.forget());
    log.info({ httpPort, mqttPort, version }, "hub is running");
    await this.#run(memory);
    await this.#run(reach);
    const { host, basePath } = config;
    const mdns = { host, hubId: hubId(), httpPort, mqttPort, basePath, ...endpoints.secure };
    const advertising = core.administration.advertising(mdns);
    endpoints.onChange = () => {
      announce();
      advertising.changePorts(endpoints.secure);
    };
    status.advertisedBy(advertising);
    await this.#run(advertising);
    void warmUpHttp(loopback, httpPort, basePath);
    return { httpPort, mqttPort, basePath, token, linkSecret, notes, loopback, addresses, routes: http.routes };
  }

  /** Starts a part that is to be stopped with the hub. */
  async #run(part: Part): Promise<void> {
    await part.start();
    this.#stops.push(() => part.stop());
  }

  /** Opens the store, on threads of its own, while the HTTP server is prepared; answers the hub's id. */
  async #startCore(core: Core, http: HttpTransport): Promise<string> {
    const { store, access, directory, administration, workerNews, mover } = core;
    const { disk, mends, registry, removals, retention, timeline, refusals, commands, firstStart } = core;
    this.#stops.push(() => store.stop());
    await Promise.all([store.start(), http.prepare()]);
    const hubId = await store.records.setting("hub-id", randomUUID);
    const before = [access, disk, mends, registry, retention, timeline, refusals, commands];
    for (const part of [...before, firstStart, removals, administration, workerNews, mover]) await this.#run(part);
    const { config, clock } = this.#options;
    if (!config.trustClock) refuseLateClock(directory, clock);
    return hubId;
  }

  #createReach({ store, access }: Core, endpoints: Endpoints, tls: () => Tls): Reach {
    const { config, folder, clock, log } = this.#options;
    return new Reach({
      records: store.records,
      commandFolder: join(folder.path, "dns-commands"),
      host: config.host,
      httpPort: () => endpoints.httpPort,
      ownAddresses: () => endpoints.addresses,
      tls: () => {
        const { certPem } = tls();
        return certPem === null ? null : { httpsPort: endpoints.httpsPort, mqttsPort: endpoints.mqttsPort, certPem };
      },
      areKeysCompulsory: () => access.settings.anonymous === "none",
      allows: (address) => access.networks.allows(address),
      onName: (name) => access.browsers.learnName(name),
      clock,
      log: log.child({ name: "reach" }),
    });
  }

  #createTls({ core, failures, endpoints, mqtt, http, status, reach }: TlsParts): Tls {
    const { config, folder, clock, publicAuthorities, log: hubLog } = this.#options;
    const log = hubLog.child({ name: "tls" });
    const names = () => reachableNames({ host: config.host, more: config.allowedHosts, mdnsName: status.mdnsName });
    const presented = () => ({ isOwn: tls.mode === "own", names: tls.certificate?.names ?? [] });
    const diagnostics = new TlsDiagnostics({ failures, floodLog: core.floodLog, presented });
    const https = { protocol: "HTTPS", wanted: config.httpsPort, handler: http.handler, plain: http.listener } as const;
    const mqtts = { protocol: "MQTTS", wanted: config.mqttsPort, handler: mqtt.handler, plain: mqtt.listener } as const;
    const tls: Tls = new Tls({
      host: config.host,
      ports: [https, mqtts].map((port) => createSecurePort({ ...port, diagnostics, challenges: reach.challenges })),
      records: core.store.records,
      ...(publicAuthorities && { publicAuthorities }),
      sources: {
        own: () => new OwnSource({ folder: folder.tlsPath, names, clock, log }),
        files: ({ certFile = "", keyFile = "" }) => new FilesSource({ certFile, keyFile, clock, log }),
        acme: () => providedSource(reach.certificate),
      },
      onPortsChanged: ({ httpsPort, mqttsPort, mode, plainPorts }) => {
        endpoints.listening("https", config.httpsPort, httpsPort);
        endpoints.listening("mqtts", config.mqttsPort, mqttsPort);
        endpoints.restrictPlain(mode !== "off" && plainPorts === "closed-but-loopback");
      },
    });
    core.administration.trial.undoes("tls", (before) => tls.change(before));
    return tls;
  }

  #createHttp({ core, admission, failures, endpoints, mqtt, status, reach, tls, broker }: HttpParts): HttpTransport {
    const { config, version, uiFolder, agentFolder, clock, httpTimeouts, log } = this.#options;
    const { store, access, directory, registry, refusals, commands, inbox, budget, floodLog } = core;
    const { basePath } = config;
    const ports = { mqttPort: () => endpoints.mqttPort, httpsPort: () => endpoints.httpsPort };
    const diagnostics = new HttpDiagnostics({ failures, ...ports, floodLog });
    const clients = new RequestClients({
      proxies: access.proxies,
      admission,
      onNotAdmitted: (address, outcome) => diagnostics.notAdmitted(address, outcome),
      clock,
    });
    const doctor = new Doctor({
      hubInfo: () => status.info(),
      listening: config,
      get mdns() {
        return core.administration.preferences.advertise;
      },
      backups: () => core.administration.backups.condition,
      browse: async () => (await import("./discovery/browse.ts")).browseHubs(config.host),
      isMqttClient: (address, port) => mqtt.isConnectedTo(address, port),
      allows: (address) => access.networks.allows(address),
      untrustedForwarders: () => clients.untrustedForwarders(),
      connectionFailures: failures,
      findLostName: () => reach.findLostName(),
      refusals,
      registry,
      tls: () => tls().status,
      broker: () => broker?.state ?? null,
      spool: core.spool,
      clock,
      log: log.child({ name: "doctor" }),
    });
    const routes = [liveRoute(core), mqtt.route, deviceRoute({ access, inbox, commands, registry, log })];
    return new HttpTransport({
      ...core,
      version,
      clock,
      doctor,
      mqttClients: mqtt.clients,
      publisher: broker ?? mqtt,
      reach,
      log,
      hubInfo: (language) => status.info(language),
      diagnostics,
      tls,
      uiFolder,
      agentFolder,
      records: store.records,
      health: () => status.health(),
      metrics: () => status.metrics(),
      latestReadings: config.metricsReadings ? () => directory.latest() : null,
      admission,
      clients,
      basePath,
      pacing: new HttpPacing({ budget, diagnostics, clock }),
      webSockets: new WebSocketUpgrades({ access, clients, basePath, diagnostics, budget, clock, routes }),
      hubId: () => status.hubId,
      findAskedHost: findAskedHost(config, access.networks),
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

interface PortParts {
  readonly core: Core;
  readonly admission: Admission;
  readonly failures: ConnectionFailures;
  readonly endpoints: Endpoints;
}

type MqttParts = PortParts & Pick<HubOptions, "config" | "version" | "clock" | "log">;

function createMqtt(parts: MqttParts): EmbeddedBroker {
  const { config, core, version, admission, failures, endpoints, clock, log: hubLog } = parts;
  const { access, ingest, inbox, commands, budget, registry, floodLog, events, store, tap } = core;
  const log = hubLog.child({ name: "mqtt" });
  const mqtt = new EmbeddedBroker({
    host: config.host,
    port: config.mqttPort,
    onPublish: ({ topic: source, route, payload, address, clientId = "", principal, session, share }) =>
      inbox.receive({ source, payload, address, clientId, principal, transport: "mqtt", share, session }, route.decode),
    onSession: ({ session, fellSilent }) => registry.presence.sessionEnded(session, fellSilent),
    records: store.records,
    version,
    commands,
    access,
    admission,
    budget,
    diagnostics: new MqttDiagnostics({
      failures,
      ingest,
      audit: access.audit,
      httpPort: () => endpoints.httpPort,
      mqttsPort: () => endpoints.mqttsPort,
      onDuplicateId: (clientId, addresses) => registry.duplicateSeen(clientId, addresses),
      clock,
      log,
      floodLog,
    }),
    tap,
    clock,
    log,
  });
  commands.addPublisher(mqtt);
  events.controlsChanged.on(() => mqtt.regrantSubscriptions());
  return mqtt;
}

interface HttpParts extends PortParts {
  readonly mqtt: EmbeddedBroker;
  readonly status: HubStatus;
  readonly reach: Reach;
  readonly tls: () => Tls;
  readonly broker: ExternalBroker | null;
}

interface TlsParts extends Omit<HttpParts, "admission" | "tls" | "broker"> {
  readonly http: HttpTransport;
}
