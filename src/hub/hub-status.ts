// The hub's status: for people, for health checks, and for Prometheus.
import { isIP } from "node:net";
import type { Health, HubInfo } from "../shared/api.ts";
import type { Language } from "../shared/messages/language.ts";
import type { Message } from "../shared/messages/message.ts";
import { render } from "../shared/messages/render.ts";
import type { TlsStatus } from "../shared/security/tls.ts";
import type { Budget } from "./access/limits/budget.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { DeviceDirectory } from "./devices/directory.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Ingest } from "./ingest/accept.ts";
import { cached } from "./observe/cached.ts";
import { certificateNote } from "./observe/certificate-note.ts";
import type { DiskGuard } from "./observe/disk-guard.ts";
import type { EventLoopMonitor } from "./observe/event-loop.ts";
import { describeHealth, type HubState } from "./observe/health.ts";
import type { Metrics } from "./observe/metrics.ts";
import { spoolNote } from "./observe/spool-note.ts";
import type { HubIdentity } from "./store/hub-identity.ts";
import type { Store, StoreStatus } from "./store/store.ts";

/** How old the store's status may be in answers that anyone on the network can request. */
const STORE_STATUS_MAX_AGE_MS = 1_000;
/** The same for the metrics, which take some milliseconds to write. */
const METRICS_MAX_AGE_MS = 100;

export interface HubStatusOptions {
  readonly store: Pick<Store, "status">;
  readonly directory: Pick<DeviceDirectory, "counts">;
  readonly ingest: Pick<Ingest, "failure">;
  readonly disk: DiskGuard;
  readonly administration: { readonly preferences: { readonly name: string } };
  readonly metrics: Metrics;
  readonly budget: Budget;
  readonly config: Config;
  readonly version: string;
  readonly dataFolder: string;
  readonly identity: Pick<HubIdentity, "id">;
  readonly endpoints: Endpoints;
  readonly eventLoop: EventLoopMonitor;
  readonly clock: Clock;
  readonly mqttClients: () => number;
  readonly tls: () => TlsStatus;
  /** Null where there is no outside broker. */
  readonly broker: () => NonNullable<HubState["broker"]> | null;
}

export class HubStatus {
  readonly #options: HubStatusOptions;
  readonly #startedAtMs: number;
  readonly #storeStatus: () => Promise<StoreStatus>;
  /** Prometheus' text format. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;

  constructor(options: HubStatusOptions) {
    const { store, clock } = options;
    this.#options = options;
    this.#startedAtMs = clock.now();
    this.#storeStatus = cached(() => store.status(), STORE_STATUS_MAX_AGE_MS, clock);
    this.metrics = cached(() => this.#metrics(), METRICS_MAX_AGE_MS, clock);
  }

  async info(language: Language = "en"): Promise<HubInfo> {
    const { disk, config, version, dataFolder, endpoints, broker, tls } = this.#options;
    const brokerProblem = broker()?.problem;
    const { mdnsName } = endpoints;
    const certificate = this.#certificateNote;
    const shown = tls().certificate;
    const { storedBytes, spool } = await this.#storeStatus();
    return {
      hubId: this.#options.identity.id,
      name: this.#options.administration.preferences.name,
      version,
      httpPort: endpoints.httpPort,
      mqttPort: endpoints.mqttPort,
      ...(config.basePath !== "" && { basePath: config.basePath }),
      ...(endpoints.httpsPort > 0 && { httpsPort: endpoints.httpsPort }),
      ...(endpoints.mqttsPort > 0 && { mqttsPort: endpoints.mqttsPort }),
      ...(endpoints.isPlainRestricted && { plainPorts: "closed-but-loopback" as const }),
      addresses: endpoints.addresses,
      ...(mdnsName && { mdnsName }),
      ...(endpoints.httpsPort > 0 && shown?.isPublic === true && { publicNames: shown.names.filter(isName) }),
      dataFolder,
      storedBytes,
      disk: disk.status,
      joining: config.joining,
      notes: [
        ...endpoints.notes,
        ...(certificate ? [certificate] : []),
        ...(brokerProblem ? [brokerProblem] : []),
        ...(spool ? [spoolNote(spool)] : []),
      ].map((note) => render(note, language)),
    };
  }

  async health(): Promise<Health> {
    const { ingest, disk, version, clock, mqttClients } = this.#options;
    return describeHealth({
      version,
      uptimeSeconds: Math.floor((clock.now() - this.#startedAtMs) / 1_000),
      ingestFailure: ingest.failure,
      store: await this.#storeStatus().catch(toError),
      disk,
      mqttClients: mqttClients(),
      broker: this.#options.broker(),
      certificateNote: this.#certificateNote,
    });
  }

  get #certificateNote(): Message | null {
    const { tls, clock } = this.#options;
    return certificateNote(tls(), clock.now());
  }

  async #metrics(): Promise<{ contentType: string; text: string }> {
    const { metrics, disk, budget, directory, eventLoop, mqttClients } = this.#options;
    const { online, offline } = directory.counts();
    const text = await metrics.text({
      store: await this.#storeStatus(),
      diskFreeBytes: disk.freeBytes,
      mqttClients: mqttClients(),
      budget: budget.figures,
      maxEventLoopDelaySeconds: eventLoop.takeMaxDelay(),
      devicesOnline: online,
      devicesOffline: offline,
    });
    return { contentType: metrics.contentType, text };
  }
}

/** Neither an address nor a wildcard. */
function isName(name: string): boolean {
  return isIP(name) === 0 && !name.includes("*");
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
