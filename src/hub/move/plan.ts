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
import { DAY_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import { ROLLUP_STEPS_MS, SHORTEST_STEP_MS } from "../store/common/bucket-parts.ts";
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
  /** Readings that are older are kept compressed there. */
  readonly compactAfterMs: number;
  readonly warnings: readonly string[];
}>;

export interface PlanOptions {
  readonly source: Store;
  readonly inspect: InspectServer;
  readonly freeBytes: (folder: string) => Promise<number | null>;
  readonly clock: Clock;
}

/** With the index. */
const BYTES_PER_ROW: Readonly<Record<ServerKind, number>> = { postgresql: 93, mysql: 59 };
const BYTES_PER_COMPRESSED = 4;
/** With their summaries: somewhat less than what two cores did that had the hub, the server and devices at once. */
const ROWS_PER_SECOND: Readonly<Record<ServerKind, number>> = { postgresql: 220_000, mysql: 140_000 };
const COMPRESSED_PER_SECOND: Readonly<Record<ServerKind, number>> = { postgresql: 300_000, mysql: 300_000 };
const BYTES_PER_SUMMARY: Readonly<Record<ServerKind, number>> = { postgresql: 108, mysql: 101 };
/** How many summaries a slot of the shortest has with those of longer ones. */
const SUMMARIES_PER_SLOT = ROLLUP_STEPS_MS.reduce((sum, stepMs) => sum + SHORTEST_STEP_MS / stepMs, 0);
/** The readings of so many series tell about those of the others. */
const MAX_COUNTED_SERIES = 200;
/** Readings are counted by stretches of this length, from summaries. */
const STRETCH_MS = 9 * DAY_MS;
/** Servers estimate how many they have. */
const MAX_COUNT_RATIO = 1.1;
const SECONDS_PER_HOUR = 3_600;

/** Rejects with a message where it cannot be. */
export async function planMove(
  address: StoreAddress,
  { source, inspect, freeBytes, clock }: PlanOptions,
  language: Language,
): Promise<MovePlan> {
  const {
    product,
    hubId,
    readings: readingsThere,
    workers,
    dataFolder,
    compactAfterMs,
    warnings,
  } = await inspect(address);
  const own = hubIdOf(await source.metadata.read());
  if (hubId !== null && hubId !== own) throw new Failure(message("move/another-hub"));
  if (workers > 0) throw new MoveProblem("workers");
  const { storedReadings, storedBytes } = await source.status();
  const { rows, compressed, summaries } = await countedBefore(source, storedReadings, clock.now() - compactAfterMs);
  const estimatedBytes = Math.ceil(
    rows * BYTES_PER_ROW[address.kind] +
      compressed * BYTES_PER_COMPRESSED +
      summaries * BYTES_PER_SUMMARY[address.kind],
  );
  const seconds = rows / ROWS_PER_SECOND[address.kind] + compressed / COMPRESSED_PER_SECOND[address.kind];
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
    estimatedHours: seconds / SECONDS_PER_HOUR,
    freeBytes: free,
    isContinued: hubId !== null,
    warnings: [
      ...warnings,
      ...(isTight ? [render(message("move/little-room"), language)] : []),
      ...(hasMore ? [render(message("move/more-there"), language)] : []),
    ],
  };
}

interface Counted {
  readonly rows: number;
  readonly compressed: number;
  readonly summaries: number;
}

/** What the readings become on a server that compresses those before `endMs`. */
async function countedBefore({ readings }: Store, storedReadings: number, endMs: number): Promise<Counted> {
  const series = await readings.latest();
  const every = Math.ceil(series.length / MAX_COUNTED_SERIES);
  let [rows, compressed, slots] = [0, 0, 0];
  for (const { device, metric } of series.filter((_, place) => place % every === 0)) {
    const whole = { device, metric, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, originMs: 0, stepMs: STRETCH_MS };
    for (const { t, n } of await readings.buckets(whole)) {
      if (t + STRETCH_MS <= endMs) compressed += n;
      else rows += n;
      slots += Math.min(n, STRETCH_MS / SHORTEST_STEP_MS);
    }
  }
  const share = rows + compressed === 0 ? 0 : storedReadings / (rows + compressed);
  return { rows: share * rows, compressed: share * compressed, summaries: share * slots * SUMMARIES_PER_SLOT };
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
