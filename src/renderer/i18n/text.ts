// What the window says, in its language: `text.shell.addDevice`. Every subject has a file in en/ and one in ko/ of the same
// shape, so that a missing text does not compile. Texts with values in them are functions; plurals go by `Intl`.
import { banner as enBanner } from "./en/banner.ts";
import { joining as enJoining } from "./en/joining.ts";
import { overview as enOverview } from "./en/overview.ts";
import { palette as enPalette } from "./en/palette.ts";
import { presence as enPresence } from "./en/presence.ts";
import { shell as enShell } from "./en/shell.ts";
import { banner as koBanner } from "./ko/banner.ts";
import { joining as koJoining } from "./ko/joining.ts";
import { overview as koOverview } from "./ko/overview.ts";
import { palette as koPalette } from "./ko/palette.ts";
import { presence as koPresence } from "./ko/presence.ts";
import { shell as koShell } from "./ko/shell.ts";
import { language } from "./language.ts";

const en = {
  banner: enBanner,
  joining: enJoining,
  overview: enOverview,
  palette: enPalette,
  presence: enPresence,
  shell: enShell,
};
const ko: typeof en = {
  banner: koBanner,
  joining: koJoining,
  overview: koOverview,
  palette: koPalette,
  presence: koPresence,
  shell: koShell,
};

export const text: typeof en = { en, ko }[language];
