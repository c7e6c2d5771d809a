// Says that another machine uses the id of a device, for as long as that is likely to be true.
import type { DuplicateDevice } from "../../shared/device.ts";
import { useNow } from "../api/use-now.ts";
import styles from "./silent-metrics.module.css";

const SHOWN_FOR_MS = 3_600_000;
const NOW_PERIOD_MS = 10_000;

interface Props {
  readonly address: string | null;
  readonly duplicate: DuplicateDevice;
}

export function DuplicateId({ address, duplicate }: Props) {
  const nowMs = useNow(NOW_PERIOD_MS);
  if (nowMs - duplicate.atMs > SHOWN_FOR_MS) return null;
  const here = address === null || address === duplicate.address ? "" : ` and at ${address}`;
  return (
    <div className={styles["silent"]} role="status">
      <p>
        <span className={styles["sign"]} aria-hidden="true" />
        Two machines use this id, at {duplicate.address}
        {here}: each pushes the other’s connection out. Give one of them another id; the agent on a Pi takes it from
        “device” in bramble-agent.toml.
      </p>
    </div>
  );
}
