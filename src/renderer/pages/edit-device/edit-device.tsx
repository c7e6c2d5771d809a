// The page that edits a device: name, room, tags and notes, its metrics; below them merge, block and delete.
import { type ReactNode, useCallback, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { useDevice } from "../../api/queries.ts";
import { pageText } from "../../i18n/page-text.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { useEscape } from "../../ui/hooks/use-escape.ts";
import { BlockDevice } from "./block-device.tsx";
import { DeleteDevice } from "./delete-device.tsx";
import styles from "./edit-device.module.css";
import { EditForm } from "./edit-form.tsx";
import { MergeDevice } from "./merge-device.tsx";
import { MetricsForm } from "./metrics-form.tsx";

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
  const [isFormDirty, setFormDirty] = useState(false);
  const [areMetricsDirty, setMetricsDirty] = useState(false);
  const leave = useCallback(() => goTo(LINKS.device(device.id)), [device.id]);
  // What was typed is not thrown away by a key.
  const leaveUnchanged = useCallback(() => {
    if (!isFormDirty && !areMetricsDirty) leave();
  }, [leave, isFormDirty, areMetricsDirty]);
  useEscape(leaveUnchanged);
  // Nor by saving the other form.
  const leaveSaved = () => {
    if (!areMetricsDirty) leave();
  };
  return (
    <div className={styles["page"]}>
      <PageHeader title={pageText.editDevice.title(device.name)} />
      <EditForm device={device} onSaved={leaveSaved} onCancel={leave} onDirty={setFormDirty} />
      {device.metrics.length > 0 && <MetricsForm device={device} onDirty={setMetricsDirty} />}
      <MergeDevice device={device} />
      <BlockDevice device={device} />
      <DeleteDevice device={device} />
    </div>
  );
}
