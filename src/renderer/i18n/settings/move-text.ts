// The texts of a move of the data, loaded with the settings.
import { language } from "../language.ts";
import { move as en } from "./move-en.ts";
import { move as ko } from "./move-ko.ts";

export const moveText: typeof en = { en, ko }[language];
