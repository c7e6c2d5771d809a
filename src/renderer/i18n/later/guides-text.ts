// The texts of the guides' page, in the window's language. They are not in `text`: they are loaded with that page.
import { guides as en } from "../en/start/guides.ts";
import { guides as ko } from "../ko/start/guides.ts";
import { language } from "../language.ts";

export const guidesText: typeof en = { en, ko }[language];
