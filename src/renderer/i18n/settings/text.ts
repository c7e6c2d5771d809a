// The texts of the settings, in a chunk that is loaded with the page, since they are many.

import { language } from "../language.ts";
import { settings as en } from "./en.ts";
import { settings as ko } from "./ko.ts";

export const settingsText: typeof en = { en, ko }[language];
