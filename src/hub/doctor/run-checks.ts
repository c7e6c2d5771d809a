// Runs all checks at once. A check that fails or takes too long becomes a hint; the others are reported all the same.
import type { Check, DiagnosticReport } from "../../shared/doctor.ts";
import type { Clock } from "../clock.ts";
import { failedClients } from "./clients.ts";
import type { DoctorOptions } from "./context.ts";
import { checkFirewall } from "./firewall.ts";
import { checkMdns } from "./mdns.ts";
import { checkPortConflicts } from "./port-conflicts.ts";
import { checkReach } from "./reach.ts";
import { realSystem, type System } from "./system.ts";

interface CheckGroup {
  readonly id: string;
  /** Its subject, in the middle of a sentence. */
  readonly subject: string;
  readonly run: () => Promise<readonly Check[]>;
}

const CHECK_TIMEOUT_MS = 5_000;

export async function runChecks(options: DoctorOptions, system: System = realSystem): Promise<DiagnosticReport> {
  const { clock, log } = options;
  const hub = await options.hubInfo();
  const groups: CheckGroup[] = [
    { id: "reach", subject: "the hub’s ports", run: () => checkReach(hub, options) },
    { id: "port-conflict", subject: "who holds a port", run: () => checkPortConflicts(hub, options.listening, system) },
    { id: "firewall", subject: "the firewall", run: () => checkFirewall(hub, system) },
    { id: "mdns", subject: "whether the hub is found by name", run: () => checkMdns(hub, options, system) },
  ];
  const checks = await Promise.all(
    groups.map(async ({ id, subject, run }) => {
      try {
        return await withTimeout(CHECK_TIMEOUT_MS, clock, run());
      } catch (error) {
        log.warn({ err: error, id }, "a check failed");
        const message = error instanceof Error ? error.message : String(error);
        return [{ id, state: "hint" as const, title: `The doctor could not find out about ${subject}.`, message }];
      }
    }),
  );
  return { atMs: clock.now(), checks: checks.flat(), clients: failedClients(options) };
}

/** Rejects with a message for the report when `answer` takes longer than `ms`. */
async function withTimeout<T>(ms: number, clock: Clock, answer: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const end = clock.every(ms, () => timeout.reject(new Error(`It took longer than ${ms / 1_000} seconds.`)));
  try {
    return await Promise.race([answer, timeout.promise]);
  } finally {
    end();
  }
}
