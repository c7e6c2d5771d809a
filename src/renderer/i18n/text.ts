// The texts of the window in its language: `text.shell.addDevice`. Every subject has a file in en/ and one of the same shape in ko/,
// so that a missing text does not compile. Texts with values are functions; plurals use `Intl`.
import { connection as enConnection } from "./en/connection.ts";
import { controls as enControls } from "./en/devices/controls.ts";
import { joining as enJoining } from "./en/devices/joining.ts";
import { presence as enPresence } from "./en/devices/presence.ts";
import { overview as enOverview } from "./en/overview.ts";
import { shell as enShell } from "./en/shell.ts";
import { words as enWords } from "./en/words.ts";
import { connection as koConnection } from "./ko/connection.ts";
import { controls as koControls } from "./ko/devices/controls.ts";
import { joining as koJoining } from "./ko/devices/joining.ts";
import { presence as koPresence } from "./ko/devices/presence.ts";
import { overview as koOverview } from "./ko/overview.ts";
import { shell as koShell } from "./ko/shell.ts";
import { words as koWords } from "./ko/words.ts";
import { language } from "./language.ts";

const en = {
  connection: enConnection,
  controls: enControls,
  joining: enJoining,
  overview: enOverview,
  presence: enPresence,
  shell: enShell,
  words: enWords,
};
const ko: typeof en = {
  connection: koConnection,
  controls: koControls,
  joining: koJoining,
  overview: koOverview,
  presence: koPresence,
  shell: koShell,
  words: koWords,
};

export const text: typeof en = { en, ko }[language];
