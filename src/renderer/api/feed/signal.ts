// A value that changes outside React. Only the components that read it render when it changes.
import { useSyncExternalStore } from "react";

export class Signal<Value> {
  #value: Value;
  readonly #listeners = new Set<() => void>();

  constructor(initial: Value) {
    this.#value = initial;
  }

  readonly get = (): Value => this.#value;

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  /** Returns a function that unsubscribes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Where `isLive` is false a change renders nothing: the value is up to date again with the next render, or once it is live. */
export function useSignal<Value>(signal: Signal<Value>, isLive = true): Value {
  return useSyncExternalStore(isLive ? signal.subscribe : subscribeToNothing, signal.get);
}

const subscribeToNothing = () => () => undefined;
