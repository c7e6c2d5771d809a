// Clients that failed in the last day, from everything the hub remembers of them: newest first.
import type { Refused } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import type { FailedClient } from "../../shared/doctor.ts";
import { parseTopic } from "../../shared/topics.ts";
import { REMEMBERED_MS } from "../diagnostics/connection-failures.ts";
import type { DoctorOptions } from "./context.ts";
import { roughly } from "./lists.ts";

type Options = Pick<DoctorOptions, "troubles" | "refusals" | "registry" | "clock">;

export function failedClients({ troubles, refusals, registry, clock }: Options): FailedClient[] {
  const sinceMs = clock.now() - REMEMBERED_MS;
  return [
    ...troubles.list(),
    ...refusedBySender(refusals.list(), sinceMs),
    ...wrongClocks(registry.list(), sinceMs),
  ].sort((a, b) => b.lastMs - a.lastMs);
}

/** One entry for each sender, reason and way, with the words of its latest message. `refused` is newest first. */
function refusedBySender(refused: readonly Refused[], sinceMs: number): FailedClient[] {
  const bySender = new Map<string, FailedClient>();
  for (const one of refused) {
    const { atMs, code, address, source } = one;
    if (atMs <= sinceMs) continue;
    const who = senderOf(one);
    // Of a CONNECT the client's id is all that was read, and more than one client may be there.
    const key = JSON.stringify([address, code, source, source === CONNECT ? who : ""]);
    const known = bySender.get(key);
    bySender.set(
      key,
      known === undefined
        ? { code, address, ...(who && { who }), words: wordsOf(one), count: 1, firstMs: atMs, lastMs: atMs }
        : { ...known, count: known.count + 1, firstMs: Math.min(known.firstMs, atMs) },
    );
  }
  return [...bySender.values()];
}

/** Devices whose clock is off as far as somebody should set it. */
function wrongClocks(devices: readonly Device[], sinceMs: number): FailedClient[] {
  return devices.flatMap(({ id, name, address, clockOffMs = 0, lastSeenMs }) => {
    if (clockOffMs === 0 || lastSeenMs <= sinceMs) return [];
    const off = `${roughly(Math.abs(clockOffMs))} ${clockOffMs > 0 ? "ahead" : "behind"}`;
    const words = `The clock of ${name} is ${off}: its readings lie at the wrong times. Is it set by the network (timedatectl)?`;
    return [
      {
        ...{ code: "clock-off", address: address ?? "", who: id, words, count: 1 },
        ...{ firstMs: lastSeenMs, lastMs: lastSeenMs },
      },
    ];
  });
}

const CONNECT = "CONNECT";

/** The client's or device's id; empty where the message did not get so far. */
function senderOf({ source, excerpt }: Refused): string {
  if (source === CONNECT) return excerpt;
  const target = parseTopic(source);
  return target !== null && "device" in target ? (target.device ?? "") : "";
}

function wordsOf({ source, message }: Refused): string {
  return source === CONNECT || message.includes(`“${source}”`) ? message : `On ${source}: ${message}`;
}
