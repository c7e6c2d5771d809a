// The hub's network interfaces: MQTT, an outside broker, HTTP, and TLS in front of them. Each is made of those above it; TLS comes
// last, since its ports pass their connections to HTTP and MQTT.
import { join } from "node:path";
import { Admission } from "./access/limits/admission.ts";
import { createExternalBroker } from "./broker/external/create-external-broker.ts";
import type { ExternalBroker } from "./broker/external/external-broker.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Core } from "./core.ts";
import type { DataFolder } from "./data-folder.ts";
import { ConnectionFailures } from "./diagnostics/connection-failures.ts";
import { Doctor } from "./doctor/doctor.ts";
import type { Endpoints } from "./endpoints.ts";
import { HubStatus } from "./hub-status.ts";
import type { EventLoopMonitor } from "./observe/event-loop.ts";
import type { Log } from "./observe/log/log.ts";
import type { MemoryGuard } from "./observe/memory-guard.ts";
import { Reach } from "./reach/reach.ts";
import { HttpDiagnostics } from "./transport/http/diagnostics.ts";
import { type HttpTimeouts, HttpTransport } from "./transport/http/http-transport.ts";
import { HttpPacing } from "./transport/http/pacing.ts";
import { MqttDiagnostics } from "./transport/mqtt/diagnostics.ts";
import { EmbeddedBroker } from "./transport/mqtt/embedded-broker.ts";
import { RequestClients } from "./transport/request-clients.ts";
import { findRequestedHost } from "./transport/requested-host.ts";
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

export interface PortOptions {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly version: string;
  /** Holds the built UI; where it does not, the hub has its API alone. */
  readonly uiFolder: string;
  /** Holds the agent that Pis install. */
  readonly agentFolder: string;
  readonly clock: Clock;
  readonly httpTimeouts?: HttpTimeouts;
  /** Whether the desktop app shows it. */
  readonly hasWindow?: boolean;
  /** PEM of the authorities that browsers trust; those of Node where none are named. */
  readonly publicAuthorities?: readonly string[];
  readonly log: Log;
}

/** The options of the ports, in addition to the core. */
interface Base {
  readonly core: Core;
  readonly endpoints: Endpoints;
  readonly eventLoop: EventLoopMonitor;
  readonly memory: Pick<MemoryGuard, "isShort">;
}

export interface HubPorts {
  readonly mqtt: EmbeddedBroker;
  /** Null where the hub has no outside broker. */
  readonly broker: ExternalBroker | null;
  readonly http: HttpTransport;
  readonly tls: Tls;
  readonly reach: Reach;
}

/** Makes them; nothing listens until they are started. */
export function createPorts(options: PortOptions, base: Base): HubPorts {
  const { core, endpoints, eventLoop } = base;
  const { config, folder, version, clock, log } = options;
  const failures = new ConnectionFailures(clock);
  const reach = createReach(options, base);
  const mqtt = createMqtt(options, { ...base, failures });
  const hubId = () => core.identity.id;
  const broker = createExternalBroker(core, { address: config.broker, hubId, clock, log });
  const tls = createTls(options, { core, endpoints, reach });
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
  const http = createHttp(options, { ...base, failures, mqtt, broker, tls, status, reach });
  const presented = () => ({ isOwn: tls.mode === "own", names: tls.certificate?.names ?? [] });
  const diagnostics = new TlsDiagnostics({ failures, floodLog: core.floodLog, presented });
  const https = { protocol: "HTTPS", wanted: config.httpsPort, handler: http.handler, plain: http.listener } as const;
  const mqtts = { protocol: "MQTTS", wanted: config.mqttsPort, handler: mqtt.handler, plain: mqtt.listener } as const;
  for (const port of [https, mqtts])
    tls.addPort(createSecurePort({ ...port, diagnostics, challenges: reach.challenges }));
  return { mqtt, broker, http, tls, reach };
}

/** Each transport admits connections of its own. */
function createAdmission({ config }: PortOptions, { core: { access }, memory }: Base): Admission {
  return new Admission({
    networks: access.networks,
    proxies: access.proxies,
    isLimited: config.rateLimit,
    isShortOfMemory: () => memory.isShort,
  });
}

function createReach({ config, folder, clock, log }: PortOptions, { core, endpoints }: Base): Reach {
  const { store, access } = core;
  return new Reach({
    records: store.records,
    commandFolder: join(folder.path, "dns-commands"),
    host: config.host,
    httpPort: () => endpoints.httpPort,
    ownAddresses: () => endpoints.addresses,
    tls: () => {
      const { httpsPort, mqttsPort, certPem } = endpoints;
      return certPem === null ? null : { httpsPort, mqttsPort, certPem };
    },
    areKeysCompulsory: () => access.settings.anonymous === "none",
    allows: (address) => access.networks.allows(address),
    onName: (name) => access.browsers.setName("public", name),
    clock,
    log: log.child({ name: "reach" }),
  });
}

