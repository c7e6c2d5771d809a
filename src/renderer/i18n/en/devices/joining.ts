// Devices that ask to join, and those that were blocked.
import { plural } from "../../plural.ts";

export const joining = {
  wantToJoin: "Want to join",
  one: (name: string) => `${name} wants to join`,
  many: (count: string) => `${count} devices want to join`,
  at: (address: string) => `at ${address}`,
  kept: (count: number, written: string) =>
    plural(count, { one: `${written} reading kept meanwhile`, other: `${written} readings kept meanwhile` }),
  compareKey: "It brings a key. Compare with the code on the device:",
  approve: "Approve",
  approveOf: (name: string) => `Approve ${name}`,
  approveAll: (count: string) => `Approve all ${count}`,
  block: "Block",
  blockOf: (name: string) => `Block ${name}`,
  nameAndRoom: "Name and room…",
  nameOf: (name: string) => `Name and room of ${name}`,
  nameLabel: (name: string) => `Name for ${name}`,
  roomLabel: (name: string) => `Room of ${name}`,
  room: "Room",
  roomOfAll: "Room of all",
  joined: (name: string) => `${name} has joined.`,
  joinedMany: (joined: number, of: number) => `${joined} of ${of} have joined.`,
  blocked: (name: string) => `${name} is blocked. It stands at the end of the overview.`,
  someFailed: "Not all of them could join. Those that are left can be approved again.",
  blockedCount: (count: number, written: string) =>
    plural(count, { one: `${written} device is blocked`, other: `${written} devices are blocked` }),
  lastHeardFrom: (address: string) => `last heard from ${address}`,
  comesWith: (count: string, until: string) => `its ${count} readings come with it until ${until}`,
  letJoin: "Let it join after all",
  letJoinOf: (name: string) => `Let it join after all: ${name}`,
};
