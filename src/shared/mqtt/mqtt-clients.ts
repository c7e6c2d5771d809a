// Connected MQTT clients in the API.
import { type Static, Type } from "typebox";

/** Of a client's filters, those that are shown. */
export const MAX_SHOWN_FILTERS = 50;

const Traffic = Type.Object({
  messages: Type.Integer({ description: "since it connected" }),
  perSecond: Type.Number({ description: "of the last ten seconds or so" }),
});

export const MqttClient = Type.Object({
  id: Type.String({ description: "the client id; the hub makes one where the client has none" }),
  version: Type.Union([Type.Literal("3.1"), Type.Literal("3.1.1"), Type.Literal("5")]),
  address: Type.String(),
  principal: Type.String({ description: "who its key or token shows it to be, or “anonymous”" }),
  connectedMs: Type.Integer(),
  keepAliveSeconds: Type.Integer({ description: "0 where it may be silent for ever" }),
  sessionExpirySeconds: Type.Integer({ description: "how long its session outlives the connection" }),
  filters: Type.Array(Type.String(), { description: `${MAX_SHOWN_FILTERS} at most` }),
  filterCount: Type.Integer(),
  received: Traffic,
  sent: Traffic,
  queued: Type.Object({
    messages: Type.Integer({ description: "that it has not acknowledged, or that wait for it" }),
    bytes: Type.Integer(),
  }),
});
export type MqttClient = Static<typeof MqttClient>;

export const MqttClientList = Type.Object({
  clients: Type.Array(MqttClient),
  absentSessions: Type.Integer({ description: "sessions whose clients are away" }),
});
export type MqttClientList = Static<typeof MqttClientList>;
