// A chart as a table or as a picture.
import type { chartTable as en } from "../../en/history/chart-table.ts";

export const chartTable: typeof en = {
  table: "표",
  tableOf: (label) => `표: ${label}`,
  picture: "PNG",
  pictureOf: (label) => `PNG: ${label}`,
  time: "시각",
  least: "최소",
  mean: "평균",
  greatest: "최대",
  readings: "측정 수",
  more: (count) => `더 보기(${count}개)`,
};
