// The log of messages, and publishing by hand. In a chunk with their page: see pages/log/words.ts.
import { plural } from "../plural.ts";

export const messageLog = {
  title: "Log",
  sections: { live: "Live", refused: "Refused" },
  // What is narrowed down.
  filters: "What is shown",
  search: "Find in topic, device or payload",
  searchHelp: "MQTT’s wildcards find topics: sensor/+/data",
  device: "Device",
  allDevices: "all devices",
  verdict: "Verdict",
  allVerdicts: "all verdicts",
  verdicts: { stored: "stored", forwarded: "passed on", refused: "refused", deferred: "put off" },
  transport: "Protocol",
  allTransports: "all protocols",
  transports: { mqtt: "MQTT", http: "HTTP", websocket: "WebSocket" },
  pause: "Pause",
  resume: "Go on",
  clear: "Clear",
  showAll: "Show everything",
  waiting: (count: string) => `${count} new`,
  leftOut: (count: string) =>
    `${count} left out: more came than is shown. Narrow down what you look for to see all of it.`,
  full: "Too many windows look at the log already. Close one of them, and open this page again.",
  connecting: "Connecting to the hub…",
  empty: "Waiting for messages. Whatever arrives from now on is shown here.",
  emptyFiltered: "Nothing that fits has come yet.",
  // A row.
  table: "Messages, newest first",
  time: "Time",
  topic: "Topic or path",
  payload: "Payload",
  size: "Size",
  from: "From",
  noPayload: "empty",
  bytes: (count: number, formatted: string) => `${formatted} ${plural(count, { one: "byte", other: "bytes" })}`,
  older: "Show older ones",
  quarantined: "kept apart until the device is approved",
  readings: (count: number, formatted: string) =>
    `${formatted} ${plural(count, { one: "reading", other: "readings" })} stored`,
  reason: "Why",
  client: (id: string) => `client ${id}`,
  retained: "retained",
  by: (name: string) => `as ${name}`,
  cut: "This is the beginning of it.",
  changed: (span: string) => `Changed since the one before, ${span} earlier`,
  unchanged: (span: string) => `The same as the one before, ${span} earlier.`,
  toDevice: "To the device",
  onlyDevice: (device: string) => `Only ${device}`,
  sendAgain: "Edit and publish",
  sendAgainOf: (source: string) => `Edit and publish: ${source}`,
  close: "Close",
  // Top talkers.
  talkers: "Who sends most",
  inLast: (span: string) => `in the last ${span}`,
  talkersBy: "Ordered by",
  byMessages: "Messages",
  byBytes: "Bytes",
  total: (messages: number, formatted: string, bytes: string) =>
    `${formatted} ${plural(messages, { one: "message", other: "messages" })}, ${bytes}`,
  talkerMessages: (messages: number, formatted: string) =>
    `${formatted} ${plural(messages, { one: "message", other: "messages" })}`,
  nobody: "Nobody yet.",
  // Refused ones.
  searchRefused: "Find in topic, device, reason or payload",
  noneFits: "None of them fits.",
  noneRefused: "No message was refused.",
  refusedNotLoaded: "The refused messages could not be loaded.",
  refusedAbout:
    "Messages that the hub could not take, newest first. Once the reason is gone, one that was kept whole can be tried again: it gets the time at which it came.",
  moreLike: (count: string) => `and ${count} like it`,
  tryAgain: "Try again",
  tryAgainOf: (source: string) => `Try again: ${source}`,
  trying: "Trying…",
  notWhole: "Only its beginning was kept.",
  retried: (readings: number, formatted: string) =>
    readings === 0
      ? "Taken."
      : `Taken: ${formatted} ${plural(readings, { one: "reading", other: "readings" })} stored.`,
  showMore: "Show more",
  // Publishing.
  publish: "Publish",
  publishTitle: "Publish a message",
  publishAbout:
    "It goes the way of any client’s message: to the hub, where the topic is one of its own, and to all who subscribed.",
  publishKeys: (keys: string) => `${keys} in the payload publishes, too`,
  publishTopic: "Topic",
  publishPayload: "Payload",
  qos: "QoS",
  retain: "Retain",
  retainAbout: "Keep it for those who subscribe later. An empty payload forgets it.",
  publishing: "Publishing…",
  published: {
    stored: (readings: number, formatted: string) =>
      readings === 0
        ? "Taken by the hub."
        : `Stored: ${formatted} ${plural(readings, { one: "reading", other: "readings" })}.`,
    waiting: "Kept apart: the device waits to be approved.",
    forwarded: "Passed on.",
    subscribed: "Somebody is subscribed to it.",
    unsubscribed: "Nobody is subscribed to it.",
  },
  history: "Published before",
  historyUse: "Take this again",
  historyClear: "Forget them",
};
