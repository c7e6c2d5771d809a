// The first chart of a fresh process would be read by code that the engine has not compiled yet, many times slower. So
// the reader opens a made-up chunk, until the engine has seen enough, before anybody asks.
import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeChunk, encodeChunk, READINGS_PER_CHUNK } from "./chunk-codec.ts";
import { mergeColumns, sliceByTime } from "./columns.ts";
import { summarize } from "./summary.ts";

const ROUNDS = 24;

/** Whoever asks meanwhile is answered between two rounds. */
export async function warmUp(): Promise<void> {
  const chunk = encodeChunk({
    tsMs: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => row * 10_000 + ((row * 7_919) % 97)),
    values: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => (2_000 + ((row * 104_729) % 211)) / 100),
  });
  for (let round = 0; round < ROUNDS; round++) {
    await nextTurn();
    const columns = decodeChunk(chunk);
    const late = sliceByTime(columns, 10_000 * round, 10_000 * round + 50_000);
    summarize(mergeColumns(columns, late));
  }
}
