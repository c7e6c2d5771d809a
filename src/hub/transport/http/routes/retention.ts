// The rules of retention.
import type { FastifyInstance } from "fastify";
import { Retention as RetentionShape } from "../../../../shared/api.ts";
import type { Retention } from "../../../devices/retention.ts";
import { parseRules } from "../../../devices/retention-rules.ts";
import { exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

const response = { 200: RetentionShape, ...errors };

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
