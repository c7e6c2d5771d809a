// One device: a chart for each metric, its controls, and what is known of it.
import { useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useMay, useMe } from "../../api/access.ts";
import { explain } from "../../api/client.ts";
import { hubNowMs } from "../../api/hub-clock.ts";
import { useDevice } from "../../api/queries.ts";
import { seriesColour } from "../../charts/colours.ts";
import { initialRange, RANGE_OPTIONS, RANGE_SPAN_MS } from "../../charts/ranges.ts";
import { DuplicateId } from "../../device/duplicate-id.tsx";
import { BlockedDevice } from "../../device/joining/blocked-devices.tsx";
import { JoinRequest } from "../../device/joining/join-request.tsx";
import { LastSeen } from "../../device/last-seen.tsx";
import { Presence } from "../../device/presence.tsx";
import { SilentMetrics } from "../../device/silent-metrics.tsx";
import { formatInstant } from "../../i18n/times.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Failure } from "../../ui/failure.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { AboutDevice } from "./about-device.tsx";
import { KeyCard } from "./access/key-card.tsx";
import { ShareButton } from "./access/share-button.tsx";
import { DeviceControls } from "./controls/device-controls.tsx";
import styles from "./device-page.module.css";
import { ExportButton } from "./export/export-button.tsx";
import { LeftOut } from "./left-out.tsx";
import { MetricChart } from "./metric-chart.tsx";

const MINUTE_MS = 60_000;

export function DevicePage({ id }: { readonly id: string }) {
  const device = useDevice(id);
  if (device.isLoadingError) {
    return (
      <Failure
        title="The device could not be loaded."
        message={explain(device.error)}
        onRetry={() => void device.refetch()}
      />
    );
  }
  if (device.data === undefined)
    return <div className={`skeleton ${styles["skeleton"]}`} role="status" aria-label="Loading" />;
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
        <p>
          {device.joining === "waiting" ? "It wants to join: an administrator has to approve it." : "It is blocked."}
        </p>
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
  const [range, setRange] = useState(() => initialRange(device, hubNowMs()));
  const isAdmin = useMay("admin");
  return (
    <>
      <PageHeader title={device.name} state={<State device={device} />}>
        <div className={styles["actions"]}>
          <Segmented legend="Time shown" options={RANGE_OPTIONS} value={range} onChange={setRange} />
          <ExportButton device={device} shownRange={range} />
          {isAdmin && (
            <>
              <ShareButton device={device} />
              <a className="button" href={LINKS.edit(device.id)}>
                Edit
              </a>
            </>
          )}
        </div>
      </PageHeader>
      <div className={styles["columns"]}>
        <div className={styles["charts"]}>
          {device.duplicate && <DuplicateId duplicate={device.duplicate} />}
          <SilentMetrics device={device.id} metrics={device.metrics} />
          {device.metrics.map((metric, index) => (
            <MetricChart
              key={metric.name}
              device={device.id}
              metric={metric}
              colour={seriesColour(index)}
              spanMs={RANGE_SPAN_MS[range]}
            />
          ))}
        </div>
        <div className={styles["aside"]}>
          <DeviceControls device={device} />
          {isAdmin && <KeyCard device={device} />}
          <AboutDevice device={device} />
          {device.skipped !== undefined && <LeftOut fields={device.skipped} />}
        </div>
      </div>
    </>
  );
}

function State({ device }: { readonly device: Device }) {
  return (
    <span className={styles["state"]}>
      <Presence {...device.presence} />
      {" · "}
      <span className={styles["lastReading"]}>
        last reading <LastSeen device={device} />
      </span>
      <SharedUntil />
    </span>
  );
}

/** Of one who has opened a link that shares the device. */
function SharedUntil() {
  const { data: me } = useMe();
  return me?.expiresMs === undefined ? null : ` · shared with you until ${formatInstant(me.expiresMs, MINUTE_MS)}`;
}

function NoSuchDevice({ id }: { readonly id: string }) {
  return (
    <>
      <PageHeader title={`There is no device “${id}”`} />
      <p>
        <a className="button" href={LINKS.overview}>
          To the overview
        </a>
      </p>
    </>
  );
}
