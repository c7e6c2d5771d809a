// Readings of several series in one response, in the formats of Grafana's Infinity data source: rows for its own columns, and frames
// with a column of times and one of values for each series.
import { type Static, Type } from "typebox";
import { Names, Time } from "../api.ts";

/** More would be an unreadable chart, and take seconds. */
export const MAX_FRAMES = 100;

export const FramesQuery = Type.Object({
  device: Names("device ids; all without it"),
  metric: Names("metric names; all without it"),
  from: Time("start, included"),
  to: Time("end, excluded"),
  points: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, default: 500, description: "of each series, at most" }),
  ),
  value: Type.Optional(
    Type.Union([Type.Literal("avg"), Type.Literal("min"), Type.Literal("max")], {
      default: "avg",
      description: "which value stands for the readings of a point",
    }),
  ),
  shape: Type.Optional(
    Type.Union([Type.Literal("frames"), Type.Literal("rows")], {
      default: "frames",
      description: "frames: columns for each series; rows: one object for each point",
    }),
  ),
});

const Labels = Type.Object({ device: Type.String(), metric: Type.String(), unit: Type.Optional(Type.String()) });

/** As Grafana writes its data frames down as JSON. */
const Frame = Type.Object({
  schema: Type.Object({
    name: Type.String({ description: "device and metric" }),
    fields: Type.Tuple([
      Type.Object({ name: Type.Literal("time"), type: Type.Literal("time") }),
      Type.Object({ name: Type.Literal("value"), type: Type.Literal("number"), labels: Labels }),
    ]),
  }),
  data: Type.Object({
    values: Type.Array(Type.Array(Type.Number()), { description: "times in milliseconds UTC, and as many values" }),
  }),
});
export type Frame = Static<typeof Frame>;

const Row = Type.Object({
  time: Type.Integer({ description: "milliseconds UTC" }),
  device: Type.String(),
  metric: Type.String(),
  value: Type.Number(),
});

export const Frames = Type.Object({
  frames: Type.Optional(Type.Array(Frame)),
  rows: Type.Optional(Type.Array(Row, { description: "oldest first within a series" })),
});
export type Frames = Static<typeof Frames>;
