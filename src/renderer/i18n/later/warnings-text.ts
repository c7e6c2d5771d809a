// The texts of the warnings at a page's end, which load once the browser is idle.
import { warnings as en } from "../en/warnings.ts";
import { warnings as ko } from "../ko/warnings.ts";
import { language } from "../language.ts";

export const warningsText: typeof en = { en, ko }[language];
