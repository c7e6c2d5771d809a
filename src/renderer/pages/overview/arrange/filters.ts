// What the overview shows of all devices: in the address, so that a link and the way back lead to the same.
import { useSyncExternalStore } from "react";

export const STATES = ["", "look", "online", "offline"] as const;
export type StateFilter = (typeof STATES)[number];

export interface Filters {
  readonly query: string;
  /** Empty for all. */
  readonly room: string;
  readonly tag: string;
  readonly state: StateFilter;
  /** Nothing but the devices, large. */
  readonly isWall: boolean;
}

export const isStateFilter = (name: string): name is StateFilter => STATES.some((state) => state === name);

/** Parses `#/?q=…&room=…`; unknown values are ignored. */
export function parseFilters(hash: string): Filters {
  const values = new URLSearchParams(hash.split("?").slice(1).join("?"));
  const state = values.get("state") ?? "";
  return {
    query: values.get("q") ?? "",
    room: values.get("room") ?? "",
    tag: values.get("tag") ?? "",
    state: isStateFilter(state) ? state : "",
    isWall: values.get("wall") === "1",
  };
}

export function linkOf({ query, room, tag, state, isWall }: Filters): string {
  const values = Object.entries({ q: query, room, tag, state, wall: isWall ? "1" : "" });
  const search = new URLSearchParams(values.filter(([, value]) => value !== "")).toString();
  return search === "" ? "#/" : `#/?${search}`;
}

/** Replaces the entry of the history: the way back leads to another page, not through every letter. */
export function setFilters(filters: Filters): void {
  history.replaceState(history.state, "", linkOf(filters));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useFilters(): Filters {
  return parseFilters(useSyncExternalStore(subscribe, () => location.hash));
}
