// Answers "Is something wrong?". The checks are loaded at the first request; concurrent requests share one run.
import type { DiagnosticReport } from "../../shared/doctor.ts";
import type { DoctorOptions } from "./context.ts";

export class Doctor {
  readonly #options: DoctorOptions;
  #running: Promise<DiagnosticReport> | null = null;

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /** Runs all checks; a call while they run gets the same report. */
  examine(): Promise<DiagnosticReport> {
    this.#running ??= this.#runChecks().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #runChecks(): Promise<DiagnosticReport> {
    const { runChecks } = await import("./run-checks.ts");
    return runChecks(this.#options);
  }
}
