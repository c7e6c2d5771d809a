// Calls back when Escape is pressed anywhere but in a dialog, which handles Escape itself, or while an input method composes.
import { useEffect } from "react";

export function useEscape(leave: () => void): void {
  useEffect(() => {
    const onKey = ({ key, isComposing, target }: KeyboardEvent) => {
      const isElsewhere = target instanceof Element && target.closest("dialog") !== null;
      if (key === "Escape" && !isComposing && !isElsewhere) leave();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [leave]);
}
