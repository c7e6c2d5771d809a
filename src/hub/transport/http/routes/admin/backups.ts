// Backups for administrators: their status and settings, and making and restoring one, both of which continue after the answer.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { BackupChanges, BackupStatus } from "../../../../../shared/settings/backups.ts";
import type { Backups } from "../../../../backups/backups.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { languageOf, sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

const tags = ["Hub"];

export function addBackupRoutes(app: FastifyInstance, backups: Backups): void {
  app.register(async (scope) => {
    acceptNoBody(scope);

    route(scope, {
      method: "GET",
      url: "/api/v1/backups",
      permission: "admin",
      audit: null,
      schema: {
        operationId: "getBackups",
        tags,
        summary: "Backups: settings, how the last one went, and those that are there",
        response: { 200: BackupStatus, ...errors },
      },
      handler: async (request) => backups.status(languageOf(request)),
    });

    route(scope, {
      method: "PATCH",
      url: "/api/v1/backups",
      permission: "admin",
      audit: "backup.settings",
      validatorCompiler: exactBody,
      schema: {
        operationId: "changeBackups",
        tags,
        summary: "When and where backups are made",
        body: BackupChanges,
        response: { 200: BackupStatus, ...errors },
      },
      handler: async (request, reply) => {
        request.audited = request.body;
        const problem = await backups.change(request.body);
        return problem === null ? backups.status(languageOf(request)) : sendProblem(reply, problem);
      },
    });

    route(scope, {
      method: "POST",
      url: "/api/v1/backups",
      permission: "admin",
      audit: "backup.make",
      schema: {
        operationId: "makeBackup",
        tags,
        summary: "Begins a backup; “running” of the answer is null again when it is done",
        response: { 202: BackupStatus, ...errors },
      },
      handler: async (request, reply) => {
        const problem = backups.make();
        return problem === null
          ? reply.code(202).send(backups.status(languageOf(request)))
          : sendProblem(reply, problem);
      },
    });

    route(scope, {
      method: "POST",
      url: "/api/v1/backups/:name/restore",
      permission: "admin",
      audit: "backup.restore",
      schema: {
        operationId: "restoreBackup",
        tags,
        summary: "Verifies a backup, then restarts the hub with it; what is stored now is kept aside",
        params: Type.Object({ name: Type.String() }),
        response: { 202: BackupStatus, ...errors },
      },
      handler: async (request, reply) => {
        const problem = backups.restore(request.params.name);
        return problem === null
          ? reply.code(202).send(backups.status(languageOf(request)))
          : sendProblem(reply, problem);
      },
    });
  });
}
