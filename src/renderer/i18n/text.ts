// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { addDevice as enAddDevice } from "./en/add-device.ts";
import { banner as enBanner } from "./en/banner.ts";
import { clients as enClients } from "./en/clients.ts";
import { connection as enConnection } from "./en/connection.ts";
import { controls as enControls } from "./en/devices/controls.ts";
import { devicePage as enDevicePage } from "./en/devices/device-page.ts";
import { editDevice as enEditDevice } from "./en/devices/edit-device.ts";
import { joining as enJoining } from "./en/devices/joining.ts";
import { presence as enPresence } from "./en/devices/presence.ts";
import { chartTable as enChartTable } from "./en/history/chart-table.ts";
import { charts as enCharts } from "./en/history/charts.ts";
import { compare as enCompare } from "./en/history/compare.ts";
import { exporting as enExporting } from "./en/history/export.ts";
import { overview as enOverview } from "./en/overview.ts";
import { palette as enPalette } from "./en/palette.ts";
import { share as enShare } from "./en/share.ts";
import { shell as enShell } from "./en/shell.ts";
import { addDevice as koAddDevice } from "./ko/add-device.ts";
import { banner as koBanner } from "./ko/banner.ts";
import { clients as koClients } from "./ko/clients.ts";
import { connection as koConnection } from "./ko/connection.ts";
import { controls as koControls } from "./ko/devices/controls.ts";
import { devicePage as koDevicePage } from "./ko/devices/device-page.ts";
import { editDevice as koEditDevice } from "./ko/devices/edit-device.ts";
import { joining as koJoining } from "./ko/devices/joining.ts";
import { presence as koPresence } from "./ko/devices/presence.ts";
import { chartTable as koChartTable } from "./ko/history/chart-table.ts";
import { charts as koCharts } from "./ko/history/charts.ts";
import { compare as koCompare } from "./ko/history/compare.ts";
import { exporting as koExporting } from "./ko/history/export.ts";
import { overview as koOverview } from "./ko/overview.ts";
import { palette as koPalette } from "./ko/palette.ts";
import { share as koShare } from "./ko/share.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = {
  addDevice: enAddDevice,
  banner: enBanner,
  chartTable: enChartTable,
  charts: enCharts,
  clients: enClients,
  compare: enCompare,
  connection: enConnection,
  controls: enControls,
  devicePage: enDevicePage,
  editDevice: enEditDevice,
  exporting: enExporting,
  joining: enJoining,
  overview: enOverview,
  palette: enPalette,
  presence: enPresence,
  share: enShare,
  shell: enShell,
};
const ko: typeof en = {
  addDevice: koAddDevice,
  banner: koBanner,
  chartTable: koChartTable,
  charts: koCharts,
  clients: koClients,
  compare: koCompare,
  connection: koConnection,
  controls: koControls,
  devicePage: koDevicePage,
  editDevice: koEditDevice,
  exporting: koExporting,
  joining: koJoining,
  overview: koOverview,
  palette: koPalette,
  presence: koPresence,
  share: koShare,
  shell: koShell,
};

export const text: typeof en = { en, ko }[language];
