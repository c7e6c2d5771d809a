// A list that changes by itself and has buttons: while a person is about to press one of them, its rows stay where they are.
import type { RefObject } from "react";
import { useSteady } from "./use-steady.ts";

/** The items as they are now, in the places that they were in when `region` came into use; one that is gone keeps its place. */
export function useSteadyList<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  region: RefObject<Element | null>,
): readonly Item[] {
  const known = new Map(items.map((item) => [idOf(item), item]));
  const places = useSteady(items, [...known.keys()].join("\n"), region);
  return places.map((item) => known.get(idOf(item)) ?? item);
}
