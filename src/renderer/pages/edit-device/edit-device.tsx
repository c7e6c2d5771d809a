// The page that edits a device: name, room, tags and notes; below them merge, block and delete.
import { type ReactNode, useCallback, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useDevice } from "../../api/queries.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { useEscape } from "../../ui/hooks/use-escape.ts";
import { BlockDevice } from "./block-device.tsx";
import { DeleteDevice } from "./delete-device.tsx";
import styles from "./edit-device.module.css";
import { EditForm } from "./edit-form.tsx";
import { MergeDevice } from "./merge-device.tsx";

interface Props {
  readonly id: string;
  /** Shown while the device is loaded, and where it is unknown or has not joined. */
  readonly whileNotEditable: ReactNode;
}

/** Keeps the form, with what was typed, when the device is deleted meanwhile. */
export function EditDevice({ id, whileNotEditable }: Props) {
  const { data } = useDevice(id);
  const [known, setKnown] = useState<Device | null>(null);
  if (data?.joining === "approved" && data !== known) setKnown(data);
  return known === null ? whileNotEditable : <EditableDevice device={known} />;
}

function EditableDevice({ device }: { readonly device: Device }) {
  const leave = useCallback(() => goTo(LINKS.device(device.id)), [device.id]);
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
