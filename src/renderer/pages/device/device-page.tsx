// One device: a chart for each metric, its controls, and facts about it.
import type { Device } from "../../../shared/device.ts";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useMay, useMe } from "../../api/me.ts";
import { useDevice } from "../../api/queries.ts";
import { initialRange } from "../../charts/view/ranges.ts";
import { useTimeView } from "../../charts/view/use-time-view.ts";
import { DuplicateId } from "../../device/duplicate-id.tsx";
import { BlockedDevice } from "../../device/joining/blocked-devices.tsx";
import { JoinRequest } from "../../device/joining/join-request.tsx";
import { LastReading, LastSeen } from "../../device/last-seen.tsx";
import { Presence } from "../../device/presence.tsx";
import { SilentMetrics } from "../../device/silent-metrics.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { ShareButton } from "../../share/share-button.tsx";
import { SharedUntil } from "../../share/shared-until.tsx";
import { Failure } from "../../shell/failures/failure.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Settled } from "../../shell/settled.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { AboutDevice } from "./about-device.tsx";
import { KeyCard } from "./access/key-card.tsx";
import { ArrivalFacts } from "./arrival-facts.tsx";
import { AttributeChanges } from "./attribute-changes.tsx";
import { DeviceCharts } from "./charts/device-charts.tsx";
import { DeviceControls } from "./controls/device-controls.tsx";
import styles from "./device-page.module.css";
import { ExportButton } from "./export/export-button.tsx";
import { LeftOut } from "./left-out.tsx";
import { MendedList } from "./mend/mended-list.tsx";

/** A first message may bring readings that are a little older. */
const FIRST_READING_LEAD_MS = 15_000;

export function DevicePage({ id }: { readonly id: string }) {
  const device = useDevice(id);
  if (device.isLoadingError) {
    return (
      <>
        <PageHeader title={id} />
        <Failure title={pageText.devicePage.notLoaded} of={device} />
      </>
    );
  }
  if (device.data === undefined)
    return <div className={`skeleton ${styles["skeleton"]}`} role="status" aria-label={pageText.devicePage.loading} />;
  if (device.data === null) return <NoSuchDevice id={id} />;
  return device.data.joining === "approved" ? (
    <JoinedDevice device={device.data} />
  ) : (
    <UnapprovedDevice device={device.data} />
  );
}

/** Its readings are not shown before it has joined. */
function UnapprovedDevice({ device }: { readonly device: Device }) {
  if (!useMay("admin")) {
    return (
      <>
        <PageHeader title={device.name} />
        <p>{device.joining === "waiting" ? pageText.devicePage.wantsToJoin : pageText.devicePage.isBlocked}</p>
      </>
    );
  }
  return (
    <>
      <PageHeader title={device.name} />
      {device.joining === "waiting" ? (
        <JoinRequest device={device} />
      ) : (
        <div className="panel">
          <BlockedDevice device={device} />
        </div>
      )}
    </>
  );
}

function JoinedDevice({ device }: { readonly device: Device }) {
  const view = useTimeView(initialRange(device.firstSeenMs, hubNowMs()), {
    firstReadingMs: device.firstSeenMs - FIRST_READING_LEAD_MS,
  });
  const isAdmin = useMay("admin");
  return (
    <>
      <PageHeader title={device.name} state={<State device={device} />}>
        <div className={styles["actions"]}>
          <ExportButton device={device} view={view} />
          {isAdmin && (
            <>
              <ShareButton subject={{ name: device.name, device: device.id }} />
              <a className="button" href={LINKS.edit(device.id)}>
                {pageText.devicePage.edit}
              </a>
            </>
          )}
        </div>
      </PageHeader>
      <Settled className={styles["columns"]}>
        <div className={styles["controls"]}>
          <DeviceControls device={device} />
        </div>
        <DeviceCharts device={device} view={view} barClass={styles["bar"]} chartsClass={styles["charts"]}>
          {device.duplicate && <DuplicateId duplicate={device.duplicate} />}
          <SilentMetrics device={device.id} metrics={device.metrics} />
        </DeviceCharts>
        <div className={styles["about"]}>
          {isAdmin && <KeyCard device={device} />}
          <MendedList device={device} view={view} />
          <AboutDevice device={device} />
          <ArrivalFacts device={device} />
          <AttributeChanges device={device.id} />
          {device.skipped !== undefined && <LeftOut fields={device.skipped} />}
        </div>
      </Settled>
    </>
  );
}

function State({ device }: { readonly device: Device }) {
  const hasReadings = device.metrics.length > 0;
  return (
    <span className={styles["state"]}>
      <Presence {...device.presence} simulated={device.simulated} />
      {" · "}
      <span className={styles["lastReading"]}>
        {hasReadings ? pageText.devicePage.lastReading : pageText.devicePage.lastHeard}{" "}
        {hasReadings ? <LastReading device={device} /> : <LastSeen device={device} />}
      </span>
      <SharedUntil before=" · " />
    </span>
  );
}

function NoSuchDevice({ id }: { readonly id: string }) {
  const { data: me } = useMe();
  return (
    <>
      <PageHeader title={pageText.devicePage.noSuchDevice(id)} />
      {me?.kind !== "share" && (
        <p>
          <a className="button" href={LINKS.overview}>
            {pageText.devicePage.toOverview}
          </a>
        </p>
      )}
    </>
  );
}
