// Answers "Is something wrong?". The checks are loaded at the first request; concurrent requests share one run.
import type { DiagnosticReport } from "../../shared/doctor.ts";
import type { Language } from "../../shared/messages/language.ts";
import type { DoctorOptions } from "./context.ts";

export class Doctor {
  readonly #options: DoctorOptions;
  readonly #running = new Map<Language, Promise<DiagnosticReport>>();

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /** Runs all checks; a call while they run gets the same report, where it is for the same language. */
  examine(language: Language = "en"): Promise<DiagnosticReport> {
    const running =
      this.#running.get(language) ?? this.#runChecks(language).finally(() => this.#running.delete(language));
    this.#running.set(language, running);
    return running;
  }

  async #runChecks(language: Language): Promise<DiagnosticReport> {
    const { runChecks } = await import("./run-checks.ts");
    return runChecks(this.#options, language);
  }
}
