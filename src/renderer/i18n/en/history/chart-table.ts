// A chart as a table or as a picture.

export const chartTable = {
  table: "Table",
  tableOf: (label: string) => `Table: ${label}`,
  picture: "PNG",
  pictureOf: (label: string) => `PNG: ${label}`,
  time: "Time",
  least: "Min",
  mean: "Mean",
  greatest: "Max",
  readings: "Readings",
  more: (count: string) => `Show more (${count})`,
};
