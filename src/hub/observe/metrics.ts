// The hub's metrics in Prometheus' text format. Messages are counted in plain numbers, since there may be a hundred thousand a
// second; everything else is read on request.
import { readdir } from "node:fs/promises";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ErrorCode } from "../../shared/errors.ts";
import type { BudgetFigures } from "../access/limits/budget.ts";
import type { Clock } from "../clock.ts";
import type { StoreStatus } from "../store/store.ts";

const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const COMMIT_MESSAGES = [1, 3, 10, 30, 100, 300, 1_000, 3_000];

export type Transport = "mqtt" | "http" | "websocket";
type Outcome = "stored" | "refused" | "deferred";

/** Metrics that are read on request. */
export interface HubFigures {
  readonly store: StoreStatus;
  /** Null where the file system does not report it. */
  readonly diskFreeBytes: number | null;
  readonly mqttClients: number;
  readonly budget: BudgetFigures;
  /** The longest delay of the event loop since the last request. */
  readonly maxEventLoopDelaySeconds: number;
  readonly devicesOnline: number;
  readonly devicesOffline: number;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #clock: Clock;
  readonly #gauges: ReturnType<typeof hubGauges>;
  readonly #commits: ReturnType<typeof commitHistograms>;
  readonly #messages: Readonly<Record<Transport, Record<Outcome, number>>> = {
    mqtt: { stored: 0, refused: 0, deferred: 0 },
    http: { stored: 0, refused: 0, deferred: 0 },
    websocket: { stored: 0, refused: 0, deferred: 0 },
  };
  readonly #refused = new Map<ErrorCode, number>();
  #readings = 0;

  constructor(version: string, clock: Clock) {
    this.#clock = clock;
    this.#gauges = hubGauges(this.#registry);
    this.#commits = commitHistograms(this.#registry);
    this.#registerCounters();
    registerProcessFigures(this.#registry);
    new Gauge({
      name: "bramble_build_info",
      help: "Always 1; the label tells the version",
      labelNames: ["version"],
      registers: [this.#registry],
    }).set({ version }, 1);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A message got its verdict; `readings` is how many of it were stored. */
  message(transport: Transport, outcome: Outcome, readings: number): void {
    this.#messages[transport][outcome]++;
    this.#readings += readings;
  }

  /** A refused message was listed. */
  refused(code: ErrorCode): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  /** One transaction reached the disk. */
  commit(seconds: number, messages: number): void {
    this.#commits.seconds.observe(seconds);
    this.#commits.messages.observe(messages);
  }

  /** Everything, in Prometheus' text format. */
  text(figures: HubFigures): Promise<string> {
    const { store, diskFreeBytes, mqttClients, budget, maxEventLoopDelaySeconds, devicesOnline, devicesOffline } =
      figures;
    const gauges = this.#gauges;
    gauges.inFlight.set(budget.inFlightBytes);
    gauges.held.set(budget.heldBytes);
    gauges.waitingConnections.set(budget.waiting);
    gauges.connectionsCut.set(budget.cut);
    gauges.eventLoopDelay.set(maxEventLoopDelaySeconds);
    const { storedBytes, storedReadings, pendingReadings, pendingSinceMs, damagedParts, spool } = store;
    gauges.spoolReadings.set(spool?.readings ?? 0);
    gauges.spoolBytes.set(spool?.bytes ?? 0);
    gauges.journalReadings.set(pendingReadings);
    gauges.sealingLag.set(pendingSinceMs === null ? 0 : Math.max(0, this.#clock.now() - pendingSinceMs) / 1_000);
    gauges.storedReadings.set(storedReadings);
    gauges.storeBytes.set(storedBytes);
    gauges.bytesPerReading.set(storedReadings === 0 ? 0 : storedBytes / storedReadings);
    gauges.damagedChunks.set(damagedParts);
    gauges.diskFree.set(diskFreeBytes ?? Number.NaN);
    gauges.mqttClients.set(mqttClients);
    gauges.devices.set({ presence: "online" }, devicesOnline);
    gauges.devices.set({ presence: "offline" }, devicesOffline);
    return this.#registry.metrics();
  }

  /** Prometheus' own counters only take over what was counted here. */
  #registerCounters(): void {
    const registers = [this.#registry];
    const readings = () => this.#readings;
    const messages = this.#messages;
    const refused = this.#refused;
    new Counter({
      name: "bramble_readings_total",
      help: "Readings stored",
      registers,
      collect() {
        this.reset();
        this.inc(readings());
      },
    });
    new Counter({
      name: "bramble_messages_total",
      help: "Messages by what became of them; deferred ones were not acknowledged",
      labelNames: ["transport", "outcome"],
      registers,
      collect() {
        this.reset();
        for (const [transport, outcomes] of Object.entries(messages)) {
          for (const [outcome, count] of Object.entries(outcomes)) this.inc({ transport, outcome }, count);
        }
      },
    });
    new Counter({
      name: "bramble_refused_messages_total",
      help: "Messages that are bad for ever, by what is wrong with them",
      labelNames: ["code"],
      registers,
      collect() {
        this.reset();
        for (const [code, count] of refused) this.inc({ code }, count);
      },
    });
  }
}

function hubGauges(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `bramble_${name}`, help, registers });
  return {
    journalReadings: gauge("journal_readings", "Readings not yet sealed into chunks"),
    sealingLag: gauge("sealing_lag_seconds", "How long the oldest unsealed reading has been here"),
    storedReadings: gauge("stored_readings", "Readings in the database"),
    storeBytes: gauge("store_bytes", "Size of the database and its write-ahead log"),
    bytesPerReading: gauge("bytes_per_reading", "Size of the store over its readings; 0 while it has none"),
    damagedChunks: gauge("damaged_chunks", "Chunks that were found damaged since the hub started"),
    spoolReadings: gauge("spool_readings", "Acknowledged readings that wait here for the database server"),
    spoolBytes: gauge("spool_bytes", "What they take of the disk of the data folder"),
    diskFree: gauge("disk_free_bytes", "Free space for the hub on the disk of its data folder"),
    mqttClients: gauge("mqtt_clients", "Connected MQTT clients"),
    inFlight: gauge("in_flight_bytes", "What messages cost that were taken and are not settled"),
    held: gauge(
      "held_bytes",
      "Memory held for clients: unfinished messages, unread answers, what they have remembered",
    ),
    waitingConnections: gauge("waiting_connections", "Connections that are not read from until there is room"),
    connectionsCut: gauge("connections_cut", "Connections that were cut since the start because they took too much"),
    eventLoopDelay: gauge("event_loop_delay_max_seconds", "Longest that the event loop was held since the last scrape"),
    devices: new Gauge({ name: "bramble_devices", help: "Known devices", labelNames: ["presence"], registers }),
  };
}

function commitHistograms(registry: Registry) {
  const registers = [registry];
  return {
    seconds: new Histogram({
      name: "bramble_commit_duration_seconds",
      help: "How long a transaction took until it was on disk",
      buckets: COMMIT_SECONDS,
      registers,
    }),
    messages: new Histogram({
      name: "bramble_commit_messages",
      help: "Messages that shared a transaction",
      buckets: COMMIT_MESSAGES,
      registers,
    }),
  };
}

/** prom-client has default metrics for this, but its event-loop monitor wakes an idle hub a hundred times a second. */
function registerProcessFigures(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time spent, of all threads",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({ name: "process_start_time_seconds", help: "When the process started, since 1970", registers }).set(
    performance.timeOrigin / 1_000,
  );
  if (process.platform !== "linux") return;
  new Gauge({
    name: "process_open_fds",
    help: "Open file descriptors",
    registers,
    async collect() {
      this.set((await readdir("/proc/self/fd")).length);
    },
  });
}
