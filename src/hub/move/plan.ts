// The plan of a move: whose data the server has, how much there is to copy, about how long it takes, and whether there is room,
// where the server's disk is this computer's.
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../../shared/errors.ts";
import { isLoopbackHost } from "../../shared/loopback.ts";
import type { Language } from "../../shared/messages/language.ts";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { MovePlan } from "../../shared/settings/move.ts";
import type { Store } from "../store/store.ts";
import type { ServerKind, StoreAddress } from "../store/store-address.ts";
import { hubIdOf } from "./copying/copy-metadata.ts";
import { MoveProblem } from "./move-problem.ts";

/** Inspects a server without changing anything there; rejects with a message. */
export type InspectServer = (address: StoreAddress) => Promise<{
  readonly product: string;
  readonly hubId: string | null;
  readonly readings: number;
  readonly workers: number;
  readonly dataFolder: string | null;
  readonly warnings: readonly string[];
}>;

export interface PlanOptions {
  readonly source: Store;
  readonly inspect: InspectServer;
  readonly freeBytes: (folder: string) => Promise<number | null>;
}

/** With its index. */
const BYTES_PER_READING: Readonly<Record<ServerKind, number>> = { postgresql: 105, mysql: 60 };
/** On a computer with little to spare. */
const READINGS_PER_SECOND: Readonly<Record<ServerKind, number>> = { postgresql: 60_000, mysql: 30_000 };
/** Servers estimate how many they have. */
const MAX_COUNT_RATIO = 1.1;
const SECONDS_PER_HOUR = 3_600;

/** Rejects with a message where it cannot be. */
export async function planMove(
  address: StoreAddress,
  { source, inspect, freeBytes }: PlanOptions,
  language: Language,
): Promise<MovePlan> {
  const { product, hubId, readings: readingsThere, workers, dataFolder, warnings } = await inspect(address);
  const own = hubIdOf(await source.metadata.read());
  if (hubId !== null && hubId !== own) throw new Failure(message("move/another-hub"));
  if (workers > 0) throw new MoveProblem("workers");
  const { storedReadings, storedBytes } = await source.status();
  const estimatedBytes = storedReadings * BYTES_PER_READING[address.kind];
  const isHere = isLoopbackHost(address.host);
  const free = isHere && dataFolder !== null ? await freeBytes(existing(dataFolder)) : null;
  const hasMore = readingsThere > MAX_COUNT_RATIO * storedReadings;
  const isTight = free !== null && free < estimatedBytes;
  return {
    server: address.toString(),
    product,
    readings: storedReadings,
    storedBytes,
    estimatedBytes,
    estimatedHours: storedReadings / READINGS_PER_SECOND[address.kind] / SECONDS_PER_HOUR,
    freeBytes: free,
    isContinued: hubId !== null,
    warnings: [
      ...warnings,
      ...(isTight ? [render(message("move/little-room"), language)] : []),
      ...(hasMore ? [render(message("move/more-there"), language)] : []),
    ],
  };
}

/** The folder itself may be closed to this program. */
function existing(folder: string): string {
  for (let path = folder; ; path = dirname(path)) {
    try {
      statSync(path);
      return path;
    } catch (error) {
      if (path === dirname(path)) throw error;
    }
  }
}
