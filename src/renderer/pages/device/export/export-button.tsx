// Exports a device's readings as CSV: opens the form, then shows where the file was saved.
import { useEffect, useState } from "react";
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { type ExportOutcome, exportCsv } from "../../../api/platform.ts";
import type { RangeName } from "../../../charts/ranges.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import styles from "./export-button.module.css";
import { ExportForm } from "./export-form.tsx";

const TOAST_DURATION_MS = 8_000;

interface Props {
  readonly device: Device;
  readonly shownRange: RangeName;
}

export function ExportButton({ device, shownRange }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const [outcome, setOutcome] = useState<ExportOutcome>();

  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), TOAST_DURATION_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function save(query: ExportQuery) {
    setOutcome(await exportCsv(query, `${device.id.replaceAll(":", "-")}.csv`));
  }

  const message = outcome && outcomeMessage(outcome);
  return (
    <>
      <button type="button" className="button" onClick={() => setIsOpen(true)}>
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
                void save(query);
              }}
              onCancel={close}
            />
          )}
        </Dialog>
      )}
      <div className={styles["toastPlace"]} role="status">
        {message && <p className={styles["toast"]}>{message}</p>}
      </div>
    </>
  );
}

function outcomeMessage(outcome: ExportOutcome): string | undefined {
  switch (outcome.kind) {
    case "saved":
      return `Saved to ${outcome.path}`;
    case "failed":
      return `Not saved: ${outcome.reason}`;
    case "cancelled":
    case "handed-over":
      return undefined;
  }
}
