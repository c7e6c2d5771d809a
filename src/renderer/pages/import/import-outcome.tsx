// The outcome or preview of an import: counts, the time range of the readings, refused lines, and links to the charts.
import { useEffect, useRef } from "react";
import type { Import, ImportCounts, ImportPass } from "../../../shared/history/import.ts";
import { useDevices } from "../../api/queries.ts";
import { withPeriod } from "../../charts/view/view-address.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { formatExact } from "../../i18n/times.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./import-page.module.css";

const COUNTED = ["rows", "readings", "fresh", "changed", "known", "empty", "repeated", "refused"] as const;
const MAX_LINKS = 5;

interface Props {
  readonly state: Import;
  readonly pass: ImportPass;
  /** Of the file. */
  readonly bytes: number;
  readonly isRunning: boolean;
}

export function ImportOutcome({ state, pass, bytes, isRunning }: Props) {
  const { kind, isComplete, receivedBytes, counts, refusedLines } = pass;
  const share = `${Math.floor((100 * receivedBytes) / Math.max(1, bytes))} %`;
  const under = kind === "check" ? text.checking(share) : text.storing(share);
  const done = kind === "check" ? text.checked : text.stored;
  const panel = useRef<HTMLElement>(null);
  // It is below the buttons, which are at the bottom of the window when they are pressed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with more to read it is to be seen, too.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "nearest" });
  }, [isComplete]);
  const untold = counts.refused - refusedLines.length;
  return (
    <section ref={panel} className={`panel ${styles["outcome"]}`} aria-label={isComplete ? done : text.title}>
      <p role="status">{isComplete ? done : isRunning && under}</p>
      {isRunning && !isComplete && <progress value={receivedBytes} max={bytes} aria-label={under} />}
      <dl>
        {COUNTED.filter((name) => counts[name] > 0 || name === "fresh").map((name) => (
          <div key={name}>
            <dt>{text.counts[name]}</dt>
            <dd>{formatCount(counts[name])}</dd>
          </div>
        ))}
      </dl>
      {counts.fromMs !== null && counts.toMs !== null && (
        <p>{text.span(formatExact(counts.fromMs), formatExact(counts.toMs))}</p>
      )}
      {counts.newMetrics > 0 && <p>{text.newMetrics(formatCount(counts.newMetrics))}</p>}
      {counts.newDevices.length > 0 && <p>{text.newDevices(counts.newDevices.join(", "))}</p>}
      {kind === "store" && isComplete && <ToCharts state={state} counts={counts} />}
      {refusedLines.length > 0 && (
        <ul>
          {refusedLines.map(({ line, reason }) => (
            <li key={line}>{text.refusedLine(formatCount(line), reason)}</li>
          ))}
          {untold > 0 && <li>{text.more(formatCount(untold))}</li>}
        </ul>
      )}
    </section>
  );
}

/** Of the devices that the file begins with, and the new ones: the charts show the time that was imported. */
function ToCharts({ state: { preview }, counts }: { readonly state: Import; readonly counts: ImportCounts }) {
  const { data: devices = [] } = useDevices();
  const { fromMs, toMs, newDevices } = counts;
  if (fromMs === null || toMs === null) return null;
  const named = new Set([...preview.flatMap(({ readings }) => readings.map(({ device }) => device)), ...newDevices]);
  const shown = devices.filter(({ id }) => named.has(id)).slice(0, MAX_LINKS);
  if (shown.length === 0) return null;
  return (
    <p className={styles["actions"]}>
      {shown.map(({ id, name }) => (
        <a
          key={id}
          className="button small"
          href={withPeriod(LINKS.device(id), { kind: "fixed", fromMs, toMs: toMs + 1 })}
        >
          {text.toCharts(name)}
        </a>
      ))}
    </p>
  );
}
