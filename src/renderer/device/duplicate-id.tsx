// Says that another machine uses the id of a device, for as long as that is likely to be true.
import type { DuplicateDevice } from "../../shared/device.ts";
import { useNow } from "../api/feed/use-now.ts";
import styles from "./silent-metrics.module.css";

const SHOWN_FOR_MS = 3_600_000;
const NOW_PERIOD_MS = 10_000;

export function DuplicateId({ duplicate }: { readonly duplicate: DuplicateDevice }) {
  const nowMs = useNow(NOW_PERIOD_MS);
  if (nowMs - duplicate.atMs > SHOWN_FOR_MS) return null;
  return (
    <div className={styles["silent"]} role="status">
      <p>
        <span className={styles["sign"]} aria-hidden="true" />
        Two machines use this id, at {duplicate.addresses.join(" and ")}: each pushes the other’s connection out. Give
        one of them another id; the agent on a Pi takes it from “device” in bramble-agent.toml.
      </p>
    </div>
  );
}
