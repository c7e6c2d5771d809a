// "Is something wrong?": the hub looks at itself and says in words what is wrong, what may be, and which clients failed.
import type { Check, CheckState, DiagnosticReport } from "../../../shared/doctor.ts";
import { explain } from "../../api/client.ts";
import { useExamination } from "../../api/queries.ts";
import { formatMoment } from "../../i18n/times.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { Failure } from "../../ui/failure.tsx";
import { useNow } from "../../ui/hooks/use-now.ts";
import { DoctorFinding } from "./doctor-finding.tsx";
import styles from "./doctor-page.module.css";
import { FailedClients } from "./failed-clients.tsx";

export function DoctorPage() {
  const examination = useExamination();
  const { data, error, isFetching } = examination;
  const lookAgain = () => void examination.refetch();
  return (
    <>
      <PageHeader
        title="Is something wrong?"
        state={<Looked isFetching={isFetching} atMs={data?.atMs} onLookAgain={lookAgain} />}
      />
      {error !== null && !isFetching && (
        <Failure title="The hub could not look." message={explain(error)} onRetry={lookAgain} />
      )}
      {data === undefined ? isFetching && <Skeleton /> : <Findings examination={data} />}
    </>
  );
}

interface LookedProps {
  readonly isFetching: boolean;
  /** When the hub last looked. */
  readonly atMs: number | undefined;
  readonly onLookAgain: () => void;
}

function Looked({ isFetching, atMs, onLookAgain }: LookedProps) {
  const nowMs = useNow(60_000);
  return (
    <span className={styles["looked"]}>
      <span className="note" role="status">
        {isFetching ? "Looking…" : atMs && `seen at ${formatMoment(atMs, nowMs)}`}
      </span>
      <button type="button" className="button small" disabled={isFetching} onClick={onLookAgain}>
        Look again
      </button>
    </span>
  );
}

function Findings({ examination: { checks, clients } }: { readonly examination: DiagnosticReport }) {
  const ofState = (state: CheckState) => checks.filter((check) => check.state === state);
  const [wrong, hints] = [ofState("wrong"), ofState("hint")];
  return (
    <>
      {wrong.length === 0 && (
        <p className={styles["lead"]}>
          {hints.length === 0
            ? "Nothing is wrong on this computer."
            : "Nothing is wrong on this computer, as far as it can be seen from here. What may be:"}
        </p>
      )}
      <ul className={styles["findings"]} aria-label="What is wrong, or may be">
        {[...wrong, ...hints].map((check) => (
          <DoctorFinding key={check.id} check={check} />
        ))}
      </ul>
      <Fine checks={ofState("fine")} />
      <FailedClients clients={clients} />
    </>
  );
}

function Fine({ checks }: { readonly checks: readonly Check[] }) {
  if (checks.length === 0) return null;
  return (
    <section className={styles["fine"]} aria-label="What is fine">
      <h2>What is fine</h2>
      <ul>
        {checks.map(({ id, title, words, todo, command }) => (
          <li key={id}>
            <strong>{title}.</strong> {words} {todo} {command !== undefined && <code>{command}</code>}
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
