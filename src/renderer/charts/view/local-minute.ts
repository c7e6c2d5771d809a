// Moments as `<input type="datetime-local">` writes them: local time without a zone, to the minute.
export function localMinute(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
