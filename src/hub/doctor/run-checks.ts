// Runs all checks at once. A check that fails or takes too long becomes a hint; the others are reported all the same.
import type { DiagnosticReport } from "../../shared/doctor.ts";
import { errorText } from "../../shared/error-text.ts";
import type { Language } from "../../shared/messages/language.ts";
import { message, type ParamsOf } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import { failedClients } from "./clients.ts";
import type { DoctorOptions } from "./context.ts";
import { type Finding, renderFinding } from "./finding.ts";
import { checkFirewall } from "./firewall.ts";
import { checkMdns } from "./mdns.ts";
import { checkPortConflicts } from "./port-conflicts.ts";
import { checkProxies } from "./proxies.ts";
import { checkPublicName } from "./public-name.ts";
import { checkReach } from "./reach.ts";
import { checkBackups } from "./surroundings/backups.ts";
import { checkBroker } from "./surroundings/broker.ts";
import { checkSpool } from "./surroundings/spool.ts";
import { realSystem, type System } from "./system.ts";
import { checkCertificate } from "./tls/certificate.ts";

interface CheckGroup {
  readonly id: ParamsOf<"check-failed/title">["check"];
  readonly run: () => Promise<readonly Finding[]>;
}

const CHECK_TIMEOUT_MS = 5_000;

export async function runChecks(
  options: DoctorOptions,
  language: Language = "en",
  system: System = realSystem,
): Promise<DiagnosticReport> {
  const { clock, log } = options;
  const hub = await options.hubInfo();
  const groups: CheckGroup[] = [
    { id: "reach", run: () => checkReach(hub, options) },
    { id: "port-conflict", run: () => checkPortConflicts(hub, options.listening, system) },
    { id: "firewall", run: () => checkFirewall(hub, system) },
    { id: "proxies", run: () => checkProxies(hub, options, system) },
    { id: "mdns", run: () => checkMdns(hub, options, system) },
    { id: "backups", run: async () => checkBackups(options.backups?.() ?? null, clock.now()) },
    { id: "broker", run: async () => checkBroker(options.broker?.() ?? null) },
    { id: "spool", run: () => checkSpool(options.spool) },
    { id: "public-name", run: () => checkPublicName(options) },
    {
      id: "certificate",
      run: () => checkCertificate(options.tls?.() ?? null, loopbackOf(options.listening.host), clock.now()),
    },
  ];
  const findings = await Promise.all(
    groups.map(async ({ id, run }) => {
      try {
        const found = await withTimeout(CHECK_TIMEOUT_MS, clock, run());
        if (found !== "timeout") return found;
        log.warn({ id, timeoutMs: CHECK_TIMEOUT_MS }, "a check took too long");
        return [failed(id, message("check-failed/timeout", { seconds: CHECK_TIMEOUT_MS / 1_000 }))];
      } catch (error) {
        log.warn({ err: error, id }, "a check failed");
        const reason = errorText(error);
        return [failed(id, message("check-failed/message", { reason }))];
      }
    }),
  );
  const checks = findings.flat().map((finding) => renderFinding(finding, language));
  return { atMs: clock.now(), checks, clients: failedClients(options, language) };
}

/** An address of this computer at which a hub that listens on `host` answers. */
function loopbackOf(host: string): string {
  return host === "::" || host === "0.0.0.0" || host === "localhost" ? "127.0.0.1" : host;
}

function failed(check: CheckGroup["id"], why: Finding["message"]): Finding {
  return { id: check, state: "hint", title: message("check-failed/title", { check }), message: why };
}

/** Resolves with "timeout" when `answer` takes longer than `ms`. */
async function withTimeout<T>(ms: number, clock: Clock, answer: Promise<T>): Promise<T | "timeout"> {
  const timeout = Promise.withResolvers<"timeout">();
  const end = clock.every(ms, () => timeout.resolve("timeout"));
  try {
    return await Promise.race([answer, timeout.promise]);
  } finally {
    end();
  }
}
