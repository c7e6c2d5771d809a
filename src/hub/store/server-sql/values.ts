// Values that drivers return, checked: a column of another type than the statement promises is a broken invariant.
import type { Columns } from "../codec/chunk-codec.ts";
import type { Row } from "./dialect.ts";

export function toNumber(value: unknown): number {
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && !Number.isNaN(number)) return number;
  throw new Error(`the database gave ${String(value)} for a number`);
}

export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  throw new Error(`the database gave ${String(value)} for a text`);
}

/**
 * JSON that SQL can look into. PostgreSQL stores the escapes of NUL and of half a surrogate pair, which `JSON.stringify` makes, and
 * fails wherever it meets them later: one device's name would end every query of the views.
 */
export function searchableJson(json: string): string {
  return json.replaceAll(/\\(u0000|ud[89a-f][\da-f]{2}|.)/g, (escaped, what: string) =>
    what.length > 1 ? "\uFFFD" : escaped,
  );
}

/** Rows of a time and a value. */
export function toColumns(rows: readonly Row[]): Columns {
  return {
    tsMs: Float64Array.from(rows, ([tsMs]) => toNumber(tsMs)),
    values: Float64Array.from(rows, ([, value]) => toNumber(value)),
  };
}

export function toBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error(`the database gave ${typeof value} for bytes`);
}

/** Whole numbers as SQL lists them; one that no row has where there are none. */
export function numberList(numbers: readonly number[]): string {
  return numbers.length === 0 ? "(-1)" : `(${numbers.map((number) => Math.trunc(number)).join(",")})`;
}
