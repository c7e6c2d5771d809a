// One look at everything: all examinations at once, none of which may take long or spoil the others' answers.
import type { Check, DiagnosticReport } from "../../shared/doctor.ts";
import type { Clock } from "../clock.ts";
import { failedClients } from "./clients.ts";
import type { DoctorOptions } from "./context.ts";
import { examineFirewall } from "./firewall.ts";
import { examineMdns } from "./mdns.ts";
import { examineConflicts } from "./port-conflicts.ts";
import { examineReach } from "./reach.ts";
import { realSystem, type System } from "./system.ts";

interface Look {
  readonly id: string;
  /** What it looks at, as a person would say. */
  readonly what: string;
  readonly look: () => Promise<readonly Check[]>;
}

const WITHIN_MS = 5_000;

export async function examine(options: DoctorOptions, system: System = realSystem): Promise<DiagnosticReport> {
  const { clock, log } = options;
  const hub = await options.hubInfo();
  const looks: Look[] = [
    { id: "reach", what: "the hub’s ports", look: () => examineReach(hub, options) },
    { id: "port-conflict", what: "who holds a port", look: () => examineConflicts(hub, options.listening, system) },
    { id: "firewall", what: "the firewall", look: () => examineFirewall(hub, system) },
    { id: "mdns", what: "whether the hub is found by name", look: () => examineMdns(hub, options, system) },
  ];
  const checks = await Promise.all(
    looks.map(async ({ id, what, look }) => {
      try {
        return await within(WITHIN_MS, clock, look());
      } catch (error) {
        log.warn({ err: error, id }, "an examination failed");
        const words = error instanceof Error ? error.message : String(error);
        return [{ id, state: "hint" as const, title: `The doctor could not find out about ${what}.`, words }];
      }
    }),
  );
  return { atMs: clock.now(), checks: checks.flat(), clients: failedClients(options) };
}

/** Rejects in words when `answer` is not there in time. */
async function within<T>(ms: number, clock: Clock, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const end = clock.every(ms, () => late.reject(new Error(`It took longer than ${ms / 1_000} seconds.`)));
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    end();
  }
}
