// One hub under attack, with honest clients beside it: how large it grows, how long they wait, and how soon it is as it was.
import { setTimeout as sleep } from "node:timers/promises";
import { type Static, Type } from "typebox";
import type { Health } from "../../../src/shared/api.ts";
import { HonestReport } from "../../support/honest/honest-clients.ts";
import type { TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";
import { startProbe } from "../children.ts";
import { MemoryWatch } from "../memory-watch.ts";
import { openFiles, residentBytes, untilQuiet } from "../proc.ts";
import { type Attackers, hubFlags, runAttackers } from "./attackers.ts";

/** A hub that is this close to what it was when idle has let go of the attack, but for 32 MB of retained messages, which stay. */
const RECOVERED_BYTES = 40e6;
const RECOVERY_WITHIN_MS = 60_000;
const POLL_MS = 100;
/**
 * Attackers that are gone leave megabytes in the sockets' buffers, which the hub works off before it sees that they are: of what
 * it refuses, some ten kilobytes a second of each connection.
 */
const WORKED_OFF_WITHIN_MS = 600_000;
/** The hub opens and closes its database as it is asked. */
const FILES_OF_ITS_OWN = 8;
/** After the attack: until everything that was acknowledged has been looked up. */
const ANSWER_WITHIN_MS = 120_000;
/** What the honest clients take by themselves, and what a hub does that has just started, comes before the attack. */
const BEFORE_ATTACK_MS = 4_000;

export const ProbeReport = Type.Intersect([HonestReport, Type.Object({ missing: Type.Integer() })]);
export type ProbeReport = Static<typeof ProbeReport>;

export type TrialOutcome =
  | { readonly kind: "failed"; readonly reason: string; readonly grownBytes: number }
  | {
      readonly kind: "stood";
      readonly grownBytes: number;
      readonly honest: ProbeReport;
      /** From when the last connection of an attacker is closed; infinite where it took longer than is waited for. */
      readonly recoverySeconds: number;
      readonly health: Health["status"];
    };

export async function tryAttack(hub: TestHub, attackers: Attackers): Promise<TrialOutcome> {
  await untilQuiet(hub.pid);
  const idleBytes = residentBytes(hub.pid);
  using watch = new MemoryWatch(hub.pid);
  const grown = () => watch.peakBytes - idleBytes;
  const { promise: outcome, resolve: settle } = Promise.withResolvers<TrialOutcome>();
  const failFor = (reason: string) => settle({ kind: "failed", reason, grownBytes: grown() });
  watch.gone.addEventListener("abort", () => failFor(String(watch.gone.reason)));
  await using probe = await startProbe("honest", [...hubFlags(hub), "--seconds", "3600"], ProbeReport);
  const stand = async (): Promise<TrialOutcome> => {
    await sleep(BEFORE_ATTACK_MS);
    const usualFiles = openFiles(hub.pid);
    await runAttackers(hub, attackers, watch.gone);
    const grownBytes = grown();
    await untilWorkedOff(hub.pid, usualFiles);
    setTimeout(() => failFor("it did not answer"), ANSWER_WITHIN_MS).unref();
    const [honest, recoverySeconds] = await Promise.all([probe.stop(), untilRecovered(hub.pid, idleBytes)]);
    const { status } = await hub.json<Health>("/healthz");
    return { kind: "stood", grownBytes, honest, recoverySeconds, health: status };
  };
  // Where the hub ends, so do the programs; the hub's end is the reason then.
  stand().then(settle, (error: Error) => failFor(error.message));
  return await outcome;
}

/** Resolves when the hub has no more files and sockets open than it had before the attack. */
export async function untilWorkedOff(pid: number, usualFiles: number): Promise<void> {
  const areClosed = async () => openFiles(pid) <= usualFiles + FILES_OF_ITS_OWN || undefined;
  await until("the attackers' connections are closed", areClosed, WORKED_OFF_WITHIN_MS);
}

async function untilRecovered(pid: number, idleBytes: number): Promise<number> {
  const startMs = performance.now();
  while (residentBytes(pid) > idleBytes + RECOVERED_BYTES) {
    if (performance.now() > startMs + RECOVERY_WITHIN_MS) return Number.POSITIVE_INFINITY;
    await sleep(POLL_MS);
  }
  return (performance.now() - startMs) / 1_000;
}
