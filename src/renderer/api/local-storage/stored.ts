// A person's choice about the window, in the browser's local storage. Without local storage it lasts as long as the page.
import { useSyncExternalStore } from "react";

export class Stored<Value> {
  readonly #key: string;
  readonly #parse: (kept: unknown) => Value;
  readonly #listeners = new Set<() => void>();
  #value: Value;

  /** `parse` gets the stored value of any shape, or undefined; for an invalid one it returns the default. */
  constructor(key: string, parse: (kept: unknown) => Value) {
    this.#key = key;
    this.#parse = parse;
    this.#value = parse(read(key));
    // Another window of the same browser chose.
    window.addEventListener("storage", (event) => event.key === key && this.#show(parse(read(key))));
  }

  readonly get = (): Value => this.#value;

  set(value: Value): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch (error) {
      console.warn(`${this.#key} is not kept`, error);
    }
    this.#show(this.#parse(value));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #show(value: Value): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
}

export function useStored<Value>(stored: Stored<Value>): Value {
  return useSyncExternalStore(stored.subscribe, stored.get);
}

/** Undefined where nothing is kept, nothing can be, or it is no JSON. */
function read(key: string): unknown {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? undefined : JSON.parse(kept);
  } catch {
    return undefined;
  }
}
