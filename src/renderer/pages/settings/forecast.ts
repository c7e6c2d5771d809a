// How long the disk lasts at the present rate, in words: the day, or, if that is far off, the years.
import type { StorageStatus } from "../../../shared/settings/hub-settings.ts";

const YEAR_MS = 365.25 * 24 * 3_600_000;
/** A day that is further off means nothing. */
const MAX_DATED_YEARS = 3;
const MAX_YEARS = 100;

export type Forecast =
  | { readonly kind: "unknown" }
  /** The rate is unknown. */
  | { readonly kind: "free"; readonly freeBytes: number }
  | { readonly kind: "date"; readonly atMs: number; readonly freeBytes: number }
  | { readonly kind: "years"; readonly years: number; readonly freeBytes: number };

export function storageForecast({ freeBytes, bytesPerDay, fullAtMs }: StorageStatus): Forecast {
  if (freeBytes === null) return { kind: "unknown" };
  if (bytesPerDay === null || bytesPerDay === 0 || fullAtMs === null) return { kind: "free", freeBytes };
  const years = ((freeBytes / bytesPerDay) * 24 * 3_600_000) / YEAR_MS;
  if (years <= MAX_DATED_YEARS) return { kind: "date", atMs: fullAtMs, freeBytes };
  return { kind: "years", years: Math.min(MAX_YEARS, Math.floor(years)), freeBytes };
}
