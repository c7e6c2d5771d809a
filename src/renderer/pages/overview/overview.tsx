// All devices at a glance. A hub without any shows how to bring the first one in.
import { Fragment } from "react";
import { useDevices } from "../../api/queries.ts";
import { byRoom, type Room } from "../../i18n/names.ts";
import { Failure } from "../../ui/failure.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { links } from "../../ui/use-route.ts";
import { AddDevice } from "../add-device/add-device.tsx";
import { BlockedDevices } from "../joining/blocked-devices.tsx";
import { JoinRequests } from "../joining/join-requests.tsx";
import { DeviceCard } from "./device-card.tsx";
import styles from "./overview.module.css";
import { RefusedMessages } from "./refused-messages.tsx";

export function Overview() {
  const devices = useDevices();
  if (devices.data?.length === 0) {
    return (
      <>
        <AddDevice />
        <BlockedDevices />
      </>
    );
  }
  return (
    <>
      <PageHeader title="Overview">
        <a className="button primary" href={links.add}>
          Add a Raspberry Pi
        </a>
      </PageHeader>
      {devices.isLoadingError && (
        <Failure what="The devices could not be loaded." error={devices.error} onRetry={() => void devices.refetch()} />
      )}
      <JoinRequests />
      <RefusedMessages />
      {devices.isPending && <CardSkeletons />}
      {devices.data && <Rooms rooms={byRoom(devices.data)} />}
      <BlockedDevices />
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
