// Devices that want to join: what each says it is, its first readings, and the two buttons that decide.
import type { Device, Metric } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useWaitingDevices } from "../../api/queries.ts";
import { useDecision } from "../../api/use-decision.ts";
import { useLatest } from "../../api/use-live.ts";
import { metricLabel } from "../../i18n/names.ts";
import { formatCount, formatQuantity } from "../../i18n/numbers.ts";
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
  const { id, name, model, address, metrics, quarantined } = device;
  const decision = useDecision(id);
  const origin = [model ?? [], address === null ? [] : `at ${address}`].flat().join(" ");
  const facts = [name === id ? [] : id, origin === "" ? [] : origin].flat();
  return (
    <div className={styles["request"]}>
      <div className={styles["words"]}>
        <h2>{name} wants to join</h2>
        <p>
          {facts.join(" · ")}
          {metrics.length > 0 && " · "}
          {metrics.slice(0, METRICS_SHOWN).map((metric, index) => (
            <span key={metric.name}>
              {index > 0 && ", "}
              <FirstReading device={id} metric={metric} />
            </span>
          ))}
          {metrics.length > METRICS_SHOWN && `, and ${metrics.length - METRICS_SHOWN} more`}
          {quarantined && ` · ${readingsKept(quarantined.readings)}`}
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
  return `${inSentence(metric)} ${formatQuantity(value, metric.unit)}`;
}

/** A name that we made a word of begins small in the middle of a sentence; the device's own label stays as it is. */
function inSentence(metric: Metric): string {
  const label = metricLabel(metric);
  const isOurs = metric.label === undefined && /^\p{Lu}(?!\p{Lu})/u.test(label);
  return isOurs ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}

function readingsKept(count: number): string {
  return count === 1 ? "1 reading kept meanwhile" : `${formatCount(count)} readings kept meanwhile`;
}
