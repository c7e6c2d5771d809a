// The key of a device: gives it one, accepts the one that it shows, makes a new one, revokes it.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import type { DeviceKey, NewDeviceKey } from "../../../../shared/security/access.ts";
import { apiUrl, explain, postForNothing, remove } from "../../../api/client.ts";
import { useNow } from "../../../api/feed/use-now.ts";
import { GiveKey } from "../../../device/key/give-key.tsx";
import { NewKey } from "../../../device/key/new-key.tsx";
import { formatAgo, formatDate } from "../../../i18n/times.ts";
import { Confirm } from "../../../ui/confirm.tsx";
import styles from "./key-card.module.css";

export function KeyCard({ device }: { readonly device: Device }) {
  const { id, key, offeredKey } = device;
  const [made, setMade] = useState<NewDeviceKey | null>(null);
  return (
    <section className={`panel ${styles["card"]}`} aria-labelledby="key">
      <h2 id="key">Key</h2>
      {offeredKey && <OfferedKey id={id} code={offeredKey.code} />}
      {key === undefined ? (
        <>
          <p>None: anyone on this network can send readings in its name. With a key, nothing is taken without it.</p>
          <div className={styles["buttons"]}>
            <GiveKey device={id} label="Give it a key" onMade={setMade} />
          </div>
        </>
      ) : (
        <KnownKey deviceKey={key} onMade={setMade} />
      )}
      {made && <NewKey made={made} onClosed={() => setMade(null)} />}
    </section>
  );
}

function OfferedKey({ id, code }: { readonly id: string; readonly code: string }) {
  const acceptance = useMutation({
    mutationFn: () => postForNothing(apiUrl(`devices/${encodeURIComponent(id)}/key/accept`), { keyCode: code }),
  });
  return (
    <div className={styles["offer"]}>
      <p>
        It shows a key with the code <b>{code}</b>. Compare with the code on the device.
      </p>
      <button
        type="button"
        className="button small primary"
        disabled={acceptance.isPending}
        onClick={() => acceptance.mutate()}
      >
        Accept it
      </button>
      {acceptance.error && <p role="alert">{explain(acceptance.error)}</p>}
    </div>
  );
}

interface KnownKeyProps {
  readonly deviceKey: DeviceKey;
  readonly onMade: (made: NewDeviceKey) => void;
}

function KnownKey({ deviceKey, onMade }: KnownKeyProps) {
  const { device, code, madeBy, createdMs, lastUsedMs, revokedMs } = deviceKey;
  const nowMs = useNow(60_000);
  const [isAsking, setAsking] = useState(false);
  const revocation = useMutation({
    mutationFn: (afterwards: "closed" | "open") =>
      remove(apiUrl(`devices/${encodeURIComponent(device)}/key`, { afterwards })),
    onSuccess: () => setAsking(false),
  });
  return (
    <>
      {revokedMs === null ? (
        <p>
          Code <b>{code}</b>, {madeBy === "hub" ? "made here" : "brought by the device"} on {formatDate(createdMs)},{" "}
          {lastUsedMs === null ? "not used yet" : `last used ${formatAgo(lastUsedMs, nowMs)}`}.
        </p>
      ) : (
        <p>
          Its key was revoked on {formatDate(revokedMs)}. The device is <b>refused</b> until it has a new one.
        </p>
      )}
      <div className={styles["buttons"]}>
        <GiveKey device={device} label="New key" onMade={onMade} />
        {revokedMs === null && (
          <button type="button" className="button small danger" onClick={() => setAsking(true)}>
            Revoke
          </button>
        )}
        <button
          type="button"
          className="button small"
          disabled={revocation.isPending}
          onClick={() => revocation.mutate("open")}
        >
          Let it send without a key again
        </button>
      </div>
      {revocation.error && !isAsking && <p role="alert">{explain(revocation.error)}</p>}
      {isAsking && (
        <Confirm
          question={`Revoke the key of ${device}?`}
          action="Revoke"
          isPending={revocation.isPending}
          pendingMessage="Revoking…"
          errorMessage={revocation.error ? explain(revocation.error) : undefined}
          onConfirm={() => revocation.mutate("closed")}
          onClosed={() => setAsking(false)}
        >
          <p>The key counts no more, at once: the device is refused until it has a new one.</p>
        </Confirm>
      )}
    </>
  );
}
