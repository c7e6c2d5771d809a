// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { chartTable as enChartTable } from "./en/chart-table.ts";
import { charts as enCharts } from "./en/charts.ts";
import { compare as enCompare } from "./en/compare.ts";
import { controls as enControls } from "./en/controls.ts";
import { devicePage as enDevicePage } from "./en/device-page.ts";
import { editDevice as enEditDevice } from "./en/edit-device.ts";
import { exporting as enExporting } from "./en/export.ts";
import { shell as enShell } from "./en/shell.ts";
import { chartTable as koChartTable } from "./ko/chart-table.ts";
import { charts as koCharts } from "./ko/charts.ts";
import { compare as koCompare } from "./ko/compare.ts";
import { controls as koControls } from "./ko/controls.ts";
import { devicePage as koDevicePage } from "./ko/device-page.ts";
import { editDevice as koEditDevice } from "./ko/edit-device.ts";
import { exporting as koExporting } from "./ko/export.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = {
  shell: enShell,
  charts: enCharts,
  controls: enControls,
  chartTable: enChartTable,
  devicePage: enDevicePage,
  exporting: enExporting,
  editDevice: enEditDevice,
  compare: enCompare,
};
const ko: typeof en = {
  shell: koShell,
  charts: koCharts,
  controls: koControls,
  chartTable: koChartTable,
  devicePage: koDevicePage,
  exporting: koExporting,
  editDevice: koEditDevice,
  compare: koCompare,
};

export const text: typeof en = { en, ko }[language];
