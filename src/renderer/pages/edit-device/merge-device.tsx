// Merges two devices that are the same Pi, which got a new id when it was set up again. The one seen last is kept, since its
// id is the one that the Pi sends now.
import { useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { type Merge, useMerge } from "../../api/devices/use-removal.ts";
import { useDevices, useReadingCount } from "../../api/queries.ts";
import { nameAndId, ownName } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { historyText } from "./history-text.ts";
import styles from "./removal-section.module.css";

const t = pageText.removal;

export function MergeDevice({ device }: { readonly device: Device }) {
  const { data: devices = [] } = useDevices();
  const [otherId, setOtherId] = useState("");
  const [proposed, setProposed] = useState<Merge | null>(null);
  const merge = useMerge(({ id }) => goTo(LINKS.device(id)));
  const others = devices.filter(({ id }) => id !== device.id);
  const other = others.find(({ id }) => id === otherId);
  const ask = (wanted: Merge) => {
    // Why the last one failed says nothing of this one.
    if (merge.isError) merge.reset();
    setProposed(wanted);
  };
  if (others.length === 0) return null;
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="merge">
      <div>
        <h2 id="merge">{t.merge}</h2>
        <p>{t.mergeMeaning}</p>
      </div>
      <div className={styles["choice"]}>
        <select aria-label={t.sameAs} value={other?.id ?? ""} onChange={(event) => setOtherId(event.target.value)}>
          <option value="">{t.chooseOther}</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {nameAndId(one)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button"
          disabled={other === undefined || merge.isPending}
          onClick={() => other && ask(mergeOrder(device, other))}
        >
          {t.mergeOpen}
        </button>
      </div>
      {proposed && (
        <Confirm
          question={t.mergeQuestion(nameAndId(proposed.source), nameAndId(proposed.target))}
          action={t.mergeAction}
          isPending={merge.isPending}
          pendingMessage={t.merging}
          errorMessage={merge.error ? explain(merge.error) : undefined}
          onConfirm={() => merge.mutate(proposed)}
          onClosed={() => setProposed(null)}
        >
          <WhatHappens {...proposed} />
        </Confirm>
      )}
    </section>
  );
}

function mergeOrder(one: Device, other: Device): Merge {
  return one.lastSeenMs > other.lastSeenMs ? { source: other, target: one } : { source: one, target: other };
}

function WhatHappens({ source, target }: Merge) {
  const { data: count } = useReadingCount(source);
  const takesName = source.name !== ownName(source) && target.name === ownName(target);
  return (
    <>
      <p>
        {t.becomesPart(source.id, historyText(count, source.metrics.length), target.id)}
        {takesName && ` ${t.takesName(source.name)}`} {t.bothHave(target.id)}
      </p>
      <p>{t.isGone(source.id)}</p>
    </>
  );
}
