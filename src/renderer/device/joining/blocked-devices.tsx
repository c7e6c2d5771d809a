// Blocked devices, collapsed at the end of a page; each can be approved after all.
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useJoinDecision } from "../../api/devices/use-join-decision.ts";
import { useBlockedDevices } from "../../api/queries.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { formatDate } from "../../i18n/times.ts";
import styles from "./blocked-devices.module.css";

export function BlockedDevices() {
  const { data: blocked = [] } = useBlockedDevices();
  if (blocked.length === 0) return null;
  return (
    <details className={styles["blocked"]}>
      <summary>{text.joining.blockedCount(blocked.length, formatCount(blocked.length))}</summary>
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
  const decision = useJoinDecision(device);
  return (
    <div className={styles["device"]}>
      <div>
        <strong>{name}</strong>
        <p>
          {[name === id ? [] : id, address === null ? [] : text.joining.lastHeardFrom(address)].flat().join(" · ")}
          {quarantined &&
            ` · ${text.joining.comesWith(formatCount(quarantined.readings), formatDate(quarantined.untilMs))}`}
        </p>
        {decision.error && <p role="alert">{explain(decision.error)}</p>}
      </div>
      <button
        type="button"
        className="button small"
        aria-label={text.joining.letJoinOf(name)}
        disabled={decision.isPending}
        onClick={() => decision.mutate({ kind: "approve" })}
      >
        {text.joining.letJoin}
      </button>
    </div>
  );
}
