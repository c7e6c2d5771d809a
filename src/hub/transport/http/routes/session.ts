// Signing in and out, and the tickets that open the live feed.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { ApiError, LiveTicket, SessionAnswer, SessionRequest } from "../../../../shared/api.ts";
import { message } from "../../../../shared/messages/message.ts";
import { credentialOf, sessionCookie } from "../../../access/credentials.ts";
import { ANONYMOUS } from "../../../access/principal.ts";
import { SESSION_LIFE_SECONDS, type Sessions } from "../../../access/sessions.ts";
import { sendProblem } from "../errors.ts";
import { acceptNoBody } from "../exact-body.ts";
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
      operationId: "signIn",
      tags: ["Session"],
      summary: "Sign in with the printed link",
      body: SessionRequest,
      response: { 200: SessionAnswer, ...errors },
    },
    handler: async (request, reply) => {
      const token = await sessions.signIn(request.body.link);
      if (token === null) return sendProblem(reply, message("link-expired"));
      request.principal = { kind: "person", role: "admin" };
      reply.header("Set-Cookie", sessionCookie(token, SESSION_LIFE_SECONDS));
      return { role: "admin" as const, token };
    },
  });

  app.register(async (scope) => {
    acceptNoBody(scope);

    route(scope, {
      method: "DELETE",
      url: "/api/v1/session",
      permission: "viewer",
      audit: "session.sign-out",
      schema: {
        operationId: "signOut",
        tags: ["Session"],
        summary: "Sign out: ends the session that asks, in the cookie or as a bearer token",
        response: { 204: Type.Null(), ...errors },
      },
      handler: async (request, reply) => {
        const session = credentialOf(request.headers);
        if (session === null || request.principal?.kind !== "person")
          return sendProblem(reply, message("bad-request/no-session"));
        await sessions.end(session.text);
        return reply.header("Set-Cookie", sessionCookie("", 0)).code(204).send(null);
      },
    });

    route(scope, {
      method: "POST",
      url: "/api/v1/live/ticket",
      permission: "viewer",
      audit: null,
      schema: {
        operationId: "createLiveTicket",
        tags: ["Session"],
        summary: "A ticket that opens the live feed once",
        response: { 200: LiveTicket, ...errors },
      },
      handler: async ({ principal }) => ({ ticket: sessions.makeTicket(principal ?? ANONYMOUS), port: httpPort() }),
    });
  });
}
