// The texts of pages other than the overview, in the window's language: `pageText.devicePage.title`. A separate module, so that the
// first paint does not load texts that it does not need. See `text.ts`.

import { others as enOthers } from "./en/access/others.ts";
import { clients as enClients } from "./en/clients.ts";
import { addedControl as enAddedControl } from "./en/devices/added-control.ts";
import { devicePage as enDevicePage } from "./en/devices/device-page.ts";
import { editDevice as enEditDevice } from "./en/devices/edit-device.ts";
import { keys as enKeys } from "./en/devices/keys.ts";
import { removal as enRemoval } from "./en/devices/removal.ts";
import { chartTable as enChartTable } from "./en/history/chart-table.ts";
import { charts as enCharts } from "./en/history/charts.ts";
import { compare as enCompare } from "./en/history/compare.ts";
import { exporting as enExporting } from "./en/history/export.ts";
import { palette as enPalette } from "./en/palette.ts";
import { share as enShare } from "./en/share.ts";
import { addDevice as enAddDevice } from "./en/start/add-device.ts";
import { others as koOthers } from "./ko/access/others.ts";
import { clients as koClients } from "./ko/clients.ts";
import { addedControl as koAddedControl } from "./ko/devices/added-control.ts";
import { devicePage as koDevicePage } from "./ko/devices/device-page.ts";
import { editDevice as koEditDevice } from "./ko/devices/edit-device.ts";
import { keys as koKeys } from "./ko/devices/keys.ts";
import { removal as koRemoval } from "./ko/devices/removal.ts";
import { chartTable as koChartTable } from "./ko/history/chart-table.ts";
import { charts as koCharts } from "./ko/history/charts.ts";
import { compare as koCompare } from "./ko/history/compare.ts";
import { exporting as koExporting } from "./ko/history/export.ts";
import { palette as koPalette } from "./ko/palette.ts";
import { share as koShare } from "./ko/share.ts";
import { addDevice as koAddDevice } from "./ko/start/add-device.ts";
import { language } from "./language.ts";

const en = {
  addDevice: enAddDevice,
  addedControl: enAddedControl,
  chartTable: enChartTable,
  charts: enCharts,
  clients: enClients,
  compare: enCompare,
  devicePage: enDevicePage,
  editDevice: enEditDevice,
  exporting: enExporting,
  keys: enKeys,
  others: enOthers,
  palette: enPalette,
  removal: enRemoval,
  share: enShare,
};

const ko: typeof en = {
  addDevice: koAddDevice,
  addedControl: koAddedControl,
  chartTable: koChartTable,
  charts: koCharts,
  clients: koClients,
  compare: koCompare,
  devicePage: koDevicePage,
  editDevice: koEditDevice,
  exporting: koExporting,
  keys: koKeys,
  others: koOthers,
  palette: koPalette,
  removal: koRemoval,
  share: koShare,
};

export const pageText: typeof en = { en, ko }[language];
