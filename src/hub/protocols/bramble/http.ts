// POST /data, /api/v1/readings and /api/v1/devices/:id/readings: readings over HTTP.
import { Type } from "typebox";
import { Accepted, ApiError, DeviceParams, ReadingsMessage } from "../../../shared/api.ts";
import { parseDeviceId } from "../../../shared/ids.ts";
import { message } from "../../../shared/messages/message.ts";
import type { HttpRoute } from "../protocol.ts";
import { badDeviceId, decodeReadings } from "./readings.ts";

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;
const NDJSON_TYPES: ReadonlySet<string> = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);

/** For the API's description alone: the decoder validates messages, with more helpful problems. */
const schema = {
  tags: ["For devices"],
  summary: "Send readings",
  description:
    'An object such as {"device_id":"raspi-01","temperature":25.5}, an array of them, or one a line. It may be packed: Content-Encoding gzip or deflate.',
  consumes: ["application/json", "application/x-ndjson"],
  body: ReadingsMessage,
  response: { 200: Accepted, "4xx": ApiError, "5xx": ApiError },
};

const deviceQuery = Type.Object({
  device: Type.Optional(Type.String({ description: "whose readings they are, where the message does not say so" })),
});

export const brambleHttpRoutes: readonly HttpRoute[] = [
  { url: "/data", schema: { ...schema, querystring: deviceQuery } },
  { url: "/api/v1/readings", schema: { ...schema, querystring: deviceQuery } },
  {
    url: "/api/v1/devices/:id/readings",
    schema: { ...schema, summary: "Send readings of a device", params: DeviceParams },
  },
].map((route) => ({
  ...route,
  match(mediaType) {
    const ndjson = NDJSON_TYPES.has(mediaType);
    if (!ndjson && !JSON_TYPE.test(mediaType)) return null;
    return (body, { nowMs, sender = null, deviceText }) => {
      const device = deviceText === undefined ? null : parseDeviceId(deviceText);
      return device === undefined
        ? { kind: "refused", problem: badDeviceId(deviceText, "device"), device: null }
        : decodeReadings(body, { device, nowMs, sender, ndjson });
    };
  },
  mediaTypeProblem: message("unsupported-media-type/readings"),
}));
