// What of a message differs from the one before it on its topic: each value that JSON has, by its path, or else the whole text.

export interface ChangedField {
  /** `bme280.temperature`; empty for a text that is no JSON object. */
  readonly name: string;
  /** Undefined where there was none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const MAX_SHOWN_CHARACTERS = 60;

/** In the order of the later message; removed fields come last. */
export function changedFields(before: string, after: string): ChangedField[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...is.keys(), ...was.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => ({ name, before: shortened(was.get(name)), after: shortened(is.get(name)) }));
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const value = parsed(text);
  return typeof value === "object" && value !== null ? new Map(fieldsIn(value, [])) : new Map([["", text.trim()]]);
}

function fieldsIn(value: object, path: readonly string[]): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    const here = [...path, name];
    return typeof inner === "object" && inner !== null
      ? fieldsIn(inner, here)
      : [[here.join("."), typeof inner === "string" ? inner : String(inner)]];
  });
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shortened(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}
