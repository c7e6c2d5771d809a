// Shares a device's page: makes a link with an end, and lists the open ones.
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import type { NewShare, Share } from "../../../../shared/security/access.ts";
import { useAccessChange, useShares } from "../../../api/access.ts";
import { apiUrl, explain, post, remove } from "../../../api/client.ts";
import { useHub } from "../../../api/queries.ts";
import { chosenHost, HubAddress } from "../../../device/hub-address.tsx";
import { hubLink } from "../../../i18n/hub-links.ts";
import { text } from "../../../i18n/text.ts";
import { formatInstant } from "../../../i18n/times.ts";
import { Copyable } from "../../../ui/copyable.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import form from "../../../ui/form.module.css";
import { QrCodeImage } from "../../../ui/qr-code.tsx";
import rows from "../../../ui/rows.module.css";
import { Segmented } from "../../../ui/segmented.tsx";
import styles from "./key-card.module.css";

const MINUTE_MS = 60_000;
const DAYS = [
  ["1", "1 day"],
  ["7", "7 days"],
  ["30", "30 days"],
] as const;

export function ShareButton({ device }: { readonly device: Device }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Share
      </button>
      {isOpen && (
        <Dialog titleId="share-title" onClosed={() => setOpen(false)}>
          {(close) => <ShareForm device={device} onDone={close} />}
        </Dialog>
      )}
    </>
  );
}

function ShareForm({ device, onDone }: { readonly device: Device; readonly onDone: () => void }) {
  const [days, setDays] = useState<(typeof DAYS)[number][0]>("7");
  const { data: shares = [] } = useShares();
  const making = useAccessChange("shares", (expiresInDays: number) =>
    post<NewShare>(apiUrl("shares"), { device: device.id, expiresInDays }),
  );
  const own = shares.filter((share) => share.device === device.id);
  return (
    <div className={form["form"]}>
      <h2 id="share-title">Share {device.name}</h2>
      <p>Whoever has the link sees this device’s page alone, and changes nothing.</p>
      <div>
        <Segmented legend="How long the link works" options={DAYS} value={days} onChange={setDays} />
      </div>
      {making.error && <p role="alert">{explain(making.error)}</p>}
      {making.data && <NewLink share={making.data} />}
      {own.length > 0 && (
        <section aria-label="Open links">
          <h2>Open links</h2>
          <ul className={rows["rows"]}>
            {own.map((share) => (
              <li key={share.id}>
                <OpenShare share={share} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          Close
        </button>
        <button
          type="button"
          className="button primary"
          disabled={making.isPending}
          onClick={() => making.mutate(Number(days))}
        >
          Make a link
        </button>
      </footer>
    </div>
  );
}

function NewLink({ share }: { readonly share: NewShare }) {
  const { data: hub } = useHub();
  const [chosen, setChosen] = useState<string>();
  if (hub === undefined) return null;
  const link = hubLink(chosenHost(hub, chosen), hub, "share", share.secret);
  return (
    <div className={styles["share"]}>
      <QrCodeImage text={link} label="QR code of the link" />
      <div>
        <HubAddress label={text.addDevice.linkAddress} hub={hub} chosen={chosen} onChosen={setChosen} />
        <p>It works until {formatInstant(share.expiresMs, MINUTE_MS)}, and is shown this once.</p>
        <Copyable code={link} label="Link" />
      </div>
    </div>
  );
}

function OpenShare({ share }: { readonly share: Share }) {
  const revocation = useAccessChange("shares", () => remove(apiUrl(`shares/${encodeURIComponent(share.id)}`)));
  const until = formatInstant(share.expiresMs, MINUTE_MS);
  return (
    <>
      <div>
        <strong>Until {until}</strong>
        <p>
          Made by {share.createdBy} on {formatInstant(share.createdMs, MINUTE_MS)}
        </p>
        {revocation.error && <p role="alert">{explain(revocation.error)}</p>}
      </div>
      <button
        type="button"
        className="button small danger"
        aria-label={`Revoke the link until ${until}`}
        disabled={revocation.isPending}
        onClick={() => revocation.mutate(undefined)}
      >
        Revoke
      </button>
    </>
  );
}
