// The texts of this page, which are loaded with it.
import { messageLog as en } from "../../i18n/en/message-log.ts";
import { messageLog as ko } from "../../i18n/ko/message-log.ts";
import { language } from "../../i18n/language.ts";

export const words: typeof en = { en, ko }[language];
