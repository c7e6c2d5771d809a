// Merges two devices that are the same Pi, which got a new id when it was set up again. The one seen last is kept, since its
// id is the one that the Pi sends now.
import { useState } from "react";
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useDevices, useReadingCount } from "../../api/queries.ts";
import { type Merge, useMerge } from "../../api/use-removal.ts";
import { nameAndId, ownName } from "../../i18n/names.ts";
import { historyText } from "../../i18n/numbers.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { Confirm } from "../../ui/confirm.tsx";
import styles from "./removal-section.module.css";

export function MergeDevice({ device }: { readonly device: Device }) {
  const { data: devices = [] } = useDevices();
  const [otherId, setOtherId] = useState("");
  const [asked, setAsked] = useState<Merge | null>(null);
  const merge = useMerge(({ id }) => goTo(LINKS.device(id)));
  const others = devices.filter(({ id }) => id !== device.id);
  const other = others.find(({ id }) => id === otherId);
  if (others.length === 0) return null;
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="merge">
      <div>
        <h2 id="merge">This device is the same as another</h2>
        <p>A Pi that was set up anew may have a new id. Both become one device, with one history.</p>
      </div>
      <div className={styles["choice"]}>
        <select aria-label="The same as" value={other?.id ?? ""} onChange={(event) => setOtherId(event.target.value)}>
          <option value="">Choose the other one</option>
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
          onClick={() => other && setAsked(mergeOrder(device, other))}
        >
          Merge…
        </button>
      </div>
      {asked && (
        <Confirm
          question={`Are ${nameAndId(asked.source)} and ${nameAndId(asked.target)} the same device?`}
          action="Merge them"
          isPending={merge.isPending}
          pendingMessage="Moving the readings. Millions of them take some seconds."
          errorMessage={merge.error ? explain(merge.error) : undefined}
          onConfirm={() => merge.mutate(asked)}
          onClosed={() => setAsked(null)}
        >
          <WhatHappens {...asked} />
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
        {source.id}, with {historyText(count, source.metrics.length)}, becomes part of {target.id}, which was heard
        last.
        {takesName && ` It is called ${source.name} from then on.`} Where both have a reading at the same moment, that
        of {target.id} stays.
      </p>
      <p>
        {source.id} is gone then, with its commands. This cannot be undone. If {source.id} sends again, it is a new
        device.
      </p>
    </>
  );
}
