// How a person wants the overview laid out: kept in the browser, unlike a search, which stands in the address.
import { Stored } from "../api/kept/stored.ts";

export interface OverviewLayout {
  readonly view: "cards" | "list";
  readonly group: "room" | "tag" | "none";
  readonly order: "name" | "hand";
  /** Ids in the order that was made by hand; devices that are not in it come after these, by name. */
  readonly byHand: readonly string[];
}

const DEFAULT: OverviewLayout = { view: "cards", group: "room", order: "name", byHand: [] };

export const overviewLayout = new Stored<OverviewLayout>("overview-layout", (kept) => {
  if (typeof kept !== "object" || kept === null) return DEFAULT;
  const { view, group, order, byHand }: Partial<Record<keyof OverviewLayout, unknown>> = kept;
  return {
    view: view === "list" ? view : DEFAULT.view,
    group: group === "tag" || group === "none" ? group : DEFAULT.group,
    order: order === "hand" ? order : DEFAULT.order,
    byHand: Array.isArray(byHand) ? byHand.filter((id) => typeof id === "string") : DEFAULT.byHand,
  };
});
