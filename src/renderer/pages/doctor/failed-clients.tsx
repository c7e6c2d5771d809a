// Clients that failed in the last day and why, newest first.
import type { FailedClient } from "../../../shared/doctor.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { doctorText as t } from "../../i18n/later/doctor-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatCount } from "../../i18n/numbers.ts";
import { formatAgo, formatMoment } from "../../i18n/times.ts";
import styles from "./failed-clients.module.css";

/** More are collapsed. */
const MAX_SHOWN_CLIENTS = 20;

export function FailedClients({ clients }: { readonly clients: readonly FailedClient[] }) {
  const rest = clients.slice(MAX_SHOWN_CLIENTS);
  return (
    <section className={styles["clients"]} aria-label={t.failedClients}>
      <h2>{t.failedLastDay}</h2>
      {clients.length === 0 ? (
        <p className={styles["none"]}>{t.noneFailed}</p>
      ) : (
        <ClientList clients={clients.slice(0, MAX_SHOWN_CLIENTS)} />
      )}
      {rest.length > 0 && (
        <details>
          <summary>{t.more(formatCount(rest.length))}</summary>
          <ClientList clients={rest} />
        </details>
      )}
    </section>
  );
}

function ClientList({ clients }: { readonly clients: readonly FailedClient[] }) {
  const nowMs = useNow(10_000);
  return (
    <ul className="panel">
      {clients.map((client) => (
        <li key={JSON.stringify([client.address, client.code, client.clientId, client.firstSeenMs, client.message])}>
          <p>
            <strong>{[client.address, client.clientId ?? ""].filter((part) => part !== "").join(" · ")}</strong>
            <span className={styles["message"]}>{client.message}</span>
          </p>
          <p className={styles["when"]}>
            <Moment ms={client.lastSeenMs}>{formatAgo(client.lastSeenMs, nowMs)}</Moment>
            {client.count > 1 && (
              <span>
                <Moment ms={client.firstSeenMs} within={(when) => t.timesSince(formatCount(client.count), when)}>
                  {formatMoment(client.firstSeenMs, nowMs)}
                </Moment>
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
