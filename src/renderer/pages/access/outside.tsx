// Reaching the hub from outside: what is in the way and what to do, step by step, then the name, its address and its certificate.
import type { ReachStatus } from "../../../shared/security/reach.ts";
import { useReach } from "../../api/access.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Finding } from "../../shell/notices/finding.tsx";
import styles from "./access-page.module.css";
import { PublicName } from "./public-name.tsx";

const t = accessText.outside;

export function Outside() {
  const reach = useReach();
  if (reach.isLoadingError) return <Failure title={t.notChecked} of={reach} />;
  if (reach.data === undefined) return <p role="status">{t.checking}</p>;
  const status = reach.data;
  return (
    <>
      <Steps status={status} />
      <PublicName status={status} />
    </>
  );
}

function Steps({ status: { ready, checks, forwards } }: { readonly status: ReachStatus }) {
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="outside">
      <h2 id="outside">{ready ? t.ready : t.notReady}</h2>
      {!ready && <p>{t.whatToDo}</p>}
      <ul className={styles["checks"]} aria-label={t.checked}>
        {checks.map((check) => (
          <Finding key={check.id} check={check} />
        ))}
      </ul>
      {forwards.length > 0 && (
        <p>{t.forwards(forwards.map(({ from, to, protocol }) => t.forward(from, to, protocol)))}</p>
      )}
    </section>
  );
}
