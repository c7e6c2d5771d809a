// The texts of mending, apart from those of the shell: they load with the page of a device.
import { mend as en } from "../en/history/mend.ts";
import { mend as ko } from "../ko/history/mend.ts";
import { language } from "../language.ts";

export const mendText: typeof en = { en, ko }[language];
