// The texts of saving an export, which only the desktop app needs.
import { saving as en } from "../en/saving.ts";
import { saving as ko } from "../ko/saving.ts";
import { language } from "../language.ts";

export const savingText: typeof en = { en, ko }[language];
