// Authenticates and authorises each request before its body is read. Everything is closed but what is declared open. Changes and
// refusals go to the audit log.
import fastifyCookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { assertNever, errorOf, type Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import type { Access } from "../../access/access.ts";
import { credentialOf } from "../../access/credentials.ts";
import { MAX_REQUESTS_PER_SECOND } from "../../access/limits/request-rate.ts";
import { plainAddress } from "../../access/networks.ts";
import { ANONYMOUS, decide, type Principal } from "../../access/principal.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { sendProblem } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The client; anonymous on an open route, where no credential is checked. */
    principal: Principal;
    /** Whether the principal may see a device. */
    maySee: (device: string) => boolean;
    /** Details for the audit log: never a secret. Their `subject` replaces the one in the path. */
    audited: Readonly<Record<string, unknown>> & { readonly subject?: string };
  }
}

export type HttpAccess = Pick<Access, "authenticate" | "lockOut" | "requests" | "devices"> & {
  readonly audit: Pick<Access["audit"], "done" | "refused">;
};

export interface AccessCheckOptions {
  readonly access: HttpAccess;
  readonly diagnostics: Pick<HttpDiagnostics, "notSignedIn">;
}

/** Call it before the routes are added. */
export function checkAccess(app: FastifyInstance, { access, diagnostics }: AccessCheckOptions): void {
  for (const property of ["principal", "maySee", "audited"]) app.decorateRequest(property);
  app.addHook("onRequest", (request, _reply, done) => {
    request.principal = ANONYMOUS;
    request.maySee = () => false;
    request.audited = {};
    done();
  });
  // In a scope of its own: its parser is all that is needed, not its hooks.
  app.register((scope) => scope.register(fastifyCookie, { hook: false }));
  app.addHook("onRequest", async (request, reply) => {
    const { url, config } = request.routeOptions;
    const address = plainAddress(request.ip);
    if (!access.requests.take(address)) {
      reply.header("Retry-After", 1);
      return refuse(request, reply, message("too-many-requests", { perSecond: MAX_REQUESTS_PER_SECOND }));
    }
    // There is no such route: 404.
    if (url === undefined || config.permission === "open") return undefined;
    const { principal, isWrong } = await access.authenticate(credentialOf(request.headers), address);
    request.principal = principal;
    request.maySee = (device) => access.devices.maySee(principal, device);
    // An unknown key may become a device's; for a role a credential has to be valid.
    if (isWrong || (principal.kind === "unproven" && config.permission !== "device")) {
      diagnostics.notSignedIn(request);
      return refuseCredential(access, request, reply, message("wrong-key/request"));
    }
    const decision = decide(principal, config.permission ?? "admin", config.showsSome === true);
    switch (decision) {
      case "granted":
        return undefined;
      case "not-signed-in":
        diagnostics.notSignedIn(request);
        return refuse(request, reply, message("not-signed-in"));
      case "forbidden":
        return refuse(request, reply, message("forbidden"));
      default:
        return assertNever(decision);
    }
  });
  app.addHook("onRoute", (added) => {
    const action = added.config?.audit;
    if (action === undefined || action === null) return;
    added.onResponse = async (request, { statusCode }) => {
      if (statusCode >= 400) return;
      const { subject = subjectOf(request.params), ...details } = request.audited;
      access.audit.done({ ...requesterOf(request), action, subject, details });
    };
  });

  function refuse(request: FastifyRequest, reply: FastifyReply, found: Problem): FastifyReply {
    const attempt = { ...requesterOf(request), action: actionOf(request), subject: subjectOf(request.params) };
    access.audit.refused(attempt, errorOf(found));
    return sendProblem(reply, found);
  }
}

/** Answers a wrong credential, and counts it: from the tenth on its address is locked out, for longer each time. */
export function refuseCredential(
  access: Pick<HttpAccess, "lockOut" | "audit">,
  request: FastifyRequest,
  reply: FastifyReply,
  found: Problem,
): FastifyReply {
  const requester = requesterOf(request);
  const seconds = access.lockOut.failed(requester.address);
  const subject = subjectOf(request.params);
  access.audit.refused({ ...requester, action: actionOf(request), subject, ...request.audited }, errorOf(found));
  if (seconds === 0) return sendProblem(reply, found);
  return sendProblem(reply.header("Retry-After", seconds), message("locked-out", { seconds }));
}

/** Answers a principal that may not send as the device it names. */
export function refuseDevice(
  access: Pick<HttpAccess, "lockOut" | "audit">,
  request: FastifyRequest,
  reply: FastifyReply,
  found: Problem,
): FastifyReply {
  if (errorOf(found) === "wrong-key") return refuseCredential(access, request, reply, found);
  const attempt = { ...requesterOf(request), action: "device.command", subject: subjectOf(request.params) };
  access.audit.refused(attempt, found.code);
  return sendProblem(reply, found);
}

function requesterOf({ principal, ip }: FastifyRequest): { readonly actor: Principal; readonly address: string } {
  return { actor: principal, address: plainAddress(ip) };
}

/** One for each route: the parameter of its path is the subject. */
function actionOf({ method, routeOptions: { config, url = "" } }: FastifyRequest): string {
  return config.audit ?? `${method} ${url}`;
}

/** The id or the name in the path. */
function subjectOf(params: unknown): string {
  if (typeof params !== "object" || params === null) return "";
  const [first] = Object.values(params);
  return typeof first === "string" ? first : "";
}
