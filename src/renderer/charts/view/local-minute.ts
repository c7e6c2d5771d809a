// Moments as `<input type="datetime-local">` writes them: local time without a zone.

/** To the minute. */
export function localMinute(ms: number): string {
  return localSecond(ms).slice(0, 16);
}

export function localSecond(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}
