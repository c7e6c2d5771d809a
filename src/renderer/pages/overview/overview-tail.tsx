// The part below the devices: the first steps of a new hub, refused messages, blocked devices. It is loaded when the browser is idle,
// and shown as a whole.
import type { ReactNode } from "react";
import { useMay, useSeesAll } from "../../api/me.ts";
import { BlockedDevices } from "../../device/joining/blocked-devices.tsx";
import { Settled } from "../../shell/settled.tsx";
import styles from "./overview.module.css";
import { RefusedMessages } from "./refused-messages.tsx";

/** `foot`: for administrators, above the rest. */
export function OverviewTail({ foot }: { readonly foot: ReactNode }) {
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  return (
    <Settled className={styles["foot"]} isAside>
      {isAdmin && foot}
      {seesAll && <RefusedMessages />}
      {isAdmin && <BlockedDevices />}
    </Settled>
  );
}
