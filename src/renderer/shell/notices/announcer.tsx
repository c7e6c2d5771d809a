// The polite live regions of the window: an announcement is shown for some seconds, with an undo if it has one, or is only read by
// screen readers.
import { useEffect, useState } from "react";
import { type Announcement, announce, screenReaderAnnouncement, visibleAnnouncement } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { type Signal, useSignal } from "../../api/feed/signal.ts";
import { text } from "../../i18n/text.ts";
import { useReceipts } from "../use-receipts.ts";
import styles from "./announcer.module.css";

const SHOWN_MS = 8_000;

export function Announcer() {
  // True while the pointer or the focus is inside, so that the undo does not disappear under a press.
  const [isHeld, setHeld] = useState(false);
  const shown = useTemporarily(visibleAnnouncement, isHeld);
  const readOut = useTemporarily(screenReaderAnnouncement, false);
  useReceipts();
  const { undo } = shown ?? {};
  // The keys: a text that is there already is read again only where it is written anew.
  return (
    <>
      <p className="unseen" role="status" data-announcer="screen-reader">
        <span key={readOut?.id}>{readOut?.text}</span>
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: not interactive: hover and focus only keep it open. */}
      <div
        className={shown === null ? "unseen" : styles["toast"]}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={() => setHeld(false)}
      >
        <p role="status" data-announcer="visible">
          <span key={shown?.id}>{shown?.text}</span>
        </p>
        {undo !== undefined && (
          <button
            type="button"
            className="button small"
            onClick={() => {
              setHeld(false);
              visibleAnnouncement.set(null);
              void takeBack(undo);
            }}
          >
            {text.shell.undo}
          </button>
        )}
      </div>
    </>
  );
}

async function takeBack(undo: () => unknown): Promise<void> {
  try {
    await undo();
  } catch (error) {
    announce(text.shell.notUndone(error instanceof Error ? explain(error) : String(error)), { undo });
  }
}

function useTemporarily(signal: Signal<Announcement | null>, isHeld: boolean): Announcement | null {
  const value = useSignal(signal);
  useEffect(() => {
    if (value === null || isHeld) return;
    const timer = setTimeout(() => signal.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [signal, value, isHeld]);
  return value;
}
