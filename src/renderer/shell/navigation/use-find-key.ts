// Ctrl+K, on a Mac Cmd+K, anywhere in the window.
import { useEffect, useEffectEvent } from "react";

export function useFindKey(find: () => void): void {
  const onFind = useEffectEvent(find);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (key.toLowerCase() !== "k" || ctrlKey === metaKey || altKey || shiftKey) return;
      // Browsers use it for their own address field.
      event.preventDefault();
      onFind();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
