// Opens a CSV file that is dropped anywhere in the window on the import page.
import { useEffect } from "react";
import { goTo, LINKS } from "./use-route.ts";

let dropped: File | null = null;

/** The file that was dropped last, once. */
export function takeDroppedFile(): File | null {
  const file = dropped;
  dropped = null;
  return file;
}

export function useDroppedFiles(mayImport: boolean): void {
  useEffect(() => {
    if (!mayImport) return;
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      // Without it the browser opens the file in place of the page.
      event.preventDefault();
      if (!/\.(?:csv|tsv|txt)$/i.test(file.name)) return;
      dropped = file;
      goTo(LINKS.import);
      window.dispatchEvent(new Event("bramble-file"));
    };
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, [mayImport]);
}
