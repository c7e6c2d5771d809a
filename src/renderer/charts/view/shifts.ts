// Earlier times that a time is compared with: of the same clock on the wall. A day that changes the clocks has 23 or 25 hours, so there
// is no one distance between a week and the week before it.

const SHIFTS = {
  yesterday: (moment: Date, by: number) => moment.setDate(moment.getDate() + by),
  lastWeek: (moment: Date, by: number) => moment.setDate(moment.getDate() + 7 * by),
  lastYear: (moment: Date, by: number) => moment.setFullYear(moment.getFullYear() + by),
} as const;
export type ShiftName = keyof typeof SHIFTS;

export const isShiftName = (name: string): name is ShiftName => Object.hasOwn(SHIFTS, name);

export function earlierTime(ms: number, shift: ShiftName): number {
  return SHIFTS[shift](new Date(ms), -1);
}

/** The time that is compared with an earlier one; null for an hour or a day that comes only then, as a 29 February does. */
export function laterTime(ms: number, shift: ShiftName): number | null {
  const laterMs = SHIFTS[shift](new Date(ms), 1);
  return earlierTime(laterMs, shift) === ms ? laterMs : null;
}
