// Asks who sends a request, and whether that one may have what it asks for, before its body is read. Everything is closed
// but what says that it is open. What is changed is told to the audit log, once it has been done.
import fastifyCookie from "@fastify/cookie";
import type { FastifyInstance } from "fastify";
import { assertNever } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import type { Authenticate } from "../../access/authenticate.ts";
import { credentialOf } from "../../access/credentials.ts";
import { plainAddress } from "../../access/networks.ts";
import { ANONYMOUS, decide, type Principal } from "../../access/principal.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { sendProblem } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Null on an open route, where no credential is looked at. */
    principal: Principal | null;
  }
}

export interface AuditEntry {
  readonly action: string;
  readonly actor: Principal;
  readonly address: string;
}

export interface AccessCheckOptions {
  readonly authenticate: Authenticate;
  readonly diagnostics: Pick<HttpDiagnostics, "notSignedIn">;
  readonly onAudit: (entry: AuditEntry) => void;
}

/** Call it before the routes are added. */
export function checkAccess(app: FastifyInstance, { authenticate, diagnostics, onAudit }: AccessCheckOptions): void {
  app.decorateRequest("principal", null);
  // In a scope of its own: its parser is all that is needed, not its hooks.
  app.register((scope) => scope.register(fastifyCookie, { hook: false }));
  app.addHook("onRequest", async (request, reply) => {
    const { url, config } = request.routeOptions;
    // No route: it is answered that there is none.
    if (url === undefined || config.permission === "open") return undefined;
    const principal = await authenticate(credentialOf(request.headers), plainAddress(request.ip));
    request.principal = principal;
    const decision = decide(principal, config.permission ?? "admin");
    switch (decision) {
      case "granted":
        return undefined;
      case "not-signed-in": {
        diagnostics.notSignedIn(request);
        return sendProblem(reply, message("not-signed-in"));
      }
      case "forbidden":
        return sendProblem(reply, message("forbidden"));
      default:
        return assertNever(decision);
    }
  });
  app.addHook("onRoute", (added) => {
    const action = added.config?.audit;
    if (action === undefined || action === null) return;
    added.onResponse = async ({ principal, ip }, { statusCode }) => {
      if (statusCode < 400) onAudit({ action, actor: principal ?? ANONYMOUS, address: plainAddress(ip) });
    };
  });
}
