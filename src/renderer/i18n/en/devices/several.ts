// Several devices at once: one command to all of them, their room and their tags.
import { plural } from "../../plural.ts";

export const several = {
  title: "Several devices at once",
  which: "Which",
  shown: (count: string) => `all that are shown (${count})`,
  inRoom: (room: string, count: string) => `${room} (${count})`,
  controls: "Controls",
  none: "No two of them have the same control.",
  owners: (count: number, written: string) => plural(count, { one: `${written} device`, other: `${written} devices` }),
  states: (on: string, off: string) => `${on} on, ${off} off`,
  differ: "they differ",
  switchOn: (control: string) => `Switch ${control} on`,
  switchOff: (control: string) => `Switch ${control} off`,
  on: "On",
  off: "Off",
  became: (control: string) => `What became of ${control}`,
  done: (count: string) => `${count} done`,
  underWay: (count: string) => `${count} under way`,
  waiting: (count: string) => `${count} away, sent if they return within a minute:`,
  failed: (count: string) => `${count} failed:`,
  roomAndTags: "Room and tags",
  room: "Room; empty to leave each where it is",
  tags: "Tags to add, with commas between them",
  apply: (count: number, written: string) =>
    plural(count, { one: `Apply to ${written} device`, other: `Apply to ${written} devices` }),
  notAll: (why: string) => `Not all were changed. ${why}`,
  applied: (count: number, written: string) =>
    plural(count, { one: `${written} device was changed.`, other: `${written} devices were changed.` }),
};
