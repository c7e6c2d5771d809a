// The polite live regions of the window: what was announced is shown for a while, with a way to undo it where there is one, or is
// read out alone.
import { useEffect, useState } from "react";
import { type Announcement, announce, heard, seen } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { type Signal, useSignal } from "../../api/feed/signal.ts";
import { text } from "../../i18n/text.ts";
import { useReceipts } from "../use-receipts.ts";
import styles from "./announcer.module.css";

const SHOWN_MS = 8_000;

export function Announcer() {
  // While a pointer or the keyboard is there: the way back is not to be gone when it is pressed.
  const [isHeld, setHeld] = useState(false);
  const shown = useForAWhile(seen, isHeld);
  const said = useForAWhile(heard, false);
  useReceipts();
  const { undo } = shown ?? {};
  return (
    <>
      <p className="unseen" role="status" data-announcer="heard">
        {said?.text}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: nothing can be done to it; it only stays while somebody is there. */}
      <div
        className={shown === null ? "unseen" : styles["toast"]}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={() => setHeld(false)}
      >
        <p role="status" data-announcer="seen">
          {shown?.text}
        </p>
        {undo !== undefined && (
          <button
            type="button"
            className="button small"
            onClick={() => {
              setHeld(false);
              seen.set(null);
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
    announce(text.shell.notUndone(error instanceof Error ? explain(error) : String(error)));
  }
}

function useForAWhile(signal: Signal<Announcement | null>, isHeld: boolean): Announcement | null {
  const value = useSignal(signal);
  useEffect(() => {
    if (value === null || isHeld) return;
    const timer = setTimeout(() => signal.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [signal, value, isHeld]);
  return value;
}
