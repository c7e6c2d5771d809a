// Symbols in about as few bits as their frequencies allow: range asymmetric numeral systems (Duda, arXiv:1311.2540),
// in the form of Fabian Giesen's rans_word (github.com/rygorous/ryg_rans). On a chunk's few thousand symbols zstd, which
// sets itself up on every call, is no quicker, and takes 1 % more where symbols vary much, twice as much where little.
import type { ByteReader, ByteWriter } from "./byte-stream.ts";

/** Frequencies are shares of 2^12. */
const SHARE_BITS = 12;
const SHARES = 2 ** SHARE_BITS;
/** A state lies in [2^15, 2^31) between symbols; words of 16 bits come in and go out to keep it there. */
const STATE_MIN = 2 ** 15;
const STATE_END = 2 ** 31;
/** States take turns, so that a processor works on several symbols at once. */
const STATES = 4;

/**
 * A frequency is stored as half a byte, on a scale of steps of one and a half: a seventh off on average, which costs
 * 0.01 bits a symbol; exact frequencies would take more bytes. Zero: the symbol does not occur.
 */
const WEIGHTS = [0, 8, 12, 18, 27, 41, 61, 91, 137, 205, 308, 461, 692, 1_038, 1_557, 2_335] as const;
const TOP_LEVEL = WEIGHTS.length - 1;

/** How often each symbol occurs -> its level on the scale of weights. */
export function levelsOf(counts: Uint32Array): Uint8Array {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return Uint8Array.from(counts, (count) => {
    if (count === 0) return 0;
    return Math.max(1, TOP_LEVEL + Math.round(Math.log(count / most) / Math.log(1.5)));
  });
}

/** Shares that sum to 2^12. Every symbol gets one, so that no level, however made, can break the coder. */
function sharesOf(levels: Uint8Array): Uint16Array {
  let used = 0;
  let total = 0;
  let top = 0;
  for (let symbol = 0; symbol < levels.length; symbol++) {
    const level = levels[symbol] ?? 0;
    if (level > 0) used++;
    if (level > (levels[top] ?? 0)) top = symbol;
    total += WEIGHTS[level] ?? 0;
  }
  if (used === 0 || used > SHARES / 2) throw new RangeError("no table of frequencies");
  const shares = new Uint16Array(levels.length);
  let left = SHARES;
  for (let symbol = 0; symbol < levels.length; symbol++) {
    const weight = WEIGHTS[levels[symbol] ?? 0] ?? 0;
    const share = weight === 0 ? 0 : 1 + Math.floor((weight * (SHARES - used)) / total);
    shares[symbol] = share;
    left -= share;
  }
  shares[top] = (shares[top] ?? 0) + left;
  return shares;
}

/** For each symbol the sum of the shares before it. */
function startsOf(shares: Uint16Array): Uint16Array {
  const starts = new Uint16Array(shares.length);
  for (let symbol = 1; symbol < shares.length; symbol++) {
    starts[symbol] = (starts[symbol - 1] ?? 0) + (shares[symbol - 1] ?? 0);
  }
  return starts;
}

/** Writes `symbols`, each an index of `levels` whose level is not 0. */
export function writeSymbols(writer: ByteWriter, symbols: Uint16Array, levels: Uint8Array): void {
  const shares = sharesOf(levels);
  const starts = startsOf(shares);
  const states = new Int32Array(STATES).fill(STATE_MIN);
  // What goes in last comes out first, so this runs backwards.
  const bytes = new Uint8Array(symbols.length * 2);
  let at = bytes.length;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const symbol = symbols[i] ?? 0;
    const share = shares[symbol] ?? 0;
    let state = states[i % STATES] ?? 0;
    if (state >= share * (STATE_END / SHARES)) {
      bytes[--at] = state >>> 8;
      bytes[--at] = state;
      state >>>= 16;
    }
    const turns = Math.floor(state / share);
    states[i % STATES] = (turns << SHARE_BITS) + (state - turns * share) + (starts[symbol] ?? 0);
  }
  for (const state of states) writer.uint32(state);
  writer.append(bytes.subarray(at));
}

// Used again and again: exports open chunks by the thousand.
const symbolAt = new Uint16Array(SHARES);
const symbolMemory = new Uint16Array(8_192);

/**
 * Reads `count` symbols, each an index of `levels`; they are there until the next call. Looks two bytes ahead, so
 * something has to follow them. Throws when the bytes do not end where they should.
 */
export function readSymbols(reader: ByteReader, count: number, levels: Uint8Array): Uint16Array {
  const shares = sharesOf(levels);
  const starts = startsOf(shares);
  for (let symbol = 0; symbol < shares.length; symbol++) {
    const start = starts[symbol] ?? 0;
    symbolAt.fill(symbol, start, start + (shares[symbol] ?? 0));
  }
  let [a, b, c, d] = [reader.uint32() | 0, reader.uint32() | 0, reader.uint32() | 0, reader.uint32() | 0];
  const { view } = reader;
  let { at } = reader;
  const symbols = count <= symbolMemory.length ? symbolMemory.subarray(0, count) : new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const share = a & (SHARES - 1);
    const symbol = symbolAt[share] ?? 0;
    symbols[i] = symbol;
    const state = (Math.imul(shares[symbol] ?? 0, a >>> SHARE_BITS) + share - (starts[symbol] ?? 0)) | 0;
    // All ones when the state is too small, else zero: without a branch, which would be mispredicted.
    const short = (state - STATE_MIN) >> 31;
    const next = (state << (short & 16)) | (view.getUint16(at, true) & short);
    at += short & 2;
    a = b;
    b = c;
    c = d;
    d = next;
  }
  if ([a, b, c, d].some((state) => state !== STATE_MIN)) throw new RangeError("the symbols do not add up");
  reader.at = at;
  return symbols;
}
