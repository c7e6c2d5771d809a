// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { clients as enClients } from "./en/clients.ts";
import { shell as enShell } from "./en/shell.ts";
import { clients as koClients } from "./ko/clients.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = { clients: enClients, shell: enShell };
const ko: typeof en = { clients: koClients, shell: koShell };

export const text: typeof en = { en, ko }[language];
