// The first chart of a fresh process would be read by code that the engine has not compiled yet, many times slower. So
// the reader opens a made-up chunk, until the engine has seen enough, before anybody asks.
import { decodeChunk, encodeChunk, READINGS_PER_CHUNK } from "./chunk-codec.ts";
import { mergeColumns, sliceByTime } from "./columns.ts";
import { summarize } from "./summary.ts";

const ROUNDS = 24;
const WARM_UP_MS = 40;

/** Takes `WARM_UP_MS` at most. */
export function warmUp(): void {
  const chunk = encodeChunk({
    tsMs: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => row * 10_000 + ((row * 7_919) % 97)),
    values: Float64Array.from({ length: READINGS_PER_CHUNK }, (_, row) => (2_000 + ((row * 104_729) % 211)) / 100),
  });
  const endMs = performance.now() + WARM_UP_MS;
  for (let round = 0; round < ROUNDS && performance.now() < endMs; round++) {
    const columns = decodeChunk(chunk);
    const late = sliceByTime(columns, 10_000 * round, 10_000 * round + 50_000);
    summarize(mergeColumns(columns, late));
  }
}
