// The one polite live region of the window. What was announced is shown for a while, with a way to undo it where there is one.
import { useEffect, useRef } from "react";
import { announcement } from "../../api/announcements.ts";
import { useSignal } from "../../api/feed/signal.ts";
import { text } from "../../i18n/text.ts";
import { useReceipts } from "../use-receipts.ts";
import styles from "./announcer.module.css";

const SHOWN_MS = 8_000;
/** While a pointer or the keyboard is there: the way back is not to be gone when it is pressed. */
const HELD_PERIOD_MS = 1_000;

export function Announcer() {
  const said = useSignal(announcement);
  const toast = useRef<HTMLDivElement>(null);
  useReceipts();
  useEffect(() => {
    if (said === null) return;
    let timer = setTimeout(leave, SHOWN_MS);
    function leave() {
      if (toast.current?.matches(":hover, :focus-within")) timer = setTimeout(leave, HELD_PERIOD_MS);
      else announcement.set(null);
    }
    return () => clearTimeout(timer);
  }, [said]);
  const { undo } = said ?? {};
  return (
    <div ref={toast} className={said === null || said.isHeardOnly ? "unseen" : styles["toast"]}>
      <p role="status" data-announcer="">
        {said?.text}
      </p>
      {undo !== undefined && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            announcement.set(null);
            undo();
          }}
        >
          {text.shell.undo}
        </button>
      )}
    </div>
  );
}
