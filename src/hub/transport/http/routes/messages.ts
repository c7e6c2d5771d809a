// Messages by hand: publishing one as a client of the broker would, and trying a refused one again.
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { assertNever } from "../../../../shared/errors.ts";
import { message } from "../../../../shared/messages/message.ts";
import { Published, PublishRequest } from "../../../../shared/mqtt/message-log.ts";
import type { AuditTrail } from "../../../access/audit-trail.ts";
import { PARSED_MESSAGE_BYTES } from "../../../access/limits/costs.ts";
import { plainAddress } from "../../../access/networks.ts";
import type { TopicAuthority } from "../../../access/topic-authority.ts";
import type { MqttBroker } from "../../../broker/mqtt-broker.ts";
import type { Ingest, Verdict } from "../../../ingest/accept.ts";
import type { Refusals } from "../../../ingest/refusals.ts";
import { retryRefused } from "../../../protocols/retry-refused.ts";
import { acceptNoBody, exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import type { HttpPacing } from "../pacing.ts";
import { errors, route } from "../route.ts";

export interface MessageRouteOptions {
  readonly publisher: Pick<MqttBroker, "publish">;
  readonly access: {
    readonly topics: Pick<TopicAuthority, "mayPublish">;
    readonly audit: Pick<AuditTrail, "refused">;
  };
  readonly refusals: Refusals;
  readonly ingest: Ingest;
  readonly pacing: Pick<HttpPacing, "shareOf">;
}

/** Wildcards and NUL [MQTT-3.3.2-2, MQTT-1.5.4-2], and halves of characters. */
const NOT_IN_TOPIC = /[+#\0]|\p{Cs}/u;

export function addMessageRoutes(
  app: FastifyInstance,
  { publisher, access, refusals, ingest, pacing }: MessageRouteOptions,
): void {
  route(app, {
    method: "POST",
    url: "/api/v1/messages",
    permission: "operator",
    audit: "message.publish",
    showsSome: true,
    validatorCompiler: exactBody,
    schema: {
      operationId: "publishMessage",
      tags: ["Hub"],
      summary: "Publishes a message, as a client of the broker would",
      body: PublishRequest,
      response: { 200: Published, ...errors },
    },
    handler: async (request, reply) => {
      const { principal, body } = request;
      const { topic, qos = 0, retain = false } = body;
      if (NOT_IN_TOPIC.test(topic)) return sendProblem(reply, message("bad-request/topic", { field: "topic" }));
      const address = plainAddress(request.ip);
      if (!access.topics.mayPublish(principal, topic)) {
        access.audit.refused({ actor: principal, action: "message.publish", subject: topic, address }, "forbidden");
        return sendProblem(reply, message("forbidden/publish"));
      }
      const payload = Buffer.from(body.payload);
      request.audited = { subject: topic, qos, retain, bytes: payload.length };
      const share = pacing.shareOf(request.raw);
      const published = { topic, payload, qos, retain, principal, address, share };
      const publish = () =>
        publisher.publish(published).catch((error: unknown) => void request.log.warn({ err: error }));
      const outcome = await share.runInTurn(PARSED_MESSAGE_BYTES + payload.length, publish);
      if (outcome === undefined) return sendProblem(reply, message("broker-away"));
      const { verdict, hasSubscribers } = outcome;
      const subscribed = hasSubscribers === null ? {} : { hasSubscribers };
      if (verdict === null) return { verdict: "forwarded", accepted: 0, ...subscribed } satisfies Published;
      return answer(reply, verdict, subscribed);
    },
  });

  app.register(async (routes) => {
    acceptNoBody(routes);
    route(routes, {
      method: "POST",
      url: "/api/v1/refused/:id/retry",
      permission: "operator",
      audit: "refused.retry",
      schema: {
        operationId: "retryRefused",
        tags: ["Hub"],
        summary: "Tries a refused message again that was kept whole; it leaves the list once it is stored",
        params: Type.Object({ id: Type.Integer() }),
        response: { 200: Published, ...errors },
      },
      handler: async (request, reply) => {
        const share = pacing.shareOf(request.raw);
        const { principal } = request;
        const retry = () => retryRefused({ refusals, ingest }, request.params.id, { principal, share });
        return answer(reply, await share.runInTurn(PARSED_MESSAGE_BYTES, retry), {});
      },
    });
  });
}

function answer(
  reply: FastifyReply,
  verdict: Verdict,
  subscribed: Pick<Published, "hasSubscribers">,
): FastifyReply | Published {
  switch (verdict.kind) {
    case "stored":
      return {
        verdict: "stored",
        accepted: verdict.accepted,
        ...(verdict.isQuarantined && { joining: "waiting" }),
        ...subscribed,
      };
    case "refused":
      return sendProblem(reply, verdict.problem);
    case "deferred":
      return sendProblem(reply.header("Retry-After", verdict.retryAfterSeconds), verdict.problem);
    default:
      return assertNever(verdict);
  }
}
