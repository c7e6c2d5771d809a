// How two JSON values differ, value by value.
import type { SetUpChange } from "../../shared/settings/set-up.ts";

interface Comparing {
  /** True where what `after` does not name stays as it is. */
  readonly onlyNamed?: boolean;
  /** True where that holds at the top alone. */
  readonly isExactBelow?: boolean;
}

/** Lists are one value each. */
export function differences(path: string, before: unknown, after: unknown, comparing: Comparing = {}): SetUpChange[] {
  if (!isObject(before) && !isObject(after)) return isSame(before, after) ? [] : [change(path, before, after)];
  const [from, to] = [before, after].map((value) => (isObject(value) ? value : {}));
  const names = new Set([...Object.keys(to ?? {}), ...(comparing.onlyNamed ? [] : Object.keys(from ?? {}))]);
  const below = comparing.isExactBelow ? {} : comparing;
  return [...names].flatMap((name) => differences(`${path}.${name}`, from?.[name], to?.[name], below));
}

const change = (path: string, before: unknown, after: unknown): SetUpChange => ({
  path,
  before: before ?? null,
  after: after ?? null,
});

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Nothing and null are the same. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a ?? null)) === JSON.stringify(sorted(b ?? null));
}

/** Names of objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
