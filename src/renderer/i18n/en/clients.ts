// Who is connected over MQTT.

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

export const clients = {
  section: "Clients",
  title: "Connected over MQTT",
  about: "Every client of this hub’s broker: the version that it speaks, where it is, and what it sends and is sent.",
  none: "No client is connected.",
  absent: (count: number) => `${many(count, "session waits", "sessions wait")} for a client that is away.`,
  notLoaded: "The clients could not be loaded.",
  connectedAgo: (ago: string) => `connected ${ago}`,
  received: (messages: string, perSecond: string) => `sent ${messages} (${perSecond}/s)`,
  sent: (messages: string, perSecond: string) => `was sent ${messages} (${perSecond}/s)`,
  queued: (messages: number) => `${many(messages, "message waits", "messages wait")} for it`,
  subscriptions: (count: number) => many(count, "subscription", "subscriptions"),
  more: (count: number) => `and ${count} more`,
  disconnect: "Disconnect",
  disconnectClient: (id: string) => `Disconnect ${id}`,
};
