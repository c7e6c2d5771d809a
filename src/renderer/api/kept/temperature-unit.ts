// The unit in which a person reads temperatures.
import { isTemperatureUnit, type TemperatureUnit } from "../../i18n/units.ts";
import { Stored } from "./stored.ts";

/** Null: as the sensor says it. */
export const temperatureUnit = new Stored<TemperatureUnit | null>("temperature-unit", (kept) =>
  isTemperatureUnit(kept) ? kept : null,
);
