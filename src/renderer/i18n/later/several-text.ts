// The texts of the dialog for several devices, which load with it.
import { several as en } from "../en/devices/several.ts";
import { several as ko } from "../ko/devices/several.ts";
import { language } from "../language.ts";

export const severalText: typeof en = { en, ko }[language];
