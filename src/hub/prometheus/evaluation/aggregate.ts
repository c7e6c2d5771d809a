// Series made of several: the sum, mean, least, greatest or number of each group at each time.
import { keyOf, type Labels, NAME_LABEL } from "../reading-series.ts";
import type { Aggregation, AggregationName } from "../syntax/expression.ts";
import { type Column, newColumn, setAt, valueAt } from "./vector.ts";

export function aggregate({ name, keeps, labels }: Aggregation, columns: readonly Column[]): Column[] {
  const groups = new Map<string, { readonly column: Column; readonly counts: Uint32Array }>();
  for (const column of columns) {
    const steps = column.values.length;
    const grouped = groupOf(column.labels, keeps, labels);
    const key = keyOf(grouped);
    const group = groups.get(key) ?? { column: newColumn(grouped, steps), counts: new Uint32Array(steps) };
    groups.set(key, group);
    for (let index = 0; index < steps; index++) {
      const value = valueAt(column, index);
      if (value === undefined) continue;
      const count = (group.counts[index] ?? 0) + 1;
      group.counts[index] = count;
      setAt(group.column, index, taken(name, valueAt(group.column, index), value, count));
    }
  }
  return Array.from(groups.values(), ({ column }) => column);
}

function groupOf(all: Labels, keeps: "by" | "without", named: readonly string[]): Labels {
  return new Map(
    [...all].filter(([label]) =>
      keeps === "by" ? named.includes(label) : label !== NAME_LABEL && !named.includes(label),
    ),
  );
}

/** The aggregate of a group with one more value, which is its `count`th. */
function taken(name: AggregationName, before: number | undefined, value: number, count: number): number {
  switch (name) {
    case "count":
      return count;
    case "sum":
      return (before ?? 0) + value;
    case "avg":
      return before === undefined ? value : before + (value - before) / count;
    // Any number replaces NaN.
    case "min":
      return before === undefined || value < before || Number.isNaN(before) ? value : before;
    case "max":
      return before === undefined || value > before || Number.isNaN(before) ? value : before;
  }
}
