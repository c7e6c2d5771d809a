// Lists and durations in Korean, and particles, which follow the sound before them.
import { MINUTE_MS } from "../../time.ts";

const UNITS = [
  ["일", 24 * 60 * MINUTE_MS],
  ["시간", 60 * MINUTE_MS],
  ["분", MINUTE_MS],
] as const;

/** `a, b 및 c`. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("ko").format(parts);
}

/** `3시간`, in the largest unit that the duration fills one and a half times. */
export function roughly(durationMs: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => durationMs >= 1.5 * unitMs) ?? ["분", MINUTE_MS];
  return `${Math.max(1, Math.round(durationMs / unitMs))}${unit}`;
}

/** Both forms of a particle, as the catalogue writes them behind a name that it does not know: after a consonant, after a vowel. */
const PARTICLES = {
  "이(가)": ["이", "가"],
  "을(를)": ["을", "를"],
  "은(는)": ["은", "는"],
  "과(와)": ["과", "와"],
  "와(과)": ["과", "와"],
  "(으)로": ["으로", "로"],
  "(이)라": ["이라", "라"],
} as const;
const WITH_PARTICLE =
  /([A-Z]?)([가-힣0-9A-Z])([”’"'`]?)(이\(가\)|을\(를\)|은\(는\)|과\(와\)|와\(과\)|\(으\)로|\(이\)라)/g;

/** How 영, 일, 이, … 구 end. */
const FINALS_OF_DIGITS = ["other", "ㄹ", "", "other", "", "", "other", "ㄹ", "ㄹ", ""] as const;
/** An abbreviation is read letter by letter: 엘, 엠, 엔 and 알 end in a consonant. */
const FINALS_OF_LETTERS: Readonly<Record<string, "ㄹ" | "other">> = { L: "ㄹ", M: "other", N: "other", R: "ㄹ" };
const FIRST_SYLLABLE = 0xac00;
const FINALS = 28;
const FINAL_RIEUL = 8;

function finalOf(character: string): "" | "ㄹ" | "other" {
  const digit = FINALS_OF_DIGITS[Number(character)];
  if (digit !== undefined) return digit;
  if (/[A-Z]/.test(character)) return FINALS_OF_LETTERS[character] ?? "";
  const final = ((character.codePointAt(0) ?? FIRST_SYLLABLE) - FIRST_SYLLABLE) % FINALS;
  if (final === 0) return "";
  return final === FINAL_RIEUL ? "ㄹ" : "other";
}

const isParticle = (form: string): form is keyof typeof PARTICLES => Object.hasOwn(PARTICLES, form);

/**
 * Leaves the one form of each particle that fits the sound before it. Behind a Latin word, whose sound is not known, both stay:
 * `온실이`, `raspi-2가`, `MQTT가`, `greenhouse이(가)`.
 */
export function withParticles(sentence: string): string {
  return sentence.replaceAll(
    WITH_PARTICLE,
    (all: string, letter: string, before: string, quote: string, form: string) => {
      const isWord = /[A-Z]/.test(before) && letter === "";
      if (isWord || !isParticle(form)) return all;
      const final = finalOf(before);
      const [afterConsonant, afterVowel] = PARTICLES[form];
      const isAsAfterVowel = final === "" || (final === "ㄹ" && form === "(으)로");
      return `${letter}${before}${quote}${isAsAfterVowel ? afterVowel : afterConsonant}`;
    },
  );
}
