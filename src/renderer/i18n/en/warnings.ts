// What every page says while something is wrong with what it shows, with the link to it, the hub's disk or a clock.

export const warnings = {
  badLink: (link: string) => `The link “${link}” cannot be read. This is the overview.`,
  unknownLink: (link: string) => `There is no page “${link}”. This is the overview.`,
  notForYou: "You may not see that page. This is the overview.",
  notAll: "Some of what this page shows could not be loaded, or is not up to date",
  clockAhead: (span: string) => `This computer’s clock is ${span} ahead of the hub’s.`,
  clockBehind: (span: string) => `This computer’s clock is ${span} behind the hub’s.`,
  clockAdvice:
    "This page goes by the hub’s clock. Set the one that is wrong: readings without a time get that of the hub.",
  diskLow: "The hub’s disk is getting full: less than 2\u00a0GB is free.",
  diskLowAdvice: (folder: string) =>
    `Free some space on the drive of ${folder}, or move that folder to a larger drive. Under 16\u00a0MB nothing more is stored.`,
  diskFull: "The hub’s disk is full: no new readings are stored.",
  diskFullAdvice: (folder: string) =>
    `Free some space on the drive of ${folder}, or move that folder to a larger drive; storing then goes on by itself. Devices that send over MQTT with QoS\u00a01 or 2 repeat what was not acknowledged. What comes with QoS\u00a00, or over HTTP from scripts that do not try again, is lost meanwhile.`,
};
