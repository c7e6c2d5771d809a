// How devices come in: whether they need a key, which have none, and from which networks.
import { plural } from "../../plural.ts";

export const deviceAccess = {
  notLoaded: "The settings could not be loaded.",
  withoutKey: "What a client without a key may do",
  locked: "Locked: a flag or the environment of the hub sets this. Change it there, and start it again.",
  choices: {
    readings: {
      label: "May send readings",
      meaning: "of a device that has no key. A device with a key is refused without it.",
    },
    none: {
      label: "Nothing: keys are compulsory",
      meaning: "Every device needs a key; those that have none are cut off.",
    },
    all: {
      label: "Anything",
      meaning: "An open broker: anyone on the network reads and writes all topics but those of devices with a key.",
    },
  },
  cutOff: (count: number) =>
    plural(count, { one: "1 device would be cut off", other: `${count} devices would be cut off` }),
  cutOffMeaning: ": those under “Devices without a key”. Give each a key first.",
  keyless: "Devices without a key",
  noneKeyless: "None: every device that has joined has a key.",
  lastSeen: "last seen",
  giveKey: "Give it a key",
  networks: "Networks that are let in beside the private ones, one a line",
  saveNetworks: "Save networks",
};
