// A move of the hub's data into a database server, or back, for administrators: plan, begin, status, switch and end. The server's
// address has a password: it is in no answer and not in the audit log.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "../../../../../shared/errors.ts";
import { MovePlan, MoveStatus, MoveTarget, NewMove } from "../../../../../shared/settings/move.ts";
import type { Mover } from "../../../../move/mover.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { languageOf, sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

const tags = ["Hub"];

export interface MoveRouteOptions {
  readonly mover?: Mover;
}

export function addMoveRoutes(app: FastifyInstance, { mover }: MoveRouteOptions): void {
  if (mover === undefined) return;
  app.register(async (scope) => {
    acceptNoBody(scope);
    addPlanRoutes(scope, mover);
    addRunRoutes(scope, mover);
  });
}

function addPlanRoutes(scope: FastifyInstance, mover: Mover): void {
  route(scope, {
    method: "GET",
    url: "/api/v1/move",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getMove",
      tags,
      summary: "Where the data is, and how its move into a database server, or back, goes",
      response: { 200: MoveStatus, ...errors },
    },
    handler: async (request) => mover.status(languageOf(request)),
  });

  route(scope, {
    method: "POST",
    url: "/api/v1/move/plan",
    permission: "admin",
    audit: null,
    validatorCompiler: exactBody,
    schema: {
      operationId: "planMove",
      tags,
      summary: "What a move to a database server would be; changes nothing",
      body: MoveTarget,
      response: { 200: MovePlan, ...errors },
    },
    handler: async (request, reply) => {
      const plan = await mover.plan(request.body.to, languageOf(request));
      return "code" in plan ? sendProblem(reply, plan) : plan;
    },
  });
}

function addRunRoutes(scope: FastifyInstance, mover: Mover): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, problem: Problem | null) =>
    problem === null ? reply.send(await mover.status(languageOf(request))) : sendProblem(reply, problem);

  route(scope, {
    method: "POST",
    url: "/api/v1/move",
    permission: "admin",
    audit: "move.begin",
    validatorCompiler: exactBody,
    schema: {
      operationId: "beginMove",
      tags,
      summary: "Begins to write to a database server, too, and to copy what there is",
      body: NewMove,
      response: { 200: MoveStatus, ...errors },
    },
    handler: async (request, reply) => {
      const { to, switchWhenEqual = false } = request.body;
      return answer(request, reply, await mover.begin(to, switchWhenEqual));
    },
  });

  const actions = [
    ["/switch", "switchMove", "move.switch", "Reads from the server, as soon as it has everything", "switchToServer"],
    ["/back", "moveBack", "move.back", "Reads from the file again, as soon as it has everything", "back"],
  ] as const;
  for (const [path, operationId, audit, summary, act] of actions)
    route(scope, {
      method: "POST",
      url: `/api/v1/move${path}`,
      permission: "admin",
      audit,
      schema: { operationId, tags, summary, response: { 200: MoveStatus, ...errors } },
      handler: async (request, reply) => answer(request, reply, await mover[act]()),
    });

  route(scope, {
    method: "DELETE",
    url: "/api/v1/move",
    permission: "admin",
    audit: "move.end",
    schema: {
      operationId: "endMove",
      tags,
      summary: "Writes to the database alone that is read; the other one is left as it is",
      response: { 200: MoveStatus, ...errors },
    },
    handler: async (request, reply) => answer(request, reply, await mover.end()),
  });
}
