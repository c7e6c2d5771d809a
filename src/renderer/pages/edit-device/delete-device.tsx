// Deletes a device with its history, after a confirmation that names both.
import { useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useRemoval } from "../../api/devices/use-removal.ts";
import { useReadingCount } from "../../api/queries.ts";
import { nameAndId } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { historyText } from "./history-text.ts";
import styles from "./removal-section.module.css";

const t = pageText.removal;

export function DeleteDevice({ device }: { readonly device: Device }) {
  const [isAsking, setAsking] = useState(false);
  const removal = useRemoval(device, () => goTo(LINKS.overview));
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="delete">
      <div>
        <h2 id="delete">{t.delete}</h2>
        <p>{t.deleteMeaning}</p>
      </div>
      <button type="button" className="button danger" disabled={removal.isPending} onClick={() => setAsking(true)}>
        {t.deleteOpen}
      </button>
      {isAsking && (
        <Confirm
          question={t.deleteQuestion(nameAndId(device))}
          action={t.deleteAction}
          isPending={removal.isPending}
          pendingMessage={t.deleting}
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
  return <p>{t.whatGoes(historyText(count, device.metrics.length))}</p>;
}
