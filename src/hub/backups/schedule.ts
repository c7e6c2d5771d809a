// When the next backup is due, and which ones are retained. Days, weeks and months are those of the hub's computer. Pure: the time
// is an argument.
import { DAY_MS, HOUR_MS } from "../../shared/time.ts";

/** After a backup that failed. */
const RETRY_AFTER_MS = HOUR_MS;

const MAX_DAILY_BACKUPS = 7;
const MAX_WEEKLY_BACKUPS = 4;
const MAX_MONTHLY_BACKUPS = 12;
/** Damaged backups that are retained, for inspection. */
const MAX_DAMAGED_BACKUPS = 3;

export interface Attempt {
  readonly atMs: number;
  readonly hasFailed: boolean;
}

/**
 * The first time at `hour` o'clock after the last attempt, or an hour after one that failed. It may have passed: a computer
 * that was off at night makes up for it when it is on again.
 */
export function nextDueMs(last: Attempt, hour: number, nowMs: number): number {
  if (last.atMs > nowMs) return nowMs;
  if (last.hasFailed) return last.atMs + RETRY_AFTER_MS;
  const due = new Date(last.atMs);
  due.setHours(hour, 0, 0, 0);
  if (due.getTime() <= last.atMs) due.setDate(due.getDate() + 1);
  return due.getTime();
}

export interface DatedBackup {
  readonly atMs: number;
  readonly isDamaged: boolean;
}

/** Those to remove: all but the newest of each of the latest days, weeks and months that have one. */
export function superseded<Backup extends DatedBackup>(backups: readonly Backup[]): Backup[] {
  const newestFirst = backups.toSorted((a, b) => b.atMs - a.atMs);
  const sound = newestFirst.filter(({ isDamaged }) => !isDamaged);
  const kept = new Set<Backup>([
    ...newestOfEach(sound, dayOf, MAX_DAILY_BACKUPS),
    ...newestOfEach(sound, weekOf, MAX_WEEKLY_BACKUPS),
    ...newestOfEach(sound, monthOf, MAX_MONTHLY_BACKUPS),
    ...newestFirst.filter(({ isDamaged }) => isDamaged).slice(0, MAX_DAMAGED_BACKUPS),
  ]);
  return newestFirst.filter((backup) => !kept.has(backup));
}

function newestOfEach<Backup extends DatedBackup>(
  newestFirst: readonly Backup[],
  periodOf: (atMs: number) => number,
  periods: number,
): Backup[] {
  const newest = new Map<number, Backup>();
  for (const backup of newestFirst) {
    const period = periodOf(backup.atMs);
    if (!newest.has(period)) newest.set(period, backup);
  }
  return [...newest.values()].slice(0, periods);
}

/** Counted from 1970, by the calendar of this computer. */
function dayOf(atMs: number): number {
  const at = new Date(atMs);
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY_MS;
}

/** Weeks begin on Monday; 1 January 1970 was a Thursday. */
const weekOf = (atMs: number): number => Math.floor((dayOf(atMs) + 3) / 7);

function monthOf(atMs: number): number {
  const at = new Date(atMs);
  return at.getFullYear() * 12 + at.getMonth();
}
