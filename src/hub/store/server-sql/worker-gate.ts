// Whether workers may write to a database. Not while its data is being moved, nor once the hub reads from another store: their
// readings would be missing there, or be removed from the server that is being filled.
// Order: the hub stores the ban, then checks whether a worker holds a place; a worker takes a place, then checks for the ban. So at
// least one of the two sees the other.
import { Type } from "typebox";
import { CLOSED_TO_WORKERS } from "../metadata.ts";
import type { RecordKind } from "../records.ts";
import type { StoreAddress } from "../store-address.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { dialectOf } from "./dialects.ts";
import { MAX_WORKERS } from "./leadership.ts";
import { toNumber } from "./values.ts";

const Closed = Type.Object({ id: Type.String() });
/** It has one record while workers may not write. */
export const closedToWorkers: RecordKind<typeof Closed> = {
  name: CLOSED_TO_WORKERS,
  schema: Closed,
  idOf: ({ id }) => id,
};
const RECORD = { id: "moved" };

/** Saves whether workers may write to a database that has its tables; answers how many of them hold a place there. */
export async function letWorkers(address: StoreAddress, areAllowed: boolean): Promise<number> {
  const dialect = dialectOf(address);
  const { sql } = dialect;
  const pool = new ConnectionPool({ dialect, size: 1 });
  const key = [closedToWorkers.name, closedToWorkers.idOf(RECORD)];
  try {
    return await pool.use(async (connection) => {
      if (areAllowed) await connection.query("DELETE FROM record WHERE collection = ? AND id = ?", key);
      else
        await connection.query(
          `INSERT INTO record (collection, id, text) VALUES (?, ?, ?) ${sql.keepExisting("record.id")}`,
          [...key, JSON.stringify(RECORD)],
        );
      const [held] = await connection.query(sql.heldSlots(MAX_WORKERS));
      return toNumber(held?.[0] ?? 0);
    });
  } finally {
    pool.close();
  }
}
