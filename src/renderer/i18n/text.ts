// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { controls as enControls } from "./en/controls.ts";
import { shell as enShell } from "./en/shell.ts";
import { controls as koControls } from "./ko/controls.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = { shell: enShell, controls: enControls };
const ko: typeof en = { shell: koShell, controls: koControls };

export const text: typeof en = { en, ko }[language];
