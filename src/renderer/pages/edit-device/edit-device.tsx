// Keeps a device in order: how it is called and described, and below that what takes it away.
import { useCallback, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useDevice } from "../../api/queries.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { useEscape } from "../../ui/use-escape.ts";
import { goTo, links } from "../../ui/use-route.ts";
import { DevicePage } from "../device/device-page.tsx";
import { BlockDevice } from "./block-device.tsx";
import { DeleteDevice } from "./delete-device.tsx";
import styles from "./edit-device.module.css";
import { EditForm } from "./edit-form.tsx";
import { MergeDevice } from "./merge-device.tsx";

/** What was typed stays where the device goes meanwhile. */
export function EditDevice({ id }: { readonly id: string }) {
  const { data } = useDevice(id);
  const [known, setKnown] = useState<Device | null>(null);
  if (data?.joining === "approved" && data !== known) setKnown(data);
  return known === null ? <DevicePage id={id} /> : <KnownDevice device={known} />;
}

function KnownDevice({ device }: { readonly device: Device }) {
  const leave = useCallback(() => goTo(links.device(device.id)), [device.id]);
  useEscape(leave);
  return (
    <div className={styles["page"]}>
      <PageHeader title={`Edit ${device.name}`} />
      <EditForm device={device} onDone={leave} />
      <MergeDevice device={device} />
      <BlockDevice device={device} />
      <DeleteDevice device={device} />
    </div>
  );
}
