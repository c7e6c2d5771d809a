// Answers "Is something wrong?". The checks are loaded when they are first asked for; concurrent requests share one run.
import type { DiagnosticReport } from "../../shared/doctor.ts";
import type { DoctorOptions } from "./context.ts";

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
