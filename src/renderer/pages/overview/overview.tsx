// All devices at a glance, by room; above them the requests to join and the messages that were refused.
import { Fragment, type ReactNode } from "react";
import { useMay, useSeesAll } from "../../api/access.ts";
import { explain } from "../../api/client.ts";
import { useDevices } from "../../api/queries.ts";
import { BlockedDevices } from "../../device/joining/blocked-devices.tsx";
import { JoinRequests } from "../../device/joining/join-requests.tsx";
import { byRoom, type Room } from "../../i18n/names.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { LINKS } from "../../shell/use-route.ts";
import { Failure } from "../../ui/failure.tsx";
import { DeviceCard } from "./device-card.tsx";
import styles from "./overview.module.css";
import { RefusedMessages } from "./refused-messages.tsx";

interface Props {
  /** What a hub without devices shows instead. */
  readonly whileEmpty: ReactNode;
}

export function Overview({ whileEmpty }: Props) {
  const devices = useDevices();
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  if (devices.data?.length === 0) {
    if (!isAdmin) return <NoDevices />;
    return (
      <>
        {whileEmpty}
        <BlockedDevices />
      </>
    );
  }
  return (
    <>
      <PageHeader title="Overview">
        {isAdmin && (
          <a className="button primary" href={LINKS.add}>
            Add a Raspberry Pi
          </a>
        )}
      </PageHeader>
      {devices.isLoadingError && (
        <Failure
          title="The devices could not be loaded."
          message={explain(devices.error)}
          onRetry={() => void devices.refetch()}
        />
      )}
      {isAdmin && <JoinRequests />}
      {seesAll && <RefusedMessages />}
      {devices.isPending && <CardSkeletons />}
      {devices.data && <Rooms rooms={byRoom(devices.data)} />}
      {isAdmin && <BlockedDevices />}
    </>
  );
}

/** To one who cannot add any. */
function NoDevices() {
  return (
    <>
      <PageHeader title="Overview" />
      <p>There is no device yet that you may see.</p>
    </>
  );
}

function Rooms({ rooms }: { readonly rooms: readonly Room[] }) {
  return rooms.map(({ name, devices }) => (
    <Fragment key={name}>
      {rooms.length > 1 && <h2 className={styles["room"]}>{name ?? "Without a room"}</h2>}
      <ul className={styles["grid"]}>
        {devices.map((device) => (
          <DeviceCard key={device.id} device={device} />
        ))}
      </ul>
    </Fragment>
  ));
}

function CardSkeletons() {
  return (
    <div className={styles["grid"]} role="status" aria-label="Loading the devices">
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
    </div>
  );
}
