// What is said once, to eyes and ears alike: an approval, a receipt, a failure. The shell shows and reads out the latest.
import { Signal } from "./feed/signal.ts";

export interface Announcement {
  readonly text: string;
  /** Takes it back, at once or by a promise. That it failed is said by the shell: the page that offered it may be gone. */
  readonly undo?: () => unknown;
}

/** Shown and read out, with its way back. */
export const seen = new Signal<Announcement | null>(null);
/** Read out alone: it does not take the place of what is shown. */
export const heard = new Signal<Announcement | null>(null);

interface Options extends Omit<Announcement, "text"> {
  /** Where it happened it can be seen. */
  readonly isHeardOnly?: boolean;
}

export function announce(text: string, { isHeardOnly = false, ...more }: Options = {}): void {
  (isHeardOnly ? heard : seen).set({ text, ...more });
}
