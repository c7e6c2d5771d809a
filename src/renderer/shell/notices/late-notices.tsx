// The notices that are rarely there, and load when the browser is idle: a network change on trial, devices that were deleted, what
// was not loaded, what the doctor found, the hub's disk, and clocks.
import { useSignal } from "../../api/feed/signal.ts";
import { useLive } from "../../api/feed/use-live.ts";
import { useMay } from "../../api/me.ts";
import { useGoingDevices } from "../../api/queries.ts";
import { useHubState } from "../../api/use-hub-state.ts";
import { UnloadedNotice } from "../failures/unloaded-notice.tsx";
import { DoctorNotice } from "./doctor-notice.tsx";
import { HubWarnings } from "./hub-warnings.tsx";
import { RemovalNotice } from "./removal-notice.tsx";
import { TrialNotice } from "./trial-notice.tsx";

export function LateNotices() {
  const isAdmin = useMay("admin");
  const { data: going = [] } = useGoingDevices();
  const isLost = useSignal(useLive().connection) === "lost";
  // Else that is said, and everything is asked again after it.
  const isReached = useHubState().kind === "running" && !isLost;
  return (
    <>
      {isAdmin && <TrialNotice />}
      {isAdmin && going.map((device) => <RemovalNotice key={device.id} device={device} />)}
      {isReached && <UnloadedNotice />}
      <DoctorNotice />
      {isReached && <HubWarnings />}
    </>
  );
}
