// Reaching the hub from outside: status and settings; and the ACME challenge that a certificate authority requests on the HTTP
// port, which is open to all, since it reveals nothing but the answer to a running challenge.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../../shared/messages/message.ts";
import { ReachChange, ReachStatus } from "../../../../../shared/security/reach.ts";
import type { Reach } from "../../../../reach/reach.ts";
import { exactBody } from "../../body/exact-body.ts";
import { languageOf, sendProblem } from "../../errors.ts";
import { quotedPath } from "../../path.ts";
import { errors, route } from "../../route.ts";

export interface ReachRouteOptions {
  readonly reach: Pick<Reach, "status" | "change" | "issueNow" | "challenges">;
}

const response = { 200: ReachStatus, 202: ReachStatus, ...errors };

export function addReachRoutes(app: FastifyInstance, { reach }: ReachRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/reach",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "getReach",
      tags: ["Hub"],
      summary: "How the hub is reached from outside, and what stands in the way",
      querystring: Type.Object({
        lookup: Type.Optional(
          Type.Boolean({ description: "ask for this network’s address on the internet, even without a public name" }),
        ),
      }),
      response,
    },
    handler: (request) => reach.status(request.query.lookup === true, languageOf(request)),
  });

  route(app, {
    method: "PATCH",
    url: "/api/v1/reach",
    permission: "admin",
    audit: "reach.change",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeReach",
      tags: ["Hub"],
      summary: "Sets the public name, who keeps it, and whether a certificate is issued; secrets are never answered",
      body: ReachChange,
      response,
    },
    handler: async (request, reply) => {
      const problem = await reach.change(request.body);
      return problem === null ? reach.status(false, languageOf(request)) : sendProblem(reply, problem);
    },
  });

  route(app, {
    method: "POST",
    url: "/api/v1/reach/certificate",
    permission: "admin",
    audit: "reach.certificate",
    schema: {
      operationId: "issueCertificate",
      tags: ["Hub"],
      summary: "Orders a certificate now; what came of it is told by GET /api/v1/reach",
      response,
    },
    handler: async (request, reply) => {
      const problem = await reach.issueNow();
      if (problem !== null) return sendProblem(reply, problem);
      return reply.code(202).send(await reach.status(false, languageOf(request)));
    },
  });

  route(app, {
    method: "GET",
    url: "/.well-known/acme-challenge/:token",
    permission: "open",
    audit: null,
    schema: { hide: true, params: Type.Object({ token: Type.String() }) },
    handler: ({ params, url }, reply) => {
      const answer = reach.challenges.httpAnswer(params.token);
      if (answer === null) return sendProblem(reply, message("no-such-route", { path: quotedPath(url), hint: "" }));
      return reply.type("text/plain").send(answer);
    },
  });
}
