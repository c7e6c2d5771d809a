// Connected MQTT clients, each with a button that disconnects it.
import type { MqttClient } from "../../../shared/mqtt/mqtt-clients.ts";
import { useAccessChange, useMqttClients } from "../../api/access.ts";
import { apiUrl, explain, remove } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatCount, formatValue } from "../../i18n/numbers.ts";
import { pageText } from "../../i18n/page-text.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import rows from "../../ui/rows.module.css";
import { SteadyRows } from "../../ui/steady-rows.tsx";

const words = pageText.clients;

export function MqttClients() {
  const clients = useMqttClients();
  const { data } = clients;
  return (
    <section aria-labelledby="mqtt-clients">
      <div className={rows["heading"]}>
        <div>
          <h2 id="mqtt-clients">{words.title}</h2>
          <p>{words.about}</p>
          {data !== undefined && data.absentSessions > 0 && <p>{words.absent(data.absentSessions)}</p>}
        </div>
      </div>
      {clients.isLoadingError && <Failure title={words.notLoaded} of={clients} />}
      {clients.isPending && <div className="skeleton loading" aria-hidden="true" />}
      {data?.clients.length === 0 && <p>{words.none}</p>}
      {data !== undefined && data.clients.length > 0 && (
        <SteadyRows items={data.clients} idOf={({ id }) => id}>
          {(client) => <ClientRow client={client} />}
        </SteadyRows>
      )}
    </section>
  );
}

function ClientRow({ client }: { readonly client: MqttClient }) {
  const { id, version, address, principal, connectedMs, filters, filterCount, received, sent, queued } = client;
  const nowMs = useNow(10_000);
  const ending = useAccessChange("clients", () => remove(apiUrl(`clients/${encodeURIComponent(id)}`)));
  const traffic = [
    words.received(formatCount(received.messages), formatValue(received.perSecond)),
    words.sent(formatCount(sent.messages), formatValue(sent.perSecond)),
    ...(queued.messages > 0 ? [words.queued(queued.messages)] : []),
  ];
  const hidden = filterCount - filters.length;
  return (
    <>
      <div>
        <strong>{id}</strong>
        <span className={rows["tag"]}>MQTT {version}</span>
        <p>
          {address} · {pageText.others.actor(principal)} ·{" "}
          <Moment ms={connectedMs} within={words.connectedAgo}>
            {formatAgo(connectedMs, nowMs)}
          </Moment>
        </p>
        <p>{traffic.join(" · ")}</p>
        {filterCount > 0 && (
          <details>
            <summary>{words.subscriptions(filterCount)}</summary>
            <p>
              {filters.join(", ")} {hidden > 0 && words.more(hidden)}
            </p>
          </details>
        )}
        {ending.error && <p role="alert">{explain(ending.error)}</p>}
      </div>
      <button
        type="button"
        className="button small danger"
        aria-label={words.disconnectClient(id)}
        disabled={ending.isPending}
        onClick={() => ending.mutate(undefined)}
      >
        {words.disconnect}
      </button>
    </>
  );
}
