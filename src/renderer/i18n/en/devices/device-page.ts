// A device's page: its state, what charts are compared with, and the order of its parts.

export const devicePage = {
  notLoaded: "The device could not be loaded.",
  loading: "Loading",
  wantsToJoin: "It wants to join: an administrator has to approve it.",
  isBlocked: "It is blocked.",
  edit: "Edit",
  lastReading: "last reading",
  lastHeard: "last heard",
  sharedUntil: (when: string) => ` · shared with you until ${when}`,
  noSuchDevice: (id: string) => `There is no device “${id}”`,
  toOverview: "To the overview",
  compareWith: "Compare with",
  nothing: "Compare with…",
  yesterday: "+ yesterday",
  lastWeek: "+ last week",
  lastYear: "+ last year",
  otherMetrics: "Others",
};
