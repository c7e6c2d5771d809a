// "Is something wrong?": the doctor's answer, and what it knows the hub's own HTTP port by.
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../../../../shared/api.ts";
import { DiagnosticReport } from "../../../../shared/doctor.ts";
import type { Doctor } from "../../../doctor/doctor.ts";

export interface DoctorRouteOptions {
  readonly doctor: Pick<Doctor, "examine">;
  readonly hubId: () => string;
}

export function addDoctorRoutes(server: FastifyInstance, { doctor, hubId }: DoctorRouteOptions): void {
  const app = server.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/api/v1/doctor",
    {
      schema: {
        summary: "Is something wrong? Looks at ports, firewall and discovery, and lists clients that failed",
        response: { 200: DiagnosticReport, "4xx": ApiError, "5xx": ApiError },
      },
    },
    () => doctor.examine(),
  );

  // The id is no secret: whoever looks for hubs by mDNS is told it.
  app.get("/api/v1/doctor/hub-id", { config: { open: true }, schema: { hide: true } }, async () => ({
    hubId: hubId(),
  }));
}
