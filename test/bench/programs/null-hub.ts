// The hub's HTTP with a store that keeps nothing: what the route costs without the disk.
import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { Access } from "../../../src/hub/access/access.ts";
import { Admission } from "../../../src/hub/access/limits/admission.ts";
import { Budget } from "../../../src/hub/access/limits/budget.ts";
import { systemClock as clock } from "../../../src/hub/clock.ts";
import { Commands } from "../../../src/hub/commands/commands.ts";
import { DeviceView } from "../../../src/hub/devices/device-view.ts";
import { DeviceDirectory } from "../../../src/hub/devices/directory.ts";
import { ImportedDevices } from "../../../src/hub/devices/imported.ts";
import { Registry } from "../../../src/hub/devices/registry.ts";
import { Retention } from "../../../src/hub/devices/retention.ts";
import { ConnectionFailures } from "../../../src/hub/diagnostics/connection-failures.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import { Imports } from "../../../src/hub/import/imports.ts";
import { Ingest } from "../../../src/hub/ingest/accept.ts";
import { Refusals } from "../../../src/hub/ingest/refusals.ts";
import { refusedRecords } from "../../../src/hub/ingest/refused-records.ts";
import { LiveFeed } from "../../../src/hub/live/feed.ts";
import { MendList } from "../../../src/hub/mend/mend-list.ts";
import { Mending } from "../../../src/hub/mend/mending.ts";
import { LogThrottle } from "../../../src/hub/observe/log/log-throttle.ts";
import { MessageTap } from "../../../src/hub/observe/message-tap.ts";
import { Metrics } from "../../../src/hub/observe/metrics.ts";
import { PrometheusApi } from "../../../src/hub/prometheus/prometheus-api.ts";
import { Inbox } from "../../../src/hub/protocols/inbox.ts";
import { deviceTopics } from "../../../src/hub/protocols/protocols.ts";
import { Administration } from "../../../src/hub/settings/administration.ts";
import type { AuditLog } from "../../../src/hub/store/audit.ts";
import { bucketGrid } from "../../../src/hub/store/bucket-grid.ts";
import type { ReadingStore } from "../../../src/hub/store/readings.ts";
import type { RecordStore } from "../../../src/hub/store/records.ts";
import { Timeline } from "../../../src/hub/timeline/timeline.ts";
import { HttpDiagnostics } from "../../../src/hub/transport/http/diagnostics.ts";
import { HttpTransport } from "../../../src/hub/transport/http/http-transport.ts";
import { HttpPacing } from "../../../src/hub/transport/http/pacing.ts";
import { RequestClients } from "../../../src/hub/transport/request-clients.ts";
import { WebSocketUpgrades } from "../../../src/hub/transport/websocket/websocket-upgrades.ts";
import { report } from "./program.ts";

const readings: ReadingStore = {
  append: async ({ readings, receivedAtMs }) => {
    // Answers that leave together wake their readers once; each on its own, they would come at half the rate.
    await turn();
    return Float64Array.from(readings, ({ tsMs }) => tsMs ?? receivedAtMs);
  },
  latest: async () => [],
  buckets: async () => [],
  bucketGrid,
  page: async () => ({
    series: [],
    seriesIndex: new Uint32Array(),
    tsMs: new Float64Array(),
    values: new Float64Array(),
    more: false,
  }),
  export: async function* () {},
  copy: async () => undefined,
  remove: async () => undefined,
};
const records: RecordStore = {
  collection: () => ({ list: async () => [], save: async () => undefined }),
  removeDevice: async () => undefined,
  attributes: async () => [],
  setting: async (_name, make) => make(),
};

