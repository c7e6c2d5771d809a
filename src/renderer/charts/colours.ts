// Which colour a metric has: the same on its card and on its chart.
const COUNT = 6;

export const seriesColour = (index: number): string => `var(--series-${(index % COUNT) + 1})`;
