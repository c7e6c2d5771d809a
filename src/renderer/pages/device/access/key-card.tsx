// The key of a device: creates one, accepts an offered one, replaces or revokes it.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import type { DeviceKey, NewDeviceKey } from "../../../../shared/security/access.ts";
import { apiUrl, explain, postForNothing, remove } from "../../../api/client.ts";
import { useNow } from "../../../api/feed/use-now.ts";
import { GiveKey } from "../../../device/key/give-key.tsx";
import { NewKey } from "../../../device/key/new-key.tsx";
import { Around } from "../../../i18n/around.tsx";
import { pageText } from "../../../i18n/page-text.ts";
import { formatAgo, formatDate } from "../../../i18n/times.ts";
import { Confirm } from "../../../ui/dialogs/confirm.tsx";
import styles from "./key-card.module.css";

const t = pageText.keys;

export function KeyCard({ device }: { readonly device: Device }) {
  const { id, key, offeredKey } = device;
  const [made, setMade] = useState<NewDeviceKey | null>(null);
  return (
    <section className={`panel ${styles["card"]}`} aria-labelledby="key">
      <h2 id="key">{t.title}</h2>
      {offeredKey && <OfferedKey id={id} code={offeredKey.code} />}
      {key === undefined ? (
        <>
          <p>{t.none}</p>
          <div className={styles["buttons"]}>
            <GiveKey device={id} label={t.give} onMade={setMade} />
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
        <Around sentence={t.offered(code)} part={code}>
          <b>{code}</b>
        </Around>
      </p>
      <button
        type="button"
        className="button small primary"
        disabled={acceptance.isPending}
        onClick={() => acceptance.mutate()}
      >
        {t.accept}
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
  const ask = () => {
    // Why it failed before says nothing of this time.
    if (revocation.isError) revocation.reset();
    setAsking(true);
  };
  const use = lastUsedMs === null ? t.unused : t.lastUsed(formatAgo(lastUsedMs, nowMs));
  return (
    <>
      {revokedMs === null ? (
        <p>
          <Around sentence={(madeBy === "hub" ? t.madeHere : t.brought)(code, formatDate(createdMs), use)} part={code}>
            <b>{code}</b>
          </Around>
        </p>
      ) : (
        <p>
          <Around sentence={t.revokedOn(formatDate(revokedMs))} part={t.refused}>
            <b>{t.refused}</b>
          </Around>
        </p>
      )}
      <div className={styles["buttons"]}>
        <GiveKey device={device} label={t.newKey} onMade={onMade} />
        {revokedMs === null && (
          <button type="button" className="button small danger" onClick={ask}>
            {t.revoke}
          </button>
        )}
        <button
          type="button"
          className="button small"
          disabled={revocation.isPending}
          onClick={() => revocation.mutate("open")}
        >
          {t.openAgain}
        </button>
      </div>
      {revocation.error && !isAsking && <p role="alert">{explain(revocation.error)}</p>}
      {isAsking && (
        <Confirm
          question={t.revokeQuestion(device)}
          action={t.revoke}
          isPending={revocation.isPending}
          pendingMessage={t.revoking}
          errorMessage={revocation.error ? explain(revocation.error) : undefined}
          onConfirm={() => revocation.mutate("closed")}
          onClosed={() => setAsking(false)}
        >
          <p>{t.revokeMeaning}</p>
        </Confirm>
      )}
    </>
  );
}
