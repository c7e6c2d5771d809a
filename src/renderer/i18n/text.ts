// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { addDevice as enAddDevice } from "./en/add-device.ts";
import { clients as enClients } from "./en/clients.ts";
import { connection as enConnection } from "./en/connection.ts";
import { shell as enShell } from "./en/shell.ts";
import { addDevice as koAddDevice } from "./ko/add-device.ts";
import { clients as koClients } from "./ko/clients.ts";
import { connection as koConnection } from "./ko/connection.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = {
  addDevice: enAddDevice,
  clients: enClients,
  connection: enConnection,
  shell: enShell,
};
const ko: typeof en = {
  addDevice: koAddDevice,
  clients: koClients,
  connection: koConnection,
  shell: koShell,
};

export const text: typeof en = { en, ko }[language];
