// Blocked devices, collapsed at the end of a page; each can be approved after all.
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useBlockedDevices } from "../../api/queries.ts";
import { useJoinDecision } from "../../api/use-join-decision.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { formatDate } from "../../i18n/times.ts";
import styles from "./blocked-devices.module.css";

export function BlockedDevices() {
  const { data: blocked = [] } = useBlockedDevices();
  if (blocked.length === 0) return null;
  return (
    <details className={styles["blocked"]}>
      <summary>
        {blocked.length === 1 ? "1 device is blocked" : `${formatCount(blocked.length)} devices are blocked`}
      </summary>
      <ul className="panel">
        {blocked.map((device) => (
          <li key={device.id}>
            <BlockedDevice device={device} />
          </li>
        ))}
      </ul>
    </details>
  );
}

export function BlockedDevice({ device }: { readonly device: Device }) {
  const { id, name, address, quarantined } = device;
  const decision = useJoinDecision(id);
  return (
    <div className={styles["device"]}>
      <div>
        <strong>{name}</strong>
        <p>
          {[name === id ? [] : id, address === null ? [] : `last heard from ${address}`].flat().join(" · ")}
          {quarantined &&
            ` · its ${formatCount(quarantined.readings)} readings come with it until ${formatDate(quarantined.untilMs)}`}
        </p>
        {decision.error && <p role="alert">{explain(decision.error)}</p>}
      </div>
      <button
        type="button"
        className="button small"
        aria-label={`Let ${name} join after all`}
        disabled={decision.isPending}
        onClick={() => decision.mutate("approve")}
      >
        Let it join after all
      </button>
    </div>
  );
}
