// What a topic is given, and what it hands back.
import type { Stores } from "./stores.ts";

export interface Bench {
  /** On a real disk; everything that is made lies in it, and it is removed at the end. */
  readonly folder: string;
  /** Stores that several topics ask: each is built once. */
  readonly stores: Stores;
  /** Kinds of attack that are tried. */
  readonly attacks: readonly string[];
  /** How long the soak takes. */
  readonly minutes: number;
  /** Says what is being done, to whoever waits. */
  readonly tell: (words: string) => void;
}

export interface Topic {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<Row[]>;
}

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly bar: string;
  readonly measured: string;
  readonly passed: boolean;
}
