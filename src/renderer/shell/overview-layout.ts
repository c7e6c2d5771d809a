// A person's layout of the overview: stored in the browser, unlike the filters, which are in the address.
import { Stored } from "../api/local-storage/stored.ts";

export interface OverviewLayout {
  readonly view: "cards" | "list";
  readonly group: "room" | "tag" | "none";
  readonly order: "name" | "hand";
  /** Device ids in manual order; other devices come after these, by name. */
  readonly byHand: readonly string[];
}

const DEFAULT: OverviewLayout = { view: "cards", group: "room", order: "name", byHand: [] };

export const overviewLayout = new Stored<OverviewLayout>("overview-layout", (stored) => {
  if (typeof stored !== "object" || stored === null) return DEFAULT;
  const { view, group, order, byHand }: Partial<Record<keyof OverviewLayout, unknown>> = stored;
  return {
    view: view === "list" ? view : DEFAULT.view,
    group: group === "tag" || group === "none" ? group : DEFAULT.group,
    order: order === "hand" ? order : DEFAULT.order,
    byHand: Array.isArray(byHand) ? byHand.filter((id) => typeof id === "string") : DEFAULT.byHand,
  };
});
