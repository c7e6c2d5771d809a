// What is said once, to eyes and ears alike: an approval, a receipt, a failure. The shell shows and reads out the latest.
import { Signal } from "./feed/signal.ts";

export interface Announcement {
  readonly text: string;
  /** Only read out: where it happened it can be seen. */
  readonly isHeardOnly?: boolean;
  readonly undo?: () => void;
}

export const announcement = new Signal<Announcement | null>(null);

export function announce(text: string, more: Omit<Announcement, "text"> = {}): void {
  announcement.set({ text, ...more });
}
