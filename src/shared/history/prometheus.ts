// The part of Prometheus' HTTP API that Grafana uses. Parameters come in the path or as a form; times are seconds since 1970 or ISO
// 8601.
import { type Static, Type } from "typebox";

const Seconds = (description: string) =>
  Type.Optional(Type.String({ description: `${description}: seconds since 1970, or ISO 8601` }));
const Limit = Type.Optional(Type.String({ description: "of the answer; 0 is none" }));
const Selectors = Type.Optional(
  Type.Union([Type.String(), Type.Array(Type.String())], { description: "selectors, of which one has to match" }),
);
const timeout = Type.Optional(Type.String({ description: "seconds, or a duration such as 10s; 30 s at most" }));

export const InstantQueryParams = Type.Object({
  query: Type.Optional(Type.String({ description: "PromQL" })),
  time: Seconds("when; now without it"),
  timeout,
});

export const RangeQueryParams = Type.Object({
  query: Type.Optional(Type.String({ description: "PromQL" })),
  start: Seconds("the first point"),
  end: Seconds("the last point, included"),
  step: Type.Optional(Type.String({ description: "between points: seconds, or a duration such as 15s" })),
  timeout,
});

export const SeriesParams = Type.Object({
  "match[]": Selectors,
  start: Seconds("series without readings from then on are left out"),
  end: Seconds("taken, and not looked at"),
  limit: Limit,
});

export const LabelParams = Type.Object({ name: Type.String() });
export const FormatParams = Type.Object({ query: Type.Optional(Type.String()) });
export const MetadataParams = Type.Object({ metric: Type.Optional(Type.String()), limit: Limit });

const Point = Type.Tuple([Type.Number({ description: "seconds since 1970" }), Type.String({ description: "value" })]);
const Labels = Type.Record(Type.String(), Type.String());
const success = { status: Type.Literal("success") };

export const QueryAnswer = Type.Object({
  ...success,
  data: Type.Union([
    Type.Object({ resultType: Type.Literal("scalar"), result: Point }),
    Type.Object({
      resultType: Type.Literal("vector"),
      result: Type.Array(Type.Object({ metric: Labels, value: Point })),
    }),
    Type.Object({
      resultType: Type.Literal("matrix"),
      result: Type.Array(Type.Object({ metric: Labels, values: Type.Array(Point) })),
    }),
  ]),
});
export type QueryAnswer = Static<typeof QueryAnswer>;

const warnings = Type.Optional(Type.Array(Type.String()));
export const LabelsAnswer = Type.Object({ ...success, data: Type.Array(Type.String()), warnings });
export const SeriesAnswer = Type.Object({ ...success, data: Type.Array(Labels), warnings });
export const FormatAnswer = Type.Object({ ...success, data: Type.String() });
export const MetadataAnswer = Type.Object({
  ...success,
  data: Type.Record(
    Type.String(),
    Type.Array(Type.Object({ type: Type.String(), help: Type.String(), unit: Type.String() })),
  ),
});
export const BuildInfoAnswer = Type.Object({
  ...success,
  data: Type.Object({
    version: Type.String({ description: "of Prometheus, whose answers these are like" }),
    revision: Type.String({ description: "of Bramble" }),
    branch: Type.String(),
    buildUser: Type.String(),
    buildDate: Type.String(),
    goVersion: Type.String(),
  }),
});
