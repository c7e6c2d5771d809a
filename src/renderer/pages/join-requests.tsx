// Devices that want to join: what each says it is, its first readings, and the two buttons that decide.
import type { Device, Metric } from "../../shared/device.ts";
import { explain } from "../api/client.ts";
import { useWaitingDevices } from "../api/queries.ts";
import { useDecision } from "../api/use-decision.ts";
import { useLatest } from "../api/use-live.ts";
import { metricLabel } from "../i18n/names.ts";
import { formatCount, formatQuantity } from "../i18n/numbers.ts";
import styles from "./join-requests.module.css";

/** More of them would push the devices out of sight. */
const IN_SIGHT = 3;
const METRICS_SHOWN = 4;

export function JoinRequests() {
  const { data: waiting = [] } = useWaitingDevices();
  if (waiting.length === 0) return null;
  const others = waiting.slice(IN_SIGHT);
  return (
    <section className={styles["requests"]} aria-label="Want to join">
      <RequestList devices={waiting.slice(0, IN_SIGHT)} />
      {others.length > 0 && (
        <details>
          <summary>
            {others.length === 1 ? "1 more wants to join" : `${formatCount(others.length)} more want to join`}
          </summary>
          <RequestList devices={others} />
        </details>
      )}
    </section>
  );
}

function RequestList({ devices }: { readonly devices: readonly Device[] }) {
  return (
    <ul>
      {devices.map((device) => (
        <li key={device.id}>
          <JoinRequest device={device} />
        </li>
      ))}
    </ul>
  );
}

export function JoinRequest({ device }: { readonly device: Device }) {
  const { id, name, model, address, metrics, keptApart } = device;
  const decision = useDecision(id);
  const facts = [name === id ? undefined : id, model].filter((fact) => fact !== undefined);
  return (
    <div className={styles["request"]}>
      <div className={styles["words"]}>
        <h2>{name} wants to join</h2>
        <p>
          {[...facts, address === null ? [] : `at ${address}`].flat().join(" ")}
          {metrics.length > 0 && " · "}
          {metrics.slice(0, METRICS_SHOWN).map((metric, index) => (
            <span key={metric.name}>
              {index > 0 && ", "}
              <FirstReading device={id} metric={metric} />
            </span>
          ))}
          {metrics.length > METRICS_SHOWN && ` and ${metrics.length - METRICS_SHOWN} more`}
          {keptApart && ` · ${readingsKept(keptApart.readings)}`}
        </p>
        {decision.error && <p role="alert">{explain(decision.error)}</p>}
      </div>
      <div className={styles["buttons"]}>
        <button
          type="button"
          className="button small"
          aria-label={`Block ${name}`}
          disabled={decision.isPending}
          onClick={() => decision.mutate("block")}
        >
          Block
        </button>
        <button
          type="button"
          className="button small primary"
          aria-label={`Approve ${name}`}
          disabled={decision.isPending}
          onClick={() => decision.mutate("approve")}
        >
          Approve
        </button>
      </div>
    </div>
  );
}

function FirstReading({ device, metric }: { readonly device: string; readonly metric: Metric }) {
  const { value } = useLatest(device, metric);
  const label = metricLabel(metric);
  // In the middle of a sentence; a name with more capitals than one is meant so.
  const words = /^\p{Lu}\p{Ll}*$/u.test(label) ? label.toLowerCase() : label;
  return `${words} ${formatQuantity(value, metric.unit)}`;
}

function readingsKept(count: number): string {
  return count === 1 ? "1 reading kept meanwhile" : `${formatCount(count)} readings kept meanwhile`;
}
