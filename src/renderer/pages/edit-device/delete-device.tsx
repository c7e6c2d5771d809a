// Deletes a device with its history, after a confirmation that names both.
import { useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useReadingCount } from "../../api/queries.ts";
import { useRemoval } from "../../api/use-removal.ts";
import { nameAndId } from "../../i18n/names.ts";
import { historyText } from "../../i18n/numbers.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { Confirm } from "../../ui/confirm.tsx";
import styles from "./removal-section.module.css";

export function DeleteDevice({ device }: { readonly device: Device }) {
  const [isAsking, setAsking] = useState(false);
  const removal = useRemoval(device, () => goTo(LINKS.overview));
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="delete">
      <div>
        <h2 id="delete">Delete it</h2>
        <p>It goes for ever, with everything that it sent.</p>
      </div>
      <button type="button" className="button danger" disabled={removal.isPending} onClick={() => setAsking(true)}>
        Delete with its history…
      </button>
      {isAsking && (
        <Confirm
          question={`Delete ${nameAndId(device)} with its history?`}
          action="Delete with its history"
          isPending={removal.isPending}
          pendingMessage="Removing its readings…"
          errorMessage={removal.error ? explain(removal.error) : undefined}
          onConfirm={() => removal.mutate()}
          onClosed={() => setAsking(false)}
        >
          <WhatGoes device={device} />
        </Confirm>
      )}
    </section>
  );
}

function WhatGoes({ device }: { readonly device: Device }) {
  const { data: count } = useReadingCount(device);
  return (
    <p>
      It goes with {historyText(count, device.metrics.length)} and its commands. This cannot be undone. If it sends
      again, it is a new device.
    </p>
  );
}
