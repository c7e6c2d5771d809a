// Answers "Is something wrong?". What that takes is loaded when somebody asks; whoever asks meanwhile shares the answer.
import type { HubInfo } from "../../shared/api.ts";
import type { DiagnosticReport } from "../../shared/doctor.ts";
import type { Clock } from "../clock.ts";
import type { Port } from "../config.ts";
import type { Registry } from "../devices/registry.ts";
import type { ConnectionFailures } from "../diagnostics/connection-failures.ts";
import type { Refusals } from "../ingest/refusals.ts";
import type { Log } from "../observe/log.ts";

/** A hub that says on the network where it is. */
export interface SeenHub {
  readonly hubId: string;
  /** What it is called among services. */
  readonly instance: string;
  /** The name of its machine, such as `bramble.local`. */
  readonly host: string;
  readonly addresses: readonly string[];
}

export interface DoctorOptions {
  readonly hubInfo: () => Promise<HubInfo>;
  /** As the hub was told to listen. */
  readonly listening: { readonly host: string; readonly httpPort: Port; readonly mqttPort: Port };
  /** Whether the hub says where it is. */
  readonly mdns: boolean;
  /** Hubs that say so on the networks of this computer, this one among them. */
  readonly browse: () => Promise<readonly SeenHub[]>;
  /** Whether the hub's MQTT port has a client at that address and port. */
  readonly isMqttClient: (address: string, port: number) => boolean;
  /** Whether the hub lets that address in. */
  readonly allows: (address: string) => boolean;
  readonly troubles: ConnectionFailures;
  readonly refusals: Pick<Refusals, "list">;
  readonly registry: Pick<Registry, "list">;
  readonly clock: Clock;
  readonly log: Log;
}

export class Doctor {
  readonly #options: DoctorOptions;
  #running: Promise<DiagnosticReport> | null = null;

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  examine(): Promise<DiagnosticReport> {
    this.#running ??= this.#examine().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #examine(): Promise<DiagnosticReport> {
    const { examine } = await import("./examine.ts");
    return examine(this.#options);
  }
}
