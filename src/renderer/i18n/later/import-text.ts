// The texts of the import: they load with its page, since few people open it.
import { importing as en } from "../en/import.ts";
import { importing as ko } from "../ko/import.ts";
import { language } from "../language.ts";

export const importText: typeof en = { en, ko }[language];
