// The colour of a metric by its position: the same on the card and on the chart. Where there are more, lines are dashed.
const SERIES_COLOUR_COUNT = 6;

export const isDashed = (index: number): boolean => index >= SERIES_COLOUR_COUNT;

export const seriesColour = (index: number): string => `var(--series-${(index % SERIES_COLOUR_COUNT) + 1})`;