const log = pino({ level: "warn" }, process.stderr);
const events = new HubEvents();
const directory = new DeviceDirectory();
const audit: AuditLog = {
  append: async () => undefined,
  page: async () => ({ entries: [], next: null }),
  trim: async () => undefined,
};
const access = new Access({
  flags: { anonymous: null, allow: null, allowedHosts: [], trustProxy: [], rateLimit: false, token: null },
  store: { records, audit },
  devices: directory,
  topics: deviceTopics,
  events,
  clock,
  onFailure: () => (error) => log.error(error),
});
const commands = new Commands({
  records,
  clock,
  makeId: () => "",
  controlsOf: () => undefined,
  events,
  onSaveFailed: (error) => log.error(error),
});
const mends = new MendList(records, clock);
const view = new DeviceView({
  directory,
  commands,
  simulated: { pastMsOf: () => null },
  keys: access.deviceKeys,
  mends,
});
const feed = new LiveFeed({ events, devices: view, mends, clock });
const registry = new Registry({
  directory,
  view,
  readings,
  records,
  mends,
  clock,
  joining: "open",
  isInvited: () => false,
  events,
  onSaveFailed: (error) => log.error(error),
});
const budget = new Budget(512 * 1024 * 1024);
const floodLog = new LogThrottle(log, clock);
const refusals = new Refusals({
  records: records.collection(refusedRecords),
  clock,
  events,
  onSaveFailed: (error) => log.error(error),
});
const ingest = new Ingest({
  readings,
  registry,
  refusals,
  commands,
  access,
  disk: { status: "ok" },
  metrics: new Metrics("0", clock),
  clock,
  log,
  floodLog,
  events,
  tap: new MessageTap(),
});
const diagnostics = new HttpDiagnostics({ failures: new ConnectionFailures(clock), mqttPort: () => 0, floodLog });
const { proxies } = access;
const admission = new Admission({
  networks: access.networks,
  proxies,
  isLimited: false,
  isShortOfMemory: () => false,
});
const clients = new RequestClients({ proxies, admission, onNotAdmitted: () => undefined, clock });
const basePath = "";
const retention = new Retention({
  readings,
  records,
  series: () => directory.series(),
  clock,
  onFailure: (error) => log.error(error),
});
const administration = new Administration({
  access,
  directory,
  registry,
  retention,
  events,
  clock,
  log,
  topics: deviceTopics,
  config: { mdns: false, backupFolder: null, backupPassphrase: null },
  folder: { path: "/nowhere", databasePath: "/nowhere/bramble.db" },
  store: { records, backup: null, status: () => Promise.reject(new Error("there is no hub")) },
  disk: { freeBytes: null },
  freeBytes: async () => null,
  restart: null,
});
const http = new HttpTransport({
  version: "0",
  readings,
  records,
  directory,
  registry,
  mending: new Mending({
    list: mends,
    stored: readings,
    clock,
    makeId: () => "",
    isKnown: () => true,
    onChange: async () => undefined,
  }),
  refusals,
  clock,
  hubInfo: () => Promise.reject(new Error("there is no hub")),
  findRequestedHost: () => null,
  health: () => Promise.reject(new Error("there is no hub")),
  metrics: () => Promise.reject(new Error("there is no hub")),
  latestReadings: null,
  prometheus: new PrometheusApi({ directory, readings, clock }),
  access,
  publisher: { publish: () => Promise.reject(new Error("there is no broker")) },
  ingest,
  inbox: new Inbox({ ingest, clock }),
  imports: new Imports({
    readings,
    target: new ImportedDevices({ directory, registry, records, mends, events }),
    isDiskFull: () => false,
    clock,
  }),
  commands,
  removals: {
    begin: () => Promise.reject(new Error("nothing goes")),
    keep: () => Promise.reject(new Error("nothing goes")),
  },
  retention,
  administration,
  timeline: new Timeline({
    records,
    clock,
    events,
    isKnown: () => true,
    lastSeenMs: () => 0,
    punctualityOf: () => ({ isClockWrong: false, usualPauseMs: null }),
    onFailure: (error) => log.error(error),
  }),
  diagnostics,
  mqttClients: { list: () => ({ clients: [], absentSessions: 0 }), disconnect: () => false },
  doctor: { examine: () => Promise.reject(new Error("there is no hub")) },
  reach: {
    status: () => Promise.reject(new Error("there is no hub")),
    change: async () => null,
    issueNow: async () => null,
    challenges: { httpAnswer: () => null, alpnContext: () => null },
  },
  admission,
  clients,
  basePath,
  pacing: new HttpPacing({ budget, diagnostics, clock }),
  webSockets: new WebSocketUpgrades({ access, clients, basePath, diagnostics, budget, clock, routes: [] }),
  uiFolder: "",
  agentFolder: "/nowhere",
  hubId: () => "",
  log,
});
await access.start();
await registry.start();
feed.start();
await http.prepare();
report({ port: await http.listen("127.0.0.1", { number: 0, named: true }) });
