// The one polite live region of the window. What was announced is shown for a while, with a way to undo it where there is one.
import { useEffect, useState } from "react";
import { announcement } from "../../api/announcements.ts";
import { useSignal } from "../../api/feed/signal.ts";
import { text } from "../../i18n/text.ts";
import { useReceipts } from "../use-receipts.ts";
import styles from "./announcer.module.css";

const SHOWN_MS = 8_000;

export function Announcer() {
  const said = useSignal(announcement);
  const [isHovered, setHovered] = useState(false);
  useReceipts();
  useEffect(() => {
    if (said === null || isHovered) return;
    const timer = setTimeout(() => announcement.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said, isHovered]);
  const { undo } = said ?? {};
  return (
    <div
      className={said === null || said.isHeardOnly ? "unseen" : styles["toast"]}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
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
