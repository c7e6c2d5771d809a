// A move of the hub's data into a database server, or back, as the API shows it.
import { type Static, Type } from "typebox";

const Side = Type.Union([Type.Literal("file"), Type.Literal("server")], {
  description: "file: the database in the data folder",
});
const Address = Type.String({
  minLength: 1,
  maxLength: 2_048,
  description: "postgres://… or mariadb://…, with the password",
});
const WithoutPassword = Type.String({ description: "of the server, without the password" });

export const MovePlan = Type.Object({
  server: WithoutPassword,
  product: Type.String(),
  readings: Type.Integer({ description: "how many there are to copy" }),
  storedBytes: Type.Integer({ description: "what they take now" }),
  estimatedBytes: Type.Integer({ description: "what they will take there, about" }),
  estimatedHours: Type.Number(),
  freeBytes: Type.Union([Type.Integer(), Type.Null()], {
    description: "room on the server’s disk; null where it does not tell",
  }),
  isContinued: Type.Boolean({ description: "the server has data of this hub from an earlier move: it is compared" }),
  warnings: Type.Array(Type.String()),
});
export type MovePlan = Static<typeof MovePlan>;

const Compared = Type.Object({
  atMs: Type.Integer(),
  series: Type.Integer(),
  days: Type.Integer({ description: "days of series, of which count, sum, least and greatest were compared" }),
  readings: Type.Integer(),
  repaired: Type.Integer({ description: "readings that were not the same, and are now" }),
});

export const MoveProgress = Type.Object({
  server: WithoutPassword,
  step: Type.Union([
    Type.Literal("copying"),
    Type.Literal("comparing"),
    Type.Literal("ready"),
    Type.Literal("finished"),
  ]),
  startedMs: Type.Integer(),
  switchedMs: Type.Union([Type.Integer(), Type.Null()]),
  endsMs: Type.Union([Type.Integer(), Type.Null()], { description: "when the file ceases to get what comes" }),
  copiedReadings: Type.Integer(),
  totalReadings: Type.Integer(),
  copiedFromMs: Type.Union([Type.Integer(), Type.Null()], { description: "readings from here on are copied" }),
  secondsLeft: Type.Union([Type.Number(), Type.Null()]),
  waitingReadings: Type.Integer({ description: "on their way to the other store" }),
  missedDays: Type.Integer({ description: "days of which the other store may lack readings: they are compared" }),
  compared: Type.Union([Compared, Type.Null()]),
  switchesWhenEqual: Type.Boolean(),
  problem: Type.Optional(Type.String({ description: "what is in the way, for people" })),
});
export type MoveProgress = Static<typeof MoveProgress>;

export const MoveStatus = Type.Object({
  reads: Side,
  canSwitch: Type.Boolean({ description: "false where the hub cannot start itself again" }),
  move: Type.Union([MoveProgress, Type.Null()]),
});
export type MoveStatus = Static<typeof MoveStatus>;

export const MoveTarget = Type.Object({ to: Address }, { additionalProperties: false });

export const NewMove = Type.Object(
  {
    to: Address,
    switchWhenEqual: Type.Optional(Type.Boolean({ description: "switches reading by itself once both have the same" })),
  },
  { additionalProperties: false },
);
