// Values that arrive as text: numbers with a unit, ON and OFF, and the words that programs send for a missing value.

export type TextValue =
  | { readonly kind: "number"; readonly value: number; readonly unit: string | null }
  /** The sender has no value. */
  | { readonly kind: "none" }
  | { readonly kind: "text" };

/** Unambiguous, so that matching is linear. */
const NUMBER = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(?:\s*([^\d\s]\S*(?: \S+)?))?$/i;
const NO_VALUE = /^(?:|none|null|undefined|unavailable|unknown|n\/a|[+-]?(?:nan|inf|infinity))$/i;
const ON = /^(?:on|true)$/i;
const OFF = /^(?:off|false)$/i;
const DECIMAL_COMMA = /^([+-]?\d+),(\d+)(?=\D|$)/;

/** How a unit is written; those that are written in one way alone are named with it. */
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "°C": "°C ℃ ºC C degC celsius",
    "°F": "°F ℉ ºF F degF fahrenheit",
    K: "K",
    "%": "% percent %RH %rH",
    Pa: "Pa",
    hPa: "hPa",
    kPa: "kPa",
    bar: "bar",
    mbar: "mbar",
    mmHg: "mmHg",
    inHg: "inHg",
    psi: "psi",
    V: "V volt volts",
    mV: "mV",
    kV: "kV",
    A: "A amp amps",
    mA: "mA",
    µA: "µA μA uA",
    W: "W watt watts",
    mW: "mW",
    kW: "kW",
    VA: "VA",
    var: "var",
    Wh: "Wh",
    kWh: "kWh",
    J: "J",
    Ω: "Ω Ω ohm ohms",
    kΩ: "kΩ kΩ kohm",
    Hz: "Hz",
    kHz: "kHz",
    MHz: "MHz",
    GHz: "GHz",
    lx: "lx lux",
    lm: "lm",
    "W/m²": "W/m² W/m2",
    ppm: "ppm",
    ppb: "ppb",
    "µg/m³": "µg/m³ μg/m³ ug/m3 µg/m3",
    "mg/m³": "mg/m³ mg/m3",
    "mg/L": "mg/L mg/l",
    "µS/cm": "µS/cm μS/cm uS/cm",
    dB: "dB",
    dBm: "dBm",
    "dB(A)": "dB(A) dBA",
    "m/s": "m/s",
    "m/s²": "m/s² m/s2",
    "km/h": "km/h kmh kph",
    mph: "mph",
    rpm: "rpm",
    bpm: "bpm",
    "°": "° deg",
    "°/s": "°/s",
    m: "m",
    mm: "mm",
    cm: "cm",
    km: "km",
    in: "in inch inches",
    ft: "ft",
    g: "g",
    mg: "mg",
    kg: "kg",
    L: "L l liter litre",
    mL: "mL ml",
    "m³": "m³ m3",
    "L/min": "L/min l/min",
    "m³/h": "m³/h m3/h",
    "mm/h": "mm/h",
    s: "s sec",
    ms: "ms",
    µs: "µs μs us",
    min: "min",
    h: "h",
    d: "d days",
    B: "B bytes",
    kB: "kB KB",
    MB: "MB",
    GB: "GB",
    KiB: "KiB",
    MiB: "MiB",
    GiB: "GiB",
    pH: "pH",
    µT: "µT μT uT",
    mT: "mT",
    N: "N",
  }).flatMap(([unit, forms]) => forms.split(" ").map((form) => [form, unit])),
);

/** Reads a text that is a field's value; spaces around it do not count. */
export function readText(text: string): TextValue {
  const trimmed = text.trim();
  const [, number, unitText] = NUMBER.exec(trimmed) ?? [];
  if (number !== undefined) {
    const unit = unitText === undefined ? null : UNITS.get(unitText.replaceAll(" ", ""));
    if (unit === undefined) return { kind: "text" };
    const value = Number(number);
    return Number.isFinite(value) ? { kind: "number", value, unit } : { kind: "none" };
  }
  if (ON.test(trimmed)) return { kind: "number", value: 1, unit: null };
  if (OFF.test(trimmed)) return { kind: "number", value: 0, unit: null };
  return NO_VALUE.test(trimmed) ? { kind: "none" } : { kind: "text" };
}

/** `25.5` for `25,5`; empty where a text is no number with a decimal comma. */
export function withDecimalPoint(text: string): string {
  const [, whole, fraction] = DECIMAL_COMMA.exec(text.trim()) ?? [];
  return whole === undefined || fraction === undefined ? "" : `${whole}.${fraction}`;
}
