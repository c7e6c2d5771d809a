// Signing in, and the tickets that open the live feed.
import type { FastifyInstance } from "fastify";
import { ApiError, LiveTicket, SessionAnswer, SessionRequest } from "../../../../shared/api.ts";
import { plainProblem } from "../../../../shared/errors.ts";
import { sessionCookie } from "../../../access/credentials.ts";
import { ANONYMOUS } from "../../../access/principal.ts";
import { SESSION_LIFE_SECONDS, type Sessions } from "../../../access/sessions.ts";
import { sendProblem } from "../errors.ts";
import { route } from "../route.ts";

const errors = { "4xx": ApiError, "5xx": ApiError };

export interface SessionRouteOptions {
  readonly sessions: Sessions;
  readonly httpPort: () => number;
}

export function addSessionRoutes(app: FastifyInstance, { sessions, httpPort }: SessionRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/session",
    permission: "open",
    audit: "session.sign-in",
    schema: {
      summary: "Sign in with the printed link",
      body: SessionRequest,
      response: { 200: SessionAnswer, ...errors },
    },
    handler: async (request, reply) => {
      const token = await sessions.signIn(request.body.link);
      if (token === null) {
        const message = "This link was used before or is too old. Restart the hub: it prints a new one.";
        return sendProblem(reply, plainProblem("link-expired", message));
      }
      request.principal = { kind: "person", role: "admin" };
      reply.header("Set-Cookie", sessionCookie(token, SESSION_LIFE_SECONDS));
      return { role: "admin" as const, token };
    },
  });

  route(app, {
    method: "POST",
    url: "/api/v1/live/ticket",
    permission: "viewer",
    audit: null,
    schema: { summary: "A ticket that opens the live feed once", response: { 200: LiveTicket, ...errors } },
    handler: async ({ principal }) => ({ ticket: sessions.makeTicket(principal ?? ANONYMOUS), port: httpPort() }),
  });
}
