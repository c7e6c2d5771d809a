// /api/prometheus: the API that Grafana's Prometheus data source uses, with this path as its address. Errors have Prometheus'
// shape, but those of authentication.
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteHandlerMethod } from "fastify";
import { Type } from "typebox";
import {
  BuildInfoAnswer,
  FormatAnswer,
  FormatParams,
  InstantQueryParams,
  LabelParams,
  LabelsAnswer,
  MetadataAnswer,
  MetadataParams,
  QueryAnswer,
  RangeQueryParams,
  SeriesAnswer,
  SeriesParams,
} from "../../../../../shared/history/prometheus.ts";
import { render } from "../../../../../shared/messages/render.ts";
import { READING_GAUGES } from "../../../../observe/reading-metrics.ts";
import { type QueryAnswer as Answer, answerText } from "../../../../prometheus/answer.ts";
import type { Found, PrometheusApi, Requester, SeriesQuery } from "../../../../prometheus/prometheus-api.ts";
import { QueryError, type QueryErrorType } from "../../../../prometheus/query-error.ts";
import { MAX_SERIES } from "../../../../prometheus/reading-series.ts";
import { languageOf } from "../../errors.ts";
import { goneSignal } from "../../gone.ts";
import type { HttpPacing } from "../../pacing.ts";
import { route } from "../../route.ts";
import { sendInTurns } from "../../send-stream.ts";
import { Parameters } from "./parameters.ts";

export interface PrometheusRouteOptions {
  readonly prometheus: PrometheusApi;
  readonly version: string;
  readonly pacing: Pick<HttpPacing, "shareOf">;
}

const PATH = "/api/prometheus/api/v1";
const FORM = "application/x-www-form-urlencoded";
const PROTOBUF = "application/x-protobuf";
const MAX_FORM_BYTES = 64 * 1024;
/** Grafana uses the features of this version. */
const PROMETHEUS_VERSION = "3.0.0";
const STATUS: Readonly<Record<QueryErrorType, number>> = { bad_data: 400, execution: 422, timeout: 503, canceled: 503 };

export function addPrometheusRoutes(app: FastifyInstance, options: PrometheusRouteOptions): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "string", bodyLimit: MAX_FORM_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    scope.addContentTypeParser(PROTOBUF, { parseAs: "buffer", bodyLimit: MAX_FORM_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    scope.setErrorHandler((error, request, reply) => sendError(error, request, reply));

    addQueryRoutes(scope, options);
    addSeriesRoutes(scope, options);
    addRemoteReadRoute(scope, options);
    addServerRoutes(scope, options);
  });
}

function addQueryRoutes(app: FastifyInstance, { prometheus, pacing }: PrometheusRouteOptions): void {
  const send = (reply: FastifyReply, answer: Answer) => {
    reply.header("Content-Type", "application/json; charset=utf-8");
    if (reply.request.method === "HEAD") return reply.send();
    return sendInTurns(reply, pacing.shareOf(reply.request.raw), answerText(answer));
  };
  addBoth(app, "query", {
    schema: {
      summary: "A query at one time, in the part of PromQL that the hub answers",
      querystring: InstantQueryParams,
      produces: { "application/json": QueryAnswer },
    },
    handler: async (request, reply) => {
      const parameters = new Parameters(request);
      const requester = requesterOf(request, reply, parameters);
      return send(reply, await prometheus.query(parameters.text("query"), parameters.timeMs("time"), requester));
    },
  });

  addBoth(app, "query_range", {
    schema: {
      summary: "A query at each step of a stretch of time",
      querystring: RangeQueryParams,
      produces: { "application/json": QueryAnswer },
    },
    handler: async (request, reply) => {
      const parameters = new Parameters(request);
      const requester = requesterOf(request, reply, parameters);
      return send(reply, await prometheus.queryRange(parameters.text("query"), parameters.range(), requester));
    },
  });

  addBoth(app, "format_query", {
    schema: { summary: "A query as it is understood", querystring: FormatParams, response: { 200: FormatAnswer } },
    handler: async (request) => ({
      status: "success",
      data: prometheus.format(new Parameters(request).text("query")),
    }),
  });
}

