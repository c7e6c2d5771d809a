// Opens the form that exports a device's readings as CSV. In the desktop app every page shows the progress of saving.
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import { useSaveState } from "../../../api/use-save-state.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { Dialog } from "../../../ui/dialogs/dialog.tsx";
import { ExportForm } from "./export-form.tsx";

interface Props {
  readonly device: Device;
  readonly view: TimeView;
}

export function ExportButton({ device, view }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const isSaving = useSaveState()?.kind === "saving";

  return (
    <>
      <button type="button" className="button" disabled={isSaving} onClick={() => setIsOpen(true)}>
        {pageText.exporting.open}
      </button>
      {isOpen && (
        <Dialog titleId="export-title" onClosed={() => setIsOpen(false)}>
          {(close) => <ExportForm device={device} shown={view.bounds} onClose={close} />}
        </Dialog>
      )}
    </>
  );
}
