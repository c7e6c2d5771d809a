// Announcements to sighted people and screen readers: an approval, a receipt, a failure. The shell shows the latest.
import { Signal } from "./feed/signal.ts";

export interface Announcement {
  /** Tells those of the same text apart. */
  readonly id: number;
  readonly text: string;
  /** Takes it back, at once or by a promise. That it failed is said by the shell: the page that offered it may be gone. */
  readonly undo?: () => unknown;
}

/** Shown in a toast, with its undo, and read by screen readers. */
export const visibleAnnouncement = new Signal<Announcement | null>(null);
/** Only for screen readers: does not replace the toast. */
export const screenReaderAnnouncement = new Signal<Announcement | null>(null);

interface Options extends Omit<Announcement, "id" | "text"> {
  /** For outcomes that are visible elsewhere on the page. */
  readonly isScreenReaderOnly?: boolean;
}

let announced = 0;

export function announce(text: string, { isScreenReaderOnly = false, ...more }: Options = {}): void {
  (isScreenReaderOnly ? screenReaderAnnouncement : visibleAnnouncement).set({ id: announced++, text, ...more });
}