function addSeriesRoutes(app: FastifyInstance, { prometheus }: PrometheusRouteOptions): void {
  addBoth(app, "series", {
    schema: { summary: "Which series match", querystring: SeriesParams, response: { 200: SeriesAnswer } },
    handler: async (...asked) => found(await prometheus.series(...seriesOf(...asked))),
  });

  addBoth(app, "labels", {
    schema: { summary: "Names of labels", querystring: SeriesParams, response: { 200: LabelsAnswer } },
    handler: async (...asked) => found(await prometheus.labelNames(...seriesOf(...asked))),
  });

  route(app, {
    ...reading,
    method: "GET",
    url: `${PATH}/label/:name/values`,
    schema: {
      operationId: "getPrometheusLabelValues",
      tags: ["Prometheus"],
      summary: "Values of a label",
      params: LabelParams,
      querystring: SeriesParams,
      response: { 200: LabelsAnswer },
    },
    handler: async (request, reply) =>
      found(await prometheus.labelValues(request.params.name, ...seriesOf(request, reply))),
  });
}

function addRemoteReadRoute(app: FastifyInstance, { prometheus }: PrometheusRouteOptions): void {
  route(app, {
    ...reading,
    method: "POST",
    url: `${PATH}/read`,
    config: { takesAnyQuery: true, unpacks: true },
    schema: {
      operationId: "postPrometheusRead",
      tags: ["Prometheus"],
      summary: "A remote read of a Prometheus: samples, in protocol buffers packed with snappy",
      consumes: [PROTOBUF],
      produces: { [PROTOBUF]: Type.String() },
    },
    handler: async (request, reply) => {
      const requester = requesterOf(request, reply, new Parameters(request));
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const samples = await prometheus.read(body, requester);
      return reply.header("Content-Type", PROTOBUF).header("Content-Encoding", "snappy").send(samples);
    },
  });
}

function addServerRoutes(app: FastifyInstance, { version }: PrometheusRouteOptions): void {
  route(app, {
    ...reading,
    method: "GET",
    url: `${PATH}/metadata`,
    schema: {
      operationId: "getPrometheusMetadata",
      tags: ["Prometheus"],
      summary: "What the metrics are",
      querystring: MetadataParams,
      response: { 200: MetadataAnswer },
    },
    handler: async ({ query: { metric } }) => {
      const asked = READING_GAUGES.filter(({ name }) => metric === undefined || metric === "" || name === metric);
      const data = Object.fromEntries(asked.map(({ name, help }) => [name, [{ type: "gauge", help, unit: "" }]]));
      return { status: "success" as const, data };
    },
  });

  route(app, {
    ...reading,
    method: "GET",
    url: `${PATH}/status/buildinfo`,
    schema: {
      operationId: "getPrometheusBuildInfo",
      tags: ["Prometheus"],
      summary: "Which Prometheus this is like",
      response: { 200: BuildInfoAnswer },
    },
    handler: async () => {
      const nothing = { branch: "", buildUser: "", buildDate: "", goVersion: "" };
      const data = { version: PROMETHEUS_VERSION, revision: `bramble-${version}`, ...nothing };
      return { status: "success", data } as const;
    },
  });
}

const reading = { permission: "viewer", audit: null, showsSome: true, config: { takesAnyQuery: true } } as const;

/** By GET, and by POST with a form, which is Grafana's default. */
function addBoth(
  scope: FastifyInstance,
  name: string,
  { schema, handler }: { readonly schema: FastifySchema; readonly handler: RouteHandlerMethod },
): void {
  const called = name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
  for (const method of ["GET", "POST"] as const) {
    const operationId = `${method === "GET" ? "get" : "post"}Prometheus${called}`;
    const { querystring, ...rest } = schema;
    const asked = method === "GET" ? { querystring } : { body: Type.String(), consumes: [FORM] };
    route(scope, {
      ...reading,
      method,
      url: `${PATH}/${name}`,
      schema: { ...rest, ...asked, operationId, tags: ["Prometheus"] },
      handler,
    });
  }
}

/** Which series are asked for, and by whom. */
function seriesOf(request: FastifyRequest, reply: FastifyReply): [SeriesQuery, Requester] {
  const parameters = new Parameters(request);
  return [parameters.series(), requesterOf(request, reply, parameters)];
}

function requesterOf({ maySee }: FastifyRequest, { raw }: FastifyReply, parameters: Parameters): Requester {
  return { maySee, gone: goneSignal(raw), timeoutMs: parameters.durationMs("timeout") };
}

function found<T>({ list, isCut }: Found<T>) {
  const data = [...list];
  if (!isCut) return { status: "success", data } as const;
  return { status: "success" as const, data, warnings: [`results truncated due to limit, ${MAX_SERIES} at most`] };
}

/** Errors that are not of the query are answered as on every other route. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof QueryError)) throw error;
  const { type, problem } = error;
  const body = { status: "error", errorType: type, error: render(problem, languageOf(request)) };
  return reply.code(STATUS[type]).send(body);
}
