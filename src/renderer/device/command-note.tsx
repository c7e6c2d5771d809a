// The last command of a control in one line, if it is delayed or failed: for places without receipts.
import type { DeviceControl } from "../../shared/device.ts";
import { explain } from "../api/client.ts";
import { text } from "../i18n/text.ts";
import styles from "./command-mark.module.css";
import { CommandMark } from "./command-mark.tsx";

interface Props {
  readonly one: DeviceControl;
  readonly isOnline: boolean;
  /** Why the hub refused it; null where it did not. */
  readonly failure: Error | null;
}

export function CommandNote({ one, isOnline, failure }: Props) {
  const state = failure === null ? one.desired?.state : "failed";
  const message = failure === null ? stateMessage(one, isOnline) : explain(failure);
  const isBad = state === "failed" || state === "expired";
  // How a command ends, the shell announces.
  const isAnnouncedHere = failure !== null || state === "queued";
  return (
    <p className={`note ${isBad ? styles["bad"] : ""}`}>
      {state !== undefined && message !== "" && <CommandMark state={state} />}{" "}
      <output>{isAnnouncedHere && message}</output>
      {!isAnnouncedHere && message}
    </p>
  );
}

function stateMessage({ desired, publishes }: DeviceControl, isOnline: boolean): string {
  switch (desired?.state) {
    case "queued":
      return isOnline || publishes !== undefined ? text.controls.waitsToBeSent : text.controls.waitsForReturn;
    case "failed":
      return text.controls.lastFailed;
    case "expired":
      return text.controls.lastExpired;
    case undefined:
    case "sent":
    case "delivered":
    case "done":
      return "";
  }
}
