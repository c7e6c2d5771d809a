// Ctrl+K, on a Mac Cmd+K, anywhere in the window.
import { useEffect, useEffectEvent } from "react";
import { isCommandKey } from "../../ui/modifier-key.ts";

export function useFindKey(find: () => void): void {
  const onFind = useEffectEvent(find);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (key.toLowerCase() !== "k" || ctrlKey === metaKey || altKey || shiftKey) return;
      // On a Mac Ctrl+K cuts a text field's line off behind the cursor.
      if (ctrlKey === isCommandKey) return;
      // Browsers use it for their own address field.
      event.preventDefault();
      onFind();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
