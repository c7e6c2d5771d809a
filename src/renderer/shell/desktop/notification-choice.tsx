// Opens the settings of the desktop app's notifications.
import { useId, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { NotificationSettings, words } from "./notification-settings.tsx";

export function NotificationChoice() {
  const [isOpen, setOpen] = useState(false);
  const titleId = useId();
  return (
    <>
      <button type="button" className="button small" onClick={() => setOpen(true)}>
        {words.open}
      </button>
      {isOpen && (
        <Dialog titleId={titleId} onClosed={() => setOpen(false)}>
          {(close) => (
            <>
              <h2 id={titleId}>{words.title}</h2>
              <NotificationSettings />
              <button type="button" className="button" onClick={close}>
                {words.close}
              </button>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
