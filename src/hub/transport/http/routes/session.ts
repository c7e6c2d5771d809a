// Signing in, and the tickets that open the live feed.
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError, LiveTicket, SessionAnswer, SessionRequest } from "../../../../shared/api.ts";
import { problem } from "../../../../shared/errors.ts";
import { credentialOf, sessionCookie } from "../../../access/credentials.ts";
import { plainAddress } from "../../../access/networks.ts";
import { SESSION_LIFE_SECONDS, type Sessions } from "../../../access/sessions.ts";
import type { HttpDiagnostics } from "../diagnostics.ts";
import { sendProblem } from "../errors.ts";

const errors = { "4xx": ApiError, "5xx": ApiError };

declare module "fastify" {
  interface FastifyContextConfig {
    /** True where nobody has to be signed in. */
    readonly open?: boolean;
  }
}

export interface SessionRouteOptions {
  readonly sessions: Sessions;
  readonly troubles: HttpDiagnostics;
  readonly httpPort: () => number;
}

/** Every route under /api is closed to whoever is not signed in, unless its `config.open` says otherwise. */
export function addSessionRoutes(server: FastifyInstance, { sessions, troubles, httpPort }: SessionRouteOptions): void {
  const app = server.withTypeProvider<TypeBoxTypeProvider>();
  app.addHook("onRequest", async (request, reply) => {
    const { url, config } = request.routeOptions;
    if (url === undefined || !url.startsWith("/api/") || config.open) return undefined;
    if (await isSignedIn(request, sessions)) return undefined;
    troubles.notSignedIn(request);
    const words = "Nobody is signed in. Open the link that the hub printed when it started.";
    return sendProblem(reply, problem("not-signed-in", words));
  });

  app.post(
    "/api/v1/session",
    {
      config: { open: true },
      schema: {
        summary: "Sign in with the printed link",
        body: SessionRequest,
        response: { 200: SessionAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const token = await sessions.signIn(request.body.link);
      if (token === null) {
        const words = "This link was used before or is too old. Restart the hub: it prints a new one.";
        return sendProblem(reply, problem("link-expired", words));
      }
      reply.header("Set-Cookie", sessionCookie(token, SESSION_LIFE_SECONDS));
      return { role: "admin" as const, token };
    },
  );

  app.post(
    "/api/v1/live/ticket",
    { schema: { summary: "A ticket that opens the live feed once", response: { 200: LiveTicket, ...errors } } },
    async () => ({ ticket: sessions.makeTicket(), port: httpPort() }),
  );
}

async function isSignedIn(request: FastifyRequest, sessions: Sessions): Promise<boolean> {
  const credential = credentialOf(request.headers);
  return credential !== undefined && (await sessions.isAdmin(credential, plainAddress(request.ip)));
}
