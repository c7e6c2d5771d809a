// The texts of the recipes' page, in the window's language. They are not in `text`: they are loaded with that page.
import { recipes as en } from "../en/start/recipes.ts";
import { recipes as ko } from "../ko/start/recipes.ts";
import { language } from "../language.ts";

export const recipesText: typeof en = { en, ko }[language];
