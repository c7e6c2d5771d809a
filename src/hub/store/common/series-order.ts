// The order of series: by device, then metric, compared by code unit, which is the same on every machine.

interface SeriesName {
  readonly device: string;
  readonly metric: string;
}

export function compareSeries(a: SeriesName, b: SeriesName): number {
  return compareText(a.device, b.device) || compareText(a.metric, b.metric);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
