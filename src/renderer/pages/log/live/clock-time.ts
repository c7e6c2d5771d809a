// The time of day to the millisecond, in 24 hours: a column of them keeps its width.
import { locale } from "../../../i18n/language.ts";

const clock = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

export const formatClock = (ms: number): string => clock.format(ms);
