// All devices at a glance: those that need a look first, then by room or tag; above them the requests to join and what narrows
// the devices down, below them what was refused or blocked.
import { Plus } from "lucide-react";
import { type ReactNode, useRef } from "react";
import type { Device } from "../../../shared/device.ts";
import { useMay, useMe, useSeesAll } from "../../api/access.ts";
import { explain } from "../../api/client.ts";
import { useStored } from "../../api/kept/stored.ts";
import { useDevices } from "../../api/queries.ts";
import { BlockedDevices } from "../../device/joining/blocked-devices.tsx";
import { JoinRequests } from "../../device/joining/join-requests.tsx";
import { text } from "../../i18n/text.ts";
import { overviewLayout } from "../../shell/overview-layout.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Failure } from "../../ui/failure.tsx";
import { useSteady } from "../../ui/hooks/use-steady.ts";
import { arrange } from "./arrange/arrange.ts";
import { setFilters, useFilters } from "./arrange/filters.ts";
import { Toolbar } from "./arrange/toolbar.tsx";
import { useAttention } from "./arrange/use-attention.ts";
import { DeviceGroups } from "./device-groups.tsx";
import styles from "./overview.module.css";
import { RefusedMessages } from "./refused-messages.tsx";
import { Wall } from "./wall.tsx";

interface Props {
  /** What a hub without devices shows instead. */
  readonly whileEmpty: ReactNode;
  /** Shown to administrators below the devices. */
  readonly foot: ReactNode;
}

export function Overview({ whileEmpty, foot }: Props) {
  const devices = useDevices();
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  const me = useMe();
  const { isWall } = useFilters();
  if (devices.data?.length === 0) {
    if (!isAdmin) return <NoDevices />;
    return (
      <>
        {whileEmpty}
        <BlockedDevices />
      </>
    );
  }
  if (isWall && devices.data) {
    return (
      <Wall>
        <Devices devices={devices.data} />
      </Wall>
    );
  }
  return (
    <>
      <PageHeader title={text.shell.overview}>
        {isAdmin && (
          <a className="button primary" href={LINKS.add}>
            <Plus className="icon" aria-hidden="true" />
            {text.overview.addDevice}
          </a>
        )}
      </PageHeader>
      {devices.isLoadingError && (
        <Failure
          title={text.overview.notLoaded}
          message={explain(devices.error)}
          onRetry={() => void devices.refetch()}
        />
      )}
      {isAdmin && <JoinRequests />}
      {/* Not before the requests to join, which stand above. */}
      {(devices.isPending || me.isPending) && <CardSkeletons />}
      {devices.data && !me.isPending && (
        <>
          <Toolbar devices={devices.data} />
          <Devices devices={devices.data} />
        </>
      )}
      <div className={styles["foot"]}>
        {isAdmin && devices.data && foot}
        {seesAll && <RefusedMessages />}
        {isAdmin && <BlockedDevices />}
      </div>
    </>
  );
}

/** To one who cannot add any. */
function NoDevices() {
  return (
    <>
      <PageHeader title={text.shell.overview} />
      <p>{text.overview.nothingToSee}</p>
    </>
  );
}

function Devices({ devices }: { readonly devices: readonly Device[] }) {
  const region = useRef<HTMLDivElement>(null);
  const filters = useFilters();
  const layout = useStored(overviewLayout);
  const reasonsOf = useAttention(devices);
  const groups = arrange(devices, (device) => reasonsOf(device).length > 0, filters, layout);
  // What a person asked for is shown at once; what happened by itself waits until nobody is about to press something.
  const asked = JSON.stringify([filters, layout]);
  const steady = useSteady({ asked, groups }, asked + JSON.stringify(groups), region);
  const shown = steady.asked === asked ? steady.groups : groups;
  return (
    <div ref={region} className={styles["devices"]}>
      <DeviceGroups groups={shown} devices={devices} reasonsOf={reasonsOf} layout={layout} />
      {groups.length === 0 && (
        <p className={styles["nothing"]} role="status">
          {text.overview.nothingFits}{" "}
          <button
            type="button"
            className="button small"
            onClick={() => setFilters({ ...filters, query: "", room: "", tag: "", state: "" })}
          >
            {text.overview.showAll}
          </button>
        </p>
      )}
    </div>
  );
}

function CardSkeletons() {
  return (
    <div className={styles["skeletons"]} role="status" aria-label={text.overview.loading}>
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
    </div>
  );
}
