// Values as drivers hand them back, checked: a column that is not what the statement promises is a broken invariant.

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

/** Whole numbers as SQL lists them; one that no row has where there are none. */
export function numberList(numbers: readonly number[]): string {
  return numbers.length === 0 ? "(-1)" : `(${numbers.map((number) => Math.trunc(number)).join(",")})`;
}
