// The language of the window: the person's choice, else the first supported one of the system's languages. It is fixed when the page
// loads; another choice reloads the page, so that texts and formats are constants.

import { isLanguage, type Language } from "../../shared/messages/language.ts";

const STORAGE_KEY = "language";

const primaryOf = (locale: string): string => locale.toLowerCase().split("-")[0] ?? "";

const systemLanguage: Language = navigator.languages.map(primaryOf).find(isLanguage) ?? "en";

/** Null for the system's language, and without local storage. */
export function chosenLanguage(): Language | null {
  try {
    const chosen = localStorage.getItem(STORAGE_KEY);
    return isLanguage(chosen) ? chosen : null;
  } catch {
    return null;
  }
}

export const language: Language = chosenLanguage() ?? systemLanguage;

/** For `Intl`: the system's region where it fits the language (en-GB, en-US), else the language alone. */
export const locale: string = navigator.languages.find((name) => primaryOf(name) === language) ?? language;

/** Null selects the system's language. */
export function chooseLanguage(chosen: Language | null): void {
  if (chosen === null) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, chosen);
  location.reload();
}
