// Exports a device's readings as CSV: opens the form. How the saving goes is shown on every page.
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import { exportCsv } from "../../../api/platform.ts";
import { useSaveState } from "../../../api/use-save-state.ts";
import type { RangeName } from "../../../charts/ranges.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { ExportForm } from "./export-form.tsx";

interface Props {
  readonly device: Device;
  readonly shownRange: RangeName;
}

export function ExportButton({ device, shownRange }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const isSaving = useSaveState()?.kind === "saving";

  return (
    <>
      <button type="button" className="button" disabled={isSaving} onClick={() => setIsOpen(true)}>
        Export
      </button>
      {isOpen && (
        <Dialog titleId="export-title" onClosed={() => setIsOpen(false)}>
          {(close) => (
            <ExportForm
              device={device}
              shownRange={shownRange}
              onExport={(query) => {
                close();
                exportCsv(query, `${device.id.replaceAll(":", "-")}.csv`);
              }}
              onCancel={close}
            />
          )}
        </Dialog>
      )}
    </>
  );
}
