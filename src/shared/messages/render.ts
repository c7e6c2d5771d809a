// Renders messages where people read them. English is always there; another language is loaded when somebody first asks for it,
// since most hubs never need one. The window's first page needs none of it.
import { en } from "./en.ts";
import { withParticles } from "./ko/format.ts";
import type { Language } from "./language.ts";
import type { AnyMessage } from "./message.ts";

type Template = (params: object) => string;
const catalogues: { readonly en: object; ko?: object } = { en };

/** Resolves once `render` can answer in the language. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "ko") catalogues.ko ??= (await import("./ko.ts")).ko;
}

/** Where a sentence is read: the desktop's window has no command line to advise. */
export type Place = "anywhere" | "desktop";

/** The sentence, in English where the language is not loaded or does not have it. */
export function render(message: AnyMessage, language: Language = "en", place: Place = "anywhere"): string {
  const catalogue = catalogues[language] ?? catalogues.en;
  const params = Object.entries(message.params).map(([name, value]) => [name, rendered(value, language, place)]);
  const codes = place === "desktop" ? [`${message.code}/desktop`, message.code] : [message.code];
  // The command line's are in English alone.
  const template = templateOf(catalogue, codes) ?? templateOf(en, codes);
  if (template === null) throw new Error(`no message code: ${message.code}`);
  const sentence = template(Object.fromEntries(params));
  return language === "ko" ? withParticles(sentence) : sentence;
}

function rendered(value: unknown, language: Language, place: Place): unknown {
  if (Array.isArray(value)) return value.map((each) => rendered(each, language, place));
  return isMessage(value) ? render(value, language, place) : value;
}

/** Of the first of the codes that the catalogue has. */
function templateOf(catalogue: object, codes: readonly string[]): Template | null {
  const code = codes.find((each) => Object.hasOwn(catalogue, each));
  const template: unknown = code === undefined ? null : Reflect.get(catalogue, code);
  return isTemplate(template) ? template : null;
}

function isTemplate(value: unknown): value is Template {
  return typeof value === "function";
}

/** Whether this version has the message, which another one may have written down or sent. */
export function isKnownMessage(found: { readonly code: string; readonly params: object }): found is AnyMessage {
  return Object.hasOwn(en, found.code);
}

/** No other parameter has both. */
function isMessage(value: unknown): value is AnyMessage {
  return typeof value === "object" && value !== null && "code" in value && "params" in value;
}
