// The texts of the time axis, apart from those of the shell: they load with the pages that have charts.
import { timeline as en } from "../en/history/timeline.ts";
import { timeline as ko } from "../ko/history/timeline.ts";
import { language } from "../language.ts";

export const timelineText: typeof en = { en, ko }[language];
