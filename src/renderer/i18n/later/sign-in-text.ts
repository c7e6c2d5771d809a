// The texts of signing in: they load with its page, which most visits never show.
import { signIn as en } from "../en/sign-in.ts";
import { signIn as ko } from "../ko/sign-in.ts";
import { language } from "../language.ts";

export const signInText: typeof en = { en, ko }[language];
