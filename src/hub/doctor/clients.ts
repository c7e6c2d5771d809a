// Clients that failed in the last day, newest first: failed connections, refused messages, wrong clocks.
import type { Refused } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import type { FailedClient } from "../../shared/doctor.ts";
import type { Language } from "../../shared/messages/language.ts";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import { isZoneDistance } from "../devices/state/device-zone.ts";
import { REMEMBERED_MS, renderFailure } from "../diagnostics/connection-failures.ts";
import type { DoctorOptions } from "./context.ts";

type Options = Pick<DoctorOptions, "connectionFailures" | "refusals" | "registry" | "clock">;

export function failedClients(options: Options, language: Language = "en"): FailedClient[] {
  const { connectionFailures, refusals, registry, clock } = options;
  const sinceMs = clock.now() - REMEMBERED_MS;
  return [
    ...connectionFailures.list().map((failure) => renderFailure(failure, language)),
    ...refusedBySender(refusals.list(language), sinceMs, language),
    ...wrongClocks(registry.list(), sinceMs, language),
  ].sort((a, b) => b.lastSeenMs - a.lastSeenMs);
}

/** One entry for each sender, source and reason, with the text of its latest refusal. `refused` is newest first. */
function refusedBySender(refused: readonly Refused[], sinceMs: number, language: Language): FailedClient[] {
  const bySender = new Map<string, FailedClient>();
  for (const one of refused) {
    const { atMs, code, address, source, message: text, count = 1 } = one;
    if (atMs <= sinceMs) continue;
    const clientId = senderOf(one);
    // Several devices may share the address. Faults that differ in a number alone, such as the place, are of one kind.
    const key = JSON.stringify([address, clientId, source, code, text.replaceAll(/\d+/g, "0")]);
    const known = bySender.get(key);
    bySender.set(
      key,
      known === undefined
        ? {
            code,
            address,
            ...(clientId && { clientId }),
            message: messageOf(one, language),
            count,
            firstSeenMs: atMs,
            lastSeenMs: atMs,
          }
        : { ...known, count: known.count + count, firstSeenMs: Math.min(known.firstSeenMs, atMs) },
    );
  }
  return [...bySender.values()];
}

/** Devices with a `clockOffMs`: their clock is so wrong that a person should set it. */
function wrongClocks(devices: readonly Device[], sinceMs: number, language: Language): FailedClient[] {
  return devices.flatMap(({ id, name, address, clockOffMs = 0, lastSeenMs }) => {
    if (clockOffMs === 0 || lastSeenMs <= sinceMs) return [];
    const params = { name, offMs: clockOffMs };
    const found = isZoneDistance(clockOffMs) ? message("clock-off/local-time", params) : message("clock-off", params);
    const code = "clock-off";
    return [
      {
        code,
        address: address ?? "",
        clientId: id,
        message: render(found, language),
        count: 1,
        firstSeenMs: lastSeenMs,
        lastSeenMs: lastSeenMs,
      },
    ];
  });
}

const CONNECT = "CONNECT";

/** The client's or device's id; empty where the message was refused before it was read. */
function senderOf({ source, excerpt, device = "" }: Refused): string {
  return source === CONNECT ? excerpt : device;
}

/** Wraps the reason of a refusal in its source. */
function messageOf({ source, message: text }: Refused, language: Language): string {
  if (source === CONNECT || text.includes(`“${source}”`)) return text;
  return render(message("failed-on", { source, text }), language);
}
