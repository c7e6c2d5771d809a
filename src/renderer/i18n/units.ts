// Values in the units that a person reads. The hub keeps what the sensor sent: only what is shown is converted, and no finer
// than the sensor is.

/** 1 of the unit is `factor` of its quantity's first unit; where this one reads 0, that one reads `offset`. */
interface Scale {
  readonly factor: number;
  readonly offset?: number;
}

const INCH_MM = 25.4;
const FOOT_M = 0.3048;
const MILE_KM = 1.609344;

const SCALES: Readonly<Record<string, Scale>> = {
  "°C": { factor: 1 },
  "°F": { factor: 5 / 9, offset: (-32 * 5) / 9 },
  hPa: { factor: 1 },
  mbar: { factor: 1 },
  Pa: { factor: 0.01 },
  kPa: { factor: 10 },
  mmHg: { factor: 1.333224 },
  inHg: { factor: 33.86389 },
  "m/s": { factor: 1 },
  "km/h": { factor: 1 / 3.6 },
  mph: { factor: 0.44704 },
  kn: { factor: 1852 / 3600 },
  mm: { factor: 1 },
  cm: { factor: 10 },
  m: { factor: 1_000 },
  km: { factor: 1_000_000 },
  in: { factor: INCH_MM },
  ft: { factor: FOOT_M * 1_000 },
  mi: { factor: MILE_KM * 1_000_000 },
  "mm/h": { factor: 1 },
  "in/h": { factor: INCH_MM },
};

/** The displayed unit by the sent one; other units are shown as sent. */
type Choice = Readonly<Record<string, string>>;

const all = (units: readonly string[], shown: string): Choice => Object.fromEntries(units.map((unit) => [unit, shown]));
const TEMPERATURES = ["°C", "°F"];
const PRESSURES = ["Pa", "hPa", "mbar", "kPa", "mmHg", "inHg"];
const SPEEDS = ["m/s", "km/h", "mph", "kn"];

const CHOICES = {
  temperature: { "°C": all(TEMPERATURES, "°C"), "°F": all(TEMPERATURES, "°F") },
  pressure: { hPa: all(PRESSURES, "hPa"), mmHg: all(PRESSURES, "mmHg"), inHg: all(PRESSURES, "inHg") },
  speed: {
    "m/s": all(SPEEDS, "m/s"),
    "km/h": all(SPEEDS, "km/h"),
    mph: all(SPEEDS, "mph"),
    kn: all(SPEEDS, "kn"),
  },
  length: {
    "mm, m, km": { in: "mm", ft: "m", mi: "km", "in/h": "mm/h" },
    "in, ft, mi": { mm: "in", cm: "in", m: "ft", km: "mi", "mm/h": "in/h" },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Choice>>>>;

export type ShownQuantity = keyof typeof CHOICES;
export const SHOWN_QUANTITIES: readonly ShownQuantity[] = ["temperature", "pressure", "speed", "length"];

/** What may be chosen for a quantity, by its name. */
export const choicesOf = (quantity: ShownQuantity): string[] => Object.keys(CHOICES[quantity]);

/** A quantity without a choice is shown as it was sent. */
export type UnitChoices = Readonly<Partial<Record<ShownQuantity, string>>>;

/** How a series is shown. The same object for the same units. */
export interface Conversion {
  readonly unit: string | undefined;
  /** Nothing is converted. */
  readonly isSame: boolean;
  shown(value: number): number;
  /** Converts the last significant digit; undefined while that is unknown. */
  resolution(ofSent: number | undefined): number | undefined;
}

const known = new Map<string, Conversion>();

export function conversionOf(unit: string | undefined, choices: UnitChoices): Conversion {
  const shown = unit === undefined ? undefined : shownUnit(unit, choices);
  const key = `${unit} ${shown}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const conversion = shown === undefined || shown === unit ? asSent(unit) : linear(unit, shown);
  known.set(key, conversion);
  return conversion;
}

function shownUnit(unit: string, choices: UnitChoices): string | undefined {
  for (const quantity of SHOWN_QUANTITIES) {
    const ofQuantity: Readonly<Record<string, Choice>> = CHOICES[quantity];
    const shown = ofQuantity[choices[quantity] ?? ""]?.[unit];
    if (shown !== undefined) return shown;
  }
  return undefined;
}

const asSent = (unit: string | undefined): Conversion => ({
  unit,
  isSame: true,
  shown: (value) => value,
  resolution: (ofSent) => ofSent,
});

function linear(unit: string | undefined, shown: string): Conversion {
  const [from, to] = [SCALES[unit ?? ""], SCALES[shown]];
  if (from === undefined || to === undefined) return asSent(unit);
  const slope = from.factor / to.factor;
  const start = ((from.offset ?? 0) - (to.offset ?? 0)) / to.factor;
  return {
    unit: shown,
    isSame: false,
    shown: (value) => value * slope + start,
    resolution: (ofSent) => (ofSent === undefined ? undefined : powerOfTen(2 * ofSent * slope)),
  };
}

/** A tenth of a kilometre an hour for a tenth of a metre a second: half a step of the sensor may be seen, and no less. */
const powerOfTen = (step: number): number => 10 ** Math.floor(Math.log10(step) + 1e-9);

const MAX_GUESSED_DECIMALS = 2;

/** The last digit of one value, if nothing else is known of its series. */
export function lastDigitOf(value: number): number {
  const [, fraction = ""] = String(value).split(".");
  return 10 ** -Math.min(fraction.length, MAX_GUESSED_DECIMALS);
}

/** A metric in its displayed unit, and the conversion of its values. */
export interface Shown<M> {
  readonly metric: M;
  readonly conversion: Conversion;
}

interface Unit {
  readonly unit?: string;
  readonly decimals?: number;
}

export function shownAs<M extends Unit>(metric: M, choices: UnitChoices): Shown<M> {
  const conversion = conversionOf(metric.unit, choices);
  const { unit } = conversion;
  if (conversion.isSame || unit === undefined) return { metric, conversion };
  const { decimals } = metric;
  const finest = decimals === undefined ? undefined : conversion.resolution(10 ** -decimals);
  if (finest === undefined) return { metric: { ...metric, unit }, conversion };
  return { metric: { ...metric, unit, decimals: Math.max(0, Math.round(-Math.log10(finest))) }, conversion };
}
