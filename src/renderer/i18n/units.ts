// Temperatures in the unit that a person reads. The hub keeps what the sensor sent: only what is shown is converted.
export const TEMPERATURE_UNITS = ["°C", "°F"] as const;
export type TemperatureUnit = (typeof TEMPERATURE_UNITS)[number];

export const isTemperatureUnit = (unit: unknown): unit is TemperatureUnit =>
  TEMPERATURE_UNITS.some((known) => known === unit);

export interface Quantity {
  readonly value: number;
  readonly unit: string | undefined;
  /** The difference that is to be seen between two values; undefined as long as that is not known. */
  readonly resolution: number | undefined;
}

/** The quantity as `wanted` asks; unchanged where it is no temperature in °C or °F. */
export function inUnit(quantity: Quantity, wanted: TemperatureUnit | null): Quantity {
  const { value, unit, resolution } = quantity;
  if (wanted === null || unit === wanted || !isTemperatureUnit(unit)) return quantity;
  if (wanted === "°F") return { value: rounded(value * 1.8 + 32, resolution), unit: wanted, resolution };
  return { value: rounded((value - 32) / 1.8, resolution), unit: wanted, resolution };
}

/** A conversion adds digits that the sensor has not. */
function rounded(value: number, resolution: number | undefined): number {
  const step = resolution === undefined ? 0.1 : 10 ** Math.floor(Math.log10(resolution) + 1e-9);
  return Math.round(value / step) * step;
}
