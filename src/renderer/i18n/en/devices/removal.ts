// Blocking, deleting and merging devices.
import { plural } from "../../plural.ts";

export const removal = {
  block: "Block it",
  blockMeaning: "Its messages are refused, and its readings stay. It can be approved again on the overview.",
  blockAction: "Block",
  delete: "Delete it",
  deleteAction: "Delete with its history",
  whatGoes: (history: string) =>
    `It goes with ${history} and its commands. That can be undone for a minute. If it sends again after that, it is a new device.`,
  deleted: (device: string) => `${device} is deleted.`,
  secondsLeft: (seconds: number) =>
    `In ${plural(seconds, { one: "1 second", other: `${seconds} seconds` })} it goes, with everything that it sent.`,
  deleting: "Removing its readings…",
  undoOf: (device: string) => `Undo deleting ${device}`,
  now: "Delete now",
  nowOf: (device: string) => `Delete now: ${device}`,
  kept: (device: string) => `${device} is kept.`,
  /** `written` is undefined until the readings are counted. */
  history: (readings: number | undefined, written: string, metrics: number, metricsWritten: string) => {
    const of = metrics === 1 ? "" : ` of ${metricsWritten} metrics`;
    if (readings === undefined) return `its readings${of}`;
    return plural(readings, { one: "its 1 reading", other: `its ${written} readings${of}` });
  },
  merge: "This device is the same as another",
  mergeMeaning: "A Pi that was set up anew may have a new id. Both become one device, with one history.",
  sameAs: "The same as",
  chooseOther: "Choose the other one",
  mergeOpen: "Merge…",
  mergeQuestion: (one: string, other: string) => `Are ${one} and ${other} the same device?`,
  mergeAction: "Merge them",
  merging: "Moving the readings. Millions of them take some seconds.",
  becomesPart: (source: string, history: string, target: string) =>
    `${source}, with ${history}, becomes part of ${target}, which was heard last.`,
  takesName: (name: string) => `It is called ${name} from then on.`,
  bothHave: (target: string) => `Where both have a reading at the same moment, that of ${target} stays.`,
  isGone: (source: string) =>
    `${source} is gone then, with its commands. This cannot be undone. If ${source} sends again, it is a new device.`,
};
