// The texts of the page to try the API, which is an entry of its own.
import { apiDocs as en } from "../en/api-docs.ts";
import { apiDocs as ko } from "../ko/api-docs.ts";
import { language } from "../language.ts";

export const apiDocsText: typeof en = { en, ko }[language];
