// A time in words, with the exact time on hover and in the markup.
import { Around } from "./around.tsx";
import { formatExact } from "./times.ts";

interface Props {
  readonly ms: number;
  readonly className?: string | undefined;
  /** The sentence around it. */
  readonly within?: (moment: string) => string;
  /** In words. */
  readonly children: string;
}

export function Moment({ ms, className, within = (moment) => moment, children }: Props) {
  return (
    <Around sentence={within(children)} part={children}>
      <time className={className} dateTime={new Date(ms).toISOString()} title={formatExact(ms)}>
        {children}
      </time>
    </Around>
  );
}
