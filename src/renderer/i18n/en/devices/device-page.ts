// A device's page: its state, what charts are compared with, and the order of its parts.

export const devicePage = {
  notLoaded: "The device could not be loaded.",
  loading: "Loading",
  wantsToJoin: "It wants to join: an administrator has to approve it.",
  isBlocked: "It is blocked.",
  edit: "Edit",
  lastReading: "last reading",
  lastHeard: "last heard",
  noSuchDevice: (id: string) => `There is no device “${id}”`,
  toOverview: "To the overview",
  compareWith: "Compare with",
  nothing: "Compare with…",
  yesterday: "+ yesterday",
  lastWeek: "+ last week",
  lastYear: "+ last year",
  otherMetrics: "Others",
  leftOut: "Left out",
  leftOutMeaning: "What these fields of its messages held could not be stored; the rest was.",
  duplicateId: (addresses: readonly string[]) =>
    `Two machines use this id, at ${addresses.join(" and ")}: each pushes the other’s connection out. Give one of them another id; the agent on a Pi takes it from “device” in bramble-agent.toml.`,
};
