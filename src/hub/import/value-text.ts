// Values in files -> numbers: with a decimal comma, thousands separators, a unit, ON and OFF.
import { readText, type TextValue } from "../../shared/text-values.ts";

const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const COMMA = /^([+-]?\d*),(\d+)(?=$|[^\d,.])/;
/** 1.234,5 and 1'234,5 */
const GROUPED_COMMA = /^([+-]?\d{1,3}(?:[.'’  ]\d{3})+)(?:,(\d+))?(?=$|[^\d,.])/;
/** 1,234.5 and 1'234.5 */
const GROUPED_POINT = /^([+-]?\d{1,3}(?:[,'’  ]\d{3})+)(?:\.(\d+))?(?=$|[^\d,.])/;

/** The value of a cell whose decimal sign is `decimal`. */
export function readValue(text: string, decimal: "." | ","): TextValue {
  if (PLAIN.test(text) && (decimal === "." || !text.includes("."))) {
    const value = Number(text);
    return Number.isFinite(value) ? { kind: "number", value, unit: null } : { kind: "none" };
  }
  return readText(withPoint(text.trim(), decimal));
}

/** A text with a number in front, as programs write that. */
function withPoint(text: string, decimal: "." | ","): string {
  const grouped = (decimal === "," ? GROUPED_COMMA : GROUPED_POINT).exec(text);
  if (grouped !== null) {
    const [matched, whole = "", fraction] = grouped;
    const digits = whole.replaceAll(/[^\d+-]/g, "");
    return digits + (fraction === undefined ? "" : `.${fraction}`) + text.slice(matched.length);
  }
  return decimal === "," ? text.replace(COMMA, "$1.$2") : text;
}
