// The messages of Prometheus' remote read, in protocol buffers (prompb/remote.proto, version 0.1.0): queries and samples.

import type { Labels } from "../reading-series.ts";
import type { Matcher, MatchOperator } from "../syntax/expression.ts";
import { toMatcher } from "../syntax/matchers.ts";
import { varint } from "./snappy.ts";

interface ReadQuery {
  readonly startMs: number;
  /** Included. */
  readonly endMs: number;
  readonly matchers: readonly Matcher[];
}

export interface ReadSeries {
  readonly labels: Labels;
  readonly readings: { readonly tsMs: readonly number[]; readonly values: readonly number[] };
}

/** By number of its type. */
const OPERATORS: readonly MatchOperator[] = ["=", "!=", "=~", "!~"];
/** 1970 to 9999. */
const MAX_TIME_MS = 253_402_300_799_999;

const VARINT = 0;
const EIGHT_BYTES = 1;
const BYTES = 2;
const FOUR_BYTES = 5;
/** What follows a key, by kind, where it is always as long. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [VARINT, 0],
  [EIGHT_BYTES, 8],
  [FOUR_BYTES, 4],
]);
/** A double and a varint time of up to nine bytes, with their field tags. */
const MAX_SAMPLE_BYTES = 21;

/** Null where the bytes are no ReadRequest. Throws a QueryError where a pattern of it is none. */
export function readRequest(bytes: Uint8Array): ReadQuery[] | null {
  const request = fieldsOf(bytes);
  const queries = request?.filter(({ number }) => number === 1).map(({ bytes: query }) => readQuery(query));
  return queries === undefined || queries.includes(null) ? null : queries.filter((query) => query !== null);
}

function readQuery(bytes: Uint8Array): ReadQuery | null {
  let [startMs, endMs] = [0, 0];
  const matchers: Matcher[] = [];
  const fields = fieldsOf(bytes);
  if (fields === null) return null;
  for (const field of fields) {
    if (field.number === 1) startMs = Math.max(0, field.value);
    if (field.number === 2) endMs = Math.min(MAX_TIME_MS, field.value);
    if (field.number !== 3) continue;
    const matcher = readMatcher(field.bytes);
    if (matcher === null) return null;
    matchers.push(matcher);
  }
  return { startMs, endMs, matchers };
}

function readMatcher(bytes: Uint8Array): Matcher | null {
  let [type, label, value] = [0, "", ""];
  const fields = fieldsOf(bytes);
  if (fields === null) return null;
  for (const field of fields) {
    if (field.number === 1) type = field.value;
    if (field.number === 2) label = Buffer.from(field.bytes).toString();
    if (field.number === 3) value = Buffer.from(field.bytes).toString();
  }
  const operator = OPERATORS[type];
  return operator === undefined ? null : toMatcher(label, operator, value);
}

interface Field {
  readonly number: number;
  /** Of a whole number. */
  readonly value: number;
  /** Of a text or a message. */
  readonly bytes: Uint8Array;
}

/** Null where they are cut, or of no kind that there is. */
function fieldsOf(message: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const number = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    return null;
  };
  while (at < message.length) {
    const key = number();
    if (key === null || key < 0n) return null;
    const field = { number: Number(key >> 3n), value: 0, bytes: new Uint8Array() };
    const kind = Number(key & 7n);
    const counted = kind === VARINT || kind === BYTES ? number() : 0n;
    if (counted === null) return null;
    const length = LENGTHS.get(kind) ?? (kind === BYTES ? Number(counted) : -1);
    if (length < 0 || at + length > message.length) return null;
    fields.push({ ...field, value: Number(counted), bytes: message.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

/** A ReadResponse of samples: a result of each query. */
export function readResponse(results: readonly (readonly ReadSeries[])[]): Uint8Array {
  return Buffer.concat(
    results.map((series) => inside(1, Buffer.concat(series.map((one) => inside(1, timeSeries(one)))))),
  );
}

function timeSeries({ labels, readings: { tsMs, values } }: ReadSeries): Uint8Array {
  const named = Array.from(labels, ([name, value]) =>
    inside(1, Buffer.concat([inside(1, Buffer.from(name)), inside(2, Buffer.from(value))])),
  );
  return Buffer.concat([...named, samplesOf(tsMs, values)]);
}

/** In one piece: there may be hundreds of thousands. */
function samplesOf(tsMs: readonly number[], values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * MAX_SAMPLE_BYTES);
  let at = 0;
  for (const [index, value] of values.entries()) {
    const lengthAt = at + 1;
    bytes[at] = (2 << 3) | BYTES;
    bytes[at + 2] = (1 << 3) | EIGHT_BYTES;
    at = bytes.writeDoubleLE(value, at + 3);
    bytes[at++] = 2 << 3;
    let rest = tsMs[index] ?? 0;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
    bytes[at++] = rest;
    bytes[lengthAt] = at - lengthAt - 1;
  }
  return bytes.subarray(0, at);
}

/** A field that holds a text or a message. */
function inside(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of((number << 3) | BYTES), varint(bytes.length), bytes]);
}
