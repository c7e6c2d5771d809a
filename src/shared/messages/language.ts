// The languages that Bramble speaks, and which of them somebody asks for.

/** By their own names, for people who cannot read the present one. */
export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (name: string | null | undefined): name is Language =>
  name !== null && name !== undefined && Object.hasOwn(LANGUAGES, name);

/** A header longer than this asks for nothing. */
const MAX_HEADER_CHARACTERS = 1_000;

/** The first that an Accept-Language header (RFC 9110, section 12.5.4) prefers; English where it names none of ours. */
export function preferredLanguage(header: string | undefined): Language {
  if (header === undefined || header.length > MAX_HEADER_CHARACTERS) return "en";
  const wanted = header.split(",").flatMap((range) => {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((each) => each.startsWith("q="));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    const [name] = tag.split("-");
    return isLanguage(name) && quality > 0 ? [{ name, quality }] : [];
  });
  return wanted.sort((a, b) => b.quality - a.quality)[0]?.name ?? "en";
}
