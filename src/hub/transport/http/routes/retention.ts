// How long readings are kept, for people to look at and to change.
import type { FastifyInstance } from "fastify";
import { ApiError, type RetentionRule, Retention as RetentionShape } from "../../../../shared/api.ts";
import type { Problem } from "../../../../shared/errors.ts";
import { parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import type { Retention } from "../../../devices/retention.ts";
import { sendProblem } from "../errors.ts";
import { exactBody } from "../exact-body.ts";
import { route } from "../route.ts";

const response = { 200: RetentionShape, "4xx": ApiError, "5xx": ApiError };

export function addRetentionRoutes(app: FastifyInstance, retention: Retention): void {
  route(app, {
    method: "GET",
    url: "/api/v1/retention",
    permission: "viewer",
    audit: null,
    schema: { operationId: "getRetention", tags: ["Readings"], summary: "How long readings are kept", response },
    handler: async () => ({
      rules: [...retention.rules],
    }),
  });

  route(app, {
    method: "PUT",
    url: "/api/v1/retention",
    permission: "admin",
    audit: "retention.change",
    validatorCompiler: exactBody,
    schema: {
      operationId: "setRetention",
      tags: ["Readings"],
      summary: "Sets how long readings are kept; what is older is removed for ever",
      body: RetentionShape,
      response,
    },
    handler: async (request, reply) => {
      const rules = parseRules(request.body.rules);
      if ("code" in rules) return sendProblem(reply, rules);
      await retention.setRules(rules);
      return { rules };
    },
  });
}

function parseRules(rules: readonly RetentionRule[]): RetentionRule[] | Problem {
  const parsed: RetentionRule[] = [];
  for (const [index, { device, metric, keepDays }] of rules.entries()) {
    const field = `rules[${index}]`;
    const deviceId = device === undefined ? undefined : parseDeviceId(device);
    const metricName = metric === undefined ? undefined : parseMetricName(metric);
    if (device !== undefined && deviceId === undefined)
      return message("bad-device-id/request", { field: `${field}.device`, said: device.slice(0, 80) });
    if (metric !== undefined && metricName === undefined)
      return message("bad-metric/request", { field: `${field}.metric`, said: metric.slice(0, 80) });
    if (parsed.some((rule) => rule.device === deviceId && rule.metric === metricName))
      return message("bad-request/duplicate-rule", { field });
    parsed.push({
      ...(deviceId === undefined ? {} : { device: deviceId }),
      ...(metricName === undefined ? {} : { metric: metricName }),
      keepDays,
    });
  }
  return parsed;
}
