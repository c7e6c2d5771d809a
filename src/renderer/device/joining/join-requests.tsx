// Devices that ask to join: name, model, address and first readings, with buttons to approve or block.
import type { Device, Metric } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { usePendingDevices } from "../../api/queries.ts";
import { useJoinDecision } from "../../api/use-join-decision.ts";
import { useLatest } from "../../api/use-live.ts";
import { metricLabel } from "../../i18n/names.ts";
import { formatCount, formatQuantity } from "../../i18n/numbers.ts";
import styles from "./join-requests.module.css";

/** More requests would push the devices off the screen. */
const MAX_VISIBLE_REQUESTS = 3;
const MAX_SHOWN_METRICS = 4;

export function JoinRequests() {
  const { data: pending = [] } = usePendingDevices();
  if (pending.length === 0) return null;
  const others = pending.slice(MAX_VISIBLE_REQUESTS);
  return (
    <section className={styles["requests"]} aria-label="Want to join">
      <RequestList devices={pending.slice(0, MAX_VISIBLE_REQUESTS)} />
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
  const { id, name, model, address, metrics, quarantined, offeredKey } = device;
  const decision = useJoinDecision(id, offeredKey?.code);
  const origin = [model ?? [], address === null ? [] : `at ${address}`].flat().join(" ");
  const facts = [name === id ? [] : id, origin === "" ? [] : origin].flat();
  return (
    <div className={styles["request"]}>
      <div className={styles["facts"]}>
        <h2>{name} wants to join</h2>
        <p>
          {facts.join(" · ")}
          {metrics.length > 0 && " · "}
          {metrics.slice(0, MAX_SHOWN_METRICS).map((metric, index) => (
            <span key={metric.name}>
              {index > 0 && ", "}
              <FirstReading device={id} metric={metric} />
            </span>
          ))}
          {metrics.length > MAX_SHOWN_METRICS && `, and ${metrics.length - MAX_SHOWN_METRICS} more`}
          {quarantined && ` · ${quarantinedText(quarantined.readings)}`}
        </p>
        {offeredKey && (
          <p>
            It brings a key. Compare with the code on the device: <b className={styles["code"]}>{offeredKey.code}</b>
          </p>
        )}
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

/** A generated label starts in lower case inside a sentence; a label that the device declared stays as it is. */
function inSentence(metric: Metric): string {
  const label = metricLabel(metric);
  const isOurs = metric.label === undefined && /^\p{Lu}(?!\p{Lu})/u.test(label);
  return isOurs ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}

function quarantinedText(count: number): string {
  return count === 1 ? "1 reading kept meanwhile" : `${formatCount(count)} readings kept meanwhile`;
}
