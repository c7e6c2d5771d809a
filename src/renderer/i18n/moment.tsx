// A time as people say it, exact on hover and to programs that read the page.
import { Around } from "./around.tsx";
import { formatExact } from "./times.ts";

interface Props {
  readonly ms: number;
  readonly className?: string | undefined;
  /** The sentence that it stands in. */
  readonly within?: (moment: string) => string;
  /** As people say it. */
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
