// The units in which a person reads values, kept in the browser.
import { useMemo } from "react";
import {
  type Conversion,
  choicesOf,
  conversionOf,
  SHOWN_QUANTITIES,
  type Shown,
  shownAs,
  type UnitChoices,
} from "../../i18n/units.ts";
import { Stored, useStored } from "./stored.ts";

export const unitChoices = new Stored<UnitChoices>("units", (kept) => {
  const chosen = new Map(typeof kept === "object" && kept !== null ? Object.entries(kept) : []);
  return Object.fromEntries(
    SHOWN_QUANTITIES.flatMap((quantity) => {
      const choice = choicesOf(quantity).find((one) => one === chosen.get(quantity));
      return choice === undefined ? [] : [[quantity, choice] as const];
    }),
  );
});

export const useConversion = (unit: string | undefined): Conversion => conversionOf(unit, useStored(unitChoices));

const AS_SENT: UnitChoices = {};

/** `isAsSent`: no conversion. Memoised by metric and choices. */
export function useShown<M extends { readonly unit?: string; readonly decimals?: number }>(
  metric: M,
  isAsSent = false,
): Shown<M> {
  const chosen = useStored(unitChoices);
  const choices = isAsSent ? AS_SENT : chosen;
  return useMemo(() => shownAs(metric, choices), [metric, choices]);
}
