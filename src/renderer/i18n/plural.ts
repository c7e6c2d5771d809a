// The plural form of a text for a count, by the rules of the language.
import { language } from "./language.ts";

const rules = new Intl.PluralRules(language);

/** `other` where the language, or the text, makes no difference. */
export function plural(count: number, forms: { readonly one?: string; readonly other: string }): string {
  return (rules.select(count) === "one" ? forms.one : undefined) ?? forms.other;
}
