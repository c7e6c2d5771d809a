// The state file of a move in the data folder: which store is read, and the progress of the other. It is a separate file, since it
// decides which store is opened. It holds the server's password, as the environment of a hub on a server would.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { StoreAddress } from "../store/store-address.ts";
import { CopyPlace } from "./copying/months.ts";
import { DurableFile } from "./durable-file.ts";

export const Side = Type.Union([Type.Literal("file"), Type.Literal("server")]);
export type Side = Static<typeof Side>;

const Step = Type.Union([
  /** The other store gets all stored data, newest first, and all new data. */
  Type.Literal("copying"),
  Type.Literal("comparing"),
  /** Both are equal. */
  Type.Literal("ready"),
  /** The other store gets no more data. */
  Type.Literal("finished"),
]);

const Compared = Type.Object({
  atMs: Type.Integer(),
  series: Type.Integer(),
  days: Type.Integer(),
  readings: Type.Integer(),
  /** Readings that differed and were repaired. */
  repaired: Type.Integer(),
});

export const MoveState = Type.Object({
  /** With the password. */
  address: Type.String(),
  /** The store that is read, and that acknowledges. */
  reads: Side,
  step: Step,
  startedMs: Type.Integer(),
  switchedMs: Type.Union([Type.Integer(), Type.Null()]),
  /** Whether the other store was empty when the copy began: then it need not be read. */
  isFresh: Type.Boolean(),
  /** Readings from here on are copied; null before the first one. */
  copiedFromMs: Type.Union([Type.Integer(), Type.Null()]),
  /** Of the month before them; null, or left out as by older versions, where none of it is copied. */
  copyPlace: Type.Optional(Type.Union([CopyPlace, Type.Null()])),
  copiedReadings: Type.Integer(),
  compared: Type.Union([Compared, Type.Null()]),
  /** Reading is switched as soon as both are equal. */
  switchWhenEqual: Type.Boolean(),
});
export type MoveState = Static<typeof MoveState>;

const FILE = "move.json";

export function moveStateFile(folder: string): DurableFile<typeof MoveState> {
  return new DurableFile(join(folder, FILE), MoveState);
}

/** The state in the folder; null where nothing was moved. Throws with a message where it cannot be read. */
function readMoveState(folder: string): MoveState | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  try {
    return Value.Parse(MoveState, JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    const reason = errorText(cause);
    throw new Failure(message("start/move-unreadable", { path, reason }), { cause });
  }
}

/** Where a hub keeps its data: `store` is the server that it reads, null where that is the file. */
export interface OpenedStores {
  readonly store: StoreAddress | null;
  readonly state: MoveState | null;
  /** Whether `--store` names a store that is not read, and is ignored. */
  readonly isPassedOver: boolean;
}

/**
 * The store of the state file, else the one of `--store`. Throws with a message where they name different servers, so that neither
 * is abandoned by mistake.
 */
export function resolveStores(named: StoreAddress | null, folder: string): OpenedStores {
  const state = readMoveState(folder);
  if (state === null) return { store: named, state, isPassedOver: false };
  const kept = new StoreAddress(state.address);
  if (named !== null && !isSameDatabase(named, kept))
    throw new Failure(message("start/moved-elsewhere", { folder, kept: kept.toString(), named: named.toString() }));
  if (state.reads === "file") return { store: null, state, isPassedOver: named !== null };
  // Its password may have been changed since.
  return { store: named ?? kept, state, isPassedOver: false };
}

function isSameDatabase(a: StoreAddress, b: StoreAddress): boolean {
  return a.kind === b.kind && a.place === b.place && a.database === b.database;
}

/** The data was replaced, as by a backup: the other store has to be compared with it, reading by reading. */
export async function copyAnew(folder: string): Promise<void> {
  const state = readMoveState(folder);
  if (state === null || state.step === "finished") return;
  await moveStateFile(folder).write({
    ...state,
    step: "copying",
    isFresh: false,
    copiedFromMs: null,
    copyPlace: null,
    copiedReadings: 0,
    compared: null,
    switchWhenEqual: false,
  });
}
