// A comparison that people named: series of any devices, and the time that they are shown in.
import { type Static, Type } from "typebox";

/** Lines of one view: more cannot be distinguished. */
export const MAX_SERIES_PER_VIEW = 12;

export const ViewSeries = Type.Object({
  device: Type.String({ minLength: 1, maxLength: 128 }),
  metric: Type.String({ minLength: 1, maxLength: 256 }),
});
export type ViewSeries = Static<typeof ViewSeries>;

export const ViewRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64, pattern: "\\S" }),
  series: Type.Array(ViewSeries, { minItems: 1, maxItems: MAX_SERIES_PER_VIEW }),
  range: Type.Optional(
    Type.String({ maxLength: 16, pattern: "^[a-z0-9]+$", description: "as the window names it, such as 24h" }),
  ),
});
export type ViewRequest = Static<typeof ViewRequest>;

export const SavedView = Type.Object({ id: Type.String(), ...ViewRequest.properties });
export type SavedView = Static<typeof SavedView>;

export const ViewList = Type.Object({ views: Type.Array(SavedView) });
export type ViewList = Static<typeof ViewList>;
