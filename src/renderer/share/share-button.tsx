// Shares a device's page, or a named comparison: makes a link with an end, and lists the open ones.
import { useState } from "react";
import type { NewShare, Share } from "../../shared/security/access.ts";
import { MINUTE_MS } from "../../shared/time.ts";
import { useAccessChange, useShares } from "../api/access.ts";
import { apiUrl, explain, post, remove } from "../api/client.ts";
import { useHub } from "../api/queries.ts";
import { chosenHost, HubAddress } from "../device/hub-address.tsx";
import { hubLink } from "../i18n/hub-links.ts";
import { pageText } from "../i18n/page-text.ts";
import { formatInstant } from "../i18n/times.ts";
import { Copyable } from "../ui/copyable.tsx";
import { Dialog } from "../ui/dialogs/dialog.tsx";
import form from "../ui/form.module.css";
import { QrCodeImage } from "../ui/qr-code.tsx";
import rows from "../ui/rows.module.css";
import { Segmented } from "../ui/segmented.tsx";
import styles from "./share-button.module.css";

const DAYS = ["1", "7", "30"] as const;

/** What is shared: its name, and what it is. */
type Subject = { readonly name: string } & ({ readonly device: string } | { readonly view: string });

export function ShareButton({ subject }: { readonly subject: Subject }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {pageText.share.share}
      </button>
      {isOpen && (
        <Dialog titleId="share-title" onClosed={() => setOpen(false)}>
          {(close) => <ShareForm subject={subject} onDone={close} />}
        </Dialog>
      )}
    </>
  );
}

function ShareForm({ subject, onDone }: { readonly subject: Subject; readonly onDone: () => void }) {
  const { name, ...shown } = subject;
  const [days, setDays] = useState<(typeof DAYS)[number]>("7");
  const shares = useShares();
  const making = useAccessChange("shares", (expiresInDays: number) =>
    post<NewShare>(apiUrl("shares"), { ...shown, expiresInDays }),
  );
  const isOwn = ({ device, view }: Share) => ("device" in shown ? device === shown.device : view === shown.view);
  const own = shares.data?.filter(isOwn) ?? [];
  return (
    <div className={form["form"]}>
      <h2 id="share-title">{pageText.share.title(name)}</h2>
      <p>{"device" in shown ? pageText.share.showsDevice : pageText.share.showsView}</p>
      <div>
        <Segmented
          legend={pageText.share.howLong}
          options={DAYS.map((count) => [count, pageText.share.days(Number(count))] as const)}
          value={days}
          onChange={setDays}
        />
      </div>
      {making.error && <p role="alert">{explain(making.error)}</p>}
      {making.data && <NewLink share={making.data} />}
      {shares.isLoadingError && (
        <p role="alert">
          {pageText.share.notLoaded} {explain(shares.error)}
        </p>
      )}
      {own.length > 0 && (
        <section aria-label={pageText.share.openLinks}>
          <h2>{pageText.share.openLinks}</h2>
          <ul className={rows["rows"]}>
            {own.map((share) => (
              <li key={share.id}>
                <OpenShare share={share} onRevoked={() => making.data?.id === share.id && making.reset()} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          {pageText.share.close}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={making.isPending}
          onClick={() => making.mutate(Number(days))}
        >
          {pageText.share.make}
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
      <QrCodeImage text={link} label={pageText.share.qrCode} />
      <div>
        <HubAddress label={pageText.addDevice.linkAddress} hub={hub} chosen={chosen} onChosen={setChosen} />
        <p>{pageText.share.worksUntil(formatInstant(share.expiresMs, MINUTE_MS))}</p>
        <Copyable code={link} label={pageText.share.link} />
      </div>
    </div>
  );
}

interface OpenShareProps {
  readonly share: Share;
  readonly onRevoked: () => void;
}

function OpenShare({ share, onRevoked }: OpenShareProps) {
  const revocation = useAccessChange("shares", async () => {
    await remove(apiUrl(`shares/${encodeURIComponent(share.id)}`));
    onRevoked();
  });
  const until = formatInstant(share.expiresMs, MINUTE_MS);
  return (
    <>
      <div>
        <strong>{pageText.share.until(until)}</strong>
        <p>
          {pageText.share.madeBy(pageText.others.actor(share.createdBy), formatInstant(share.createdMs, MINUTE_MS))}
        </p>
        {revocation.error && <p role="alert">{explain(revocation.error)}</p>}
      </div>
      <button
        type="button"
        className="button small danger"
        aria-label={pageText.share.revokeUntil(until)}
        disabled={revocation.isPending}
        onClick={() => revocation.mutate(undefined)}
      >
        {pageText.share.revoke}
      </button>
    </>
  );
}
