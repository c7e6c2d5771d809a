// The texts of the first start, in the window's language. They are not in `text`: only a young hub shows them.
import { firstStart as en } from "../en/start/first-start.ts";
import { firstStart as ko } from "../ko/start/first-start.ts";
import { language } from "../language.ts";

export const firstStartText: typeof en = { en, ko }[language];
