// A hub's first steps, and Pis that are simulated until there are real ones.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { FirstStepsChange, FirstSteps as FirstStepsShape, SimulatedPis } from "../../../../shared/first-start.ts";
import type { FirstStart } from "../../../first-start/first-start.ts";
import { acceptNoBody, exactBody } from "../body/exact-body.ts";
import { languageOf, sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

export function addFirstStartRoutes(
  server: FastifyInstance,
  { steps, simulation }: Pick<FirstStart, "steps" | "simulation">,
): void {
  server.register(async (app) => {
    acceptNoBody(app);

    route(app, {
      method: "GET",
      url: "/api/v1/first-steps",
      permission: "admin",
      audit: null,
      schema: {
        operationId: "getFirstSteps",
        tags: ["Hub"],
        summary: "Which of the first steps with this hub are done",
        response: { 200: FirstStepsShape, ...errors },
      },
      handler: async () => steps.get(),
    });

    route(app, {
      method: "PUT",
      url: "/api/v1/first-steps",
      permission: "admin",
      audit: "first-steps.change",
      validatorCompiler: exactBody,
      schema: {
        operationId: "setFirstSteps",
        tags: ["Hub"],
        summary: "Hides the first steps, or shows them again",
        body: FirstStepsChange,
        response: { 200: FirstStepsShape, ...errors },
      },
      handler: (request) => steps.dismiss(request.body.dismissed),
    });

    route(app, {
      method: "POST",
      url: "/api/v1/simulation",
      permission: "admin",
      audit: "simulation.add",
      schema: {
        operationId: "addSimulatedPis",
        tags: ["Hub"],
        summary: "Adds five simulated Pis with an hour of history; those that are there stay",
        response: { 201: SimulatedPis, ...errors },
      },
      handler: async (request, reply) => {
        return reply.code(201).send({ devices: await simulation.add(languageOf(request)) });
      },
    });

    route(app, {
      method: "DELETE",
      url: "/api/v1/simulation",
      permission: "admin",
      audit: "simulation.remove",
      schema: {
        operationId: "removeSimulatedPis",
        tags: ["Hub"],
        summary: "Removes the simulated Pis with their readings and commands, for ever",
        response: { 204: Type.Null(), ...errors },
      },
      handler: async (_request, reply) => {
        const refused = await simulation.remove();
        return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
      },
    });
  });
}
