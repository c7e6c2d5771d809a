// The doctor's report, and the hub id by which the doctor recognises the hub's own HTTP port.
import type { FastifyInstance } from "fastify";
import { DiagnosticReport } from "../../../../shared/doctor.ts";
import type { Doctor } from "../../../doctor/doctor.ts";
import { languageOf } from "../errors.ts";
import { errors, route } from "../route.ts";

export interface DoctorRouteOptions {
  readonly doctor: Pick<Doctor, "examine">;
  readonly hubId: () => string;
}

export function addDoctorRoutes(app: FastifyInstance, { doctor, hubId }: DoctorRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/doctor",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "getDiagnosticReport",
      tags: ["Hub"],
      summary: "Is something wrong? Looks at ports, firewall and discovery, and lists clients that failed",
      response: { 200: DiagnosticReport, ...errors },
    },
    handler: (request) => doctor.examine(languageOf(request)),
  });

  // The id is no secret: mDNS advertises it.
  route(app, {
    method: "GET",
    url: "/api/v1/doctor/hub-id",
    permission: "open",
    audit: null,
    schema: { hide: true },
    handler: async () => ({ hubId: hubId() }),
  });
}