function createMqtt(options: PortOptions, base: Base & Pick<HttpParts, "failures">): EmbeddedBroker {
  const { core, endpoints, failures } = base;
  const { config, version, clock, log: hubLog } = options;
  const { access, ingest, inbox, commands, budget, registry, floodLog, events, store, tap } = core;
  const log = hubLog.child({ name: "mqtt" });
  const mqtt = new EmbeddedBroker({
    host: config.host,
    port: config.mqttPort,
    onPublish: ({
      topic: source,
      route,
      payload,
      address,
      clientId = "",
      qos = 0,
      retain = false,
      principal,
      session,
      share,
    }) =>
      inbox.receive(
        { source, payload, address, clientId, qos, retain, principal, transport: "mqtt", share, session },
        route.decode,
      ),
    onSession: ({ session, hasTimedOut }) => registry.presence.sessionEnded(session, hasTimedOut),
    records: store.records,
    version,
    commands,
    access,
    admission: createAdmission(options, base),
    budget,
    diagnostics: new MqttDiagnostics({
      failures,
      ingest,
      audit: access.audit,
      httpPort: () => endpoints.httpPort,
      mqttsPort: () => endpoints.mqttsPort,
      onDuplicateId: (clientId, addresses) => registry.reportDuplicate(clientId, addresses),
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

function createTls(
  options: PortOptions,
  { core, endpoints, reach }: Pick<HttpParts, "core" | "endpoints" | "reach">,
): Tls {
  const { config, folder, clock, publicAuthorities, log: hubLog } = options;
  const log = hubLog.child({ name: "tls" });
  const names = () => reachableNames({ host: config.host, more: config.allowedHosts, mdnsName: endpoints.mdnsName });
  const tls: Tls = new Tls({
    host: config.host,
    isOnByDefault: config.httpsPort.named || config.mqttsPort.named,
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
      endpoints.present(tls.certPem);
      endpoints.restrictPlain(mode !== "off" && plainPorts === "closed-but-loopback");
    },
  });
  core.administration.trial.undoes("tls", (before) => tls.change(before));
  return tls;
}

interface HttpParts extends Base, Pick<HubPorts, "mqtt" | "broker" | "tls" | "reach"> {
  readonly failures: ConnectionFailures;
  readonly status: HubStatus;
}

function createHttp(options: PortOptions, parts: HttpParts): HttpTransport {
  const { config, version, uiFolder, agentFolder, clock, httpTimeouts, hasWindow = false, log } = options;
  const { core, failures, endpoints, mqtt, broker, tls, status, reach } = parts;
  const { store, access, directory, registry, commands, inbox, identity, budget, floodLog } = core;
  const { basePath } = config;
  const admission = createAdmission(options, parts);
  const ports = { mqttPort: () => endpoints.mqttPort, httpsPort: () => endpoints.httpsPort };
  const diagnostics = new HttpDiagnostics({ failures, ...ports, floodLog });
  const clients = new RequestClients({
    proxies: access.proxies,
    admission,
    onNotAdmitted: (address, outcome) => diagnostics.notAdmitted(address, outcome),
    clock,
  });
  const routes = [liveRoute(core), mqtt.route, deviceRoute({ access, inbox, commands, registry, log })];
  return new HttpTransport({
    ...core,
    version,
    uiFolder,
    agentFolder,
    clock,
    log,
    doctor: createDoctor(options, parts, clients),
    mqttClients: mqtt.clients,
    publisher: broker ?? mqtt,
    reach,
    hubInfo: (language) => status.info(language),
    diagnostics,
    tls,
    records: store.records,
    health: () => status.health(),
    metrics: () => status.metrics(),
    latestReadings: config.metricsReadings ? () => directory.latest() : null,
    admission,
    clients,
    basePath,
    pacing: new HttpPacing({ budget, diagnostics, clock }),
    webSockets: new WebSocketUpgrades({ access, clients, basePath, diagnostics, budget, clock, routes }),
    hubId: () => identity.id,
    findRequestedHost: findRequestedHost(config, access.networks),
    hasWindow,
    ...(httpTimeouts && { timeouts: httpTimeouts }),
  });
}

function createDoctor({ config, clock, log }: PortOptions, parts: HttpParts, clients: RequestClients): Doctor {
  const { core, failures, mqtt, broker, tls, status, reach } = parts;
  const { access, registry, refusals } = core;
  return new Doctor({
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
    tls: () => tls.status,
    broker: () => broker?.state ?? null,
    spool: core.spool,
    clock,
    log: log.child({ name: "doctor" }),
  });
}
