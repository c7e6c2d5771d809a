// The texts of the settings, apart from the others: they are many, and come with the page.

import { language } from "../language.ts";
import { settings as en } from "./en.ts";
import { settings as ko } from "./ko.ts";

export const settingsText: typeof en = { en, ko }[language];
