// TLS: status, settings, and the certificate authority that devices are to trust.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../../shared/messages/message.ts";
import { TlsChange, TlsStatus } from "../../../../../shared/security/tls.ts";
import { TrialQuery } from "../../../../../shared/settings/hub-settings.ts";
import type { NetworkTrial } from "../../../../settings/network-trial.ts";
import type { Tls } from "../../../tls/tls.ts";
import { exactBody } from "../../body/exact-body.ts";
import { languageOf, sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

const response = { 200: TlsStatus, ...errors };

export function addTlsRoutes(app: FastifyInstance, tls: Tls, trial: NetworkTrial): void {
  app.addHook("onSend", async ({ raw }, reply) => {
    const seconds = "encrypted" in raw.socket ? tls.hstsSeconds : null;
    if (seconds !== null) reply.header("Strict-Transport-Security", `max-age=${seconds}`);
  });

  route(app, {
    method: "GET",
    url: "/api/v1/tls",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "getTls",
      tags: ["Hub"],
      summary: "The ports with TLS, and the certificate that they show",
      response,
    },
    handler: async (request) => tls.describe(languageOf(request)),
  });

  route(app, {
    method: "PATCH",
    url: "/api/v1/tls",
    permission: "admin",
    audit: "tls.change",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeTls",
      tags: ["Hub"],
      summary: "Turns TLS on or off, or names another certificate; in force when it is answered",
      querystring: TrialQuery,
      body: TlsChange,
      response,
    },
    handler: async (request, reply) => {
      const problem = await trial.attempt("tls", tls.settings, request.query.undoAfter, () => tls.change(request.body));
      return problem === null ? tls.describe(languageOf(request)) : sendProblem(reply, problem);
    },
  });

  // A certificate is no secret: every handshake shows it.
  route(app, {
    method: "GET",
    url: "/ca.pem",
    permission: "open",
    audit: null,
    schema: {
      operationId: "getAuthority",
      tags: ["For devices"],
      summary: "The hub's own certificate authority, which devices are to trust",
      produces: { "application/x-pem-file": Type.String() },
    },
    handler: async (_request, reply) => {
      const pem = tls.authorityPem;
      if (pem === null) return sendProblem(reply, message("no-such-route/authority"));
      return reply
        .header("Content-Type", "application/x-pem-file")
        .header("Content-Disposition", 'attachment; filename="bramble-ca.pem"')
        .send(pem);
    },
  });
}
