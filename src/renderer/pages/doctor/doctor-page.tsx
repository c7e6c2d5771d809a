// "Is something wrong?": the results of the hub's checks, problems first, then the clients that failed to connect or send.
import type { Check, CheckState, DiagnosticReport } from "../../../shared/doctor.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useDiagnosticReport } from "../../api/queries.ts";
import { doctorText as t } from "../../i18n/later/doctor-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatMoment } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Finding } from "../../shell/notices/finding.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import styles from "./doctor-page.module.css";
import { FailedClients } from "./failed-clients.tsx";

export function DoctorPage() {
  const report = useDiagnosticReport();
  const { data, error, isFetching } = report;
  const checkAgain = () => void report.refetch();
  return (
    <>
      <PageHeader
        title={t.title}
        state={<CheckStatus isFetching={isFetching} atMs={data?.atMs} onCheckAgain={checkAgain} />}
      />
      {error !== null && <Failure title={t.notRun} of={report} />}
      {report.isPending && <Skeleton />}
      {data !== undefined && <Findings report={data} />}
    </>
  );
}

interface CheckStatusProps {
  readonly isFetching: boolean;
  /** When the hub last ran its checks. */
  readonly atMs: number | undefined;
  readonly onCheckAgain: () => void;
}

function CheckStatus({ isFetching, atMs, onCheckAgain }: CheckStatusProps) {
  const nowMs = useNow(60_000);
  return (
    <span className={styles["checkStatus"]}>
      <span className="note" role="status">
        {isFetching
          ? t.checking
          : atMs !== undefined && (
              <Moment ms={atMs} within={t.checkedAt}>
                {formatMoment(atMs, nowMs)}
              </Moment>
            )}
      </span>
      <button type="button" className="button small" disabled={isFetching} onClick={onCheckAgain}>
        {t.checkAgain}
      </button>
    </span>
  );
}

function Findings({ report: { checks, clients } }: { readonly report: DiagnosticReport }) {
  const ofState = (state: CheckState) => checks.filter((check) => check.state === state);
  const [wrong, hints] = [ofState("wrong"), ofState("hint")];
  return (
    <>
      {wrong.length === 0 && <p className={styles["lead"]}>{hints.length === 0 ? t.allWell : t.allWellSoFar}</p>}
      <ul className={styles["findings"]} aria-label={t.wrong}>
        {[...wrong, ...hints].map((check) => (
          <Finding key={check.id} check={check} />
        ))}
      </ul>
      <PassedChecks checks={ofState("fine")} />
      <FailedClients clients={clients} />
    </>
  );
}

function PassedChecks({ checks }: { readonly checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  return (
    <section className={styles["fine"]} aria-label={t.fine}>
      <h2>{t.fine}</h2>
      <ul>
        {checks.map(({ id, title, message, remedy, command }) => (
          <li key={id}>
            <strong>{title}.</strong> {message} {remedy} {command !== undefined && <code>{command}</code>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Skeleton() {
  return (
    <div className={styles["findings"]} aria-hidden="true">
      <div className={`skeleton ${styles["skeleton"]}`} />
      <div className={`skeleton ${styles["skeleton"]}`} />
    </div>
  );
}
