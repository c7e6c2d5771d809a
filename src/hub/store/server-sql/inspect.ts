// Inspects a database server before anything is stored there: whether it admits this hub, whose data it has, how much room it has.
import { BrambleError } from "../../../shared/errors.ts";
import type { StoreAddress } from "../store-address.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { dialectOf } from "./dialects.ts";
import { startFailure } from "./failure.ts";
import { COMPACT_AFTER_MS } from "./history/compaction.ts";
import { MAX_WORKERS } from "./leadership.ts";
import { isCurrent, refuseForeignTables } from "./schema.ts";
import { toNumber, toText } from "./values.ts";

export interface ServerInspection {
  readonly product: string;
  /** Of the hub whose data it has; null where it has none. */
  readonly hubId: string | null;
  readonly readings: number;
  /** Workers that write there. */
  readonly workers: number;
  /** On the server's computer; null where the server does not report it. */
  readonly dataFolder: string | null;
  /** Readings that are older are kept compressed there. */
  readonly compactAfterMs: number;
  /** What its settings endanger. */
  readonly warnings: readonly string[];
}

/** Changes nothing there. Rejects with a message for people. */
export async function inspectServer(address: StoreAddress): Promise<ServerInspection> {
  const dialect = dialectOf(address);
  const { product, sql } = dialect;
  const pool = new ConnectionPool({ dialect, size: 1 });
  try {
    return await pool.read(async (connection) => {
      const isOurs = await isCurrent(connection, dialect);
      if (!isOurs) await refuseForeignTables(connection, dialect);
      const [hubId] = isOurs ? await connection.query("SELECT value FROM setting WHERE name = 'hub-id'") : [];
      const [readings] = isOurs ? await connection.query(sql.estimatedReadings) : [];
      const [workers] = await connection.query(sql.heldSlots(MAX_WORKERS));
      const warnings = await connection.query(sql.durabilityWarnings);
      const [folder] = await connection.query(sql.dataFolder).catch((error: unknown) => {
        // Needs a privilege that not every user has.
        if (connection.isOpen) return [];
        throw error;
      });
      return {
        product,
        hubId: hubId === undefined ? null : toText(hubId[0]),
        readings: toNumber(readings?.[0] ?? 0),
        workers: toNumber(workers?.[0] ?? 0),
        dataFolder: folder === undefined ? null : toText(folder[0]),
        compactAfterMs: COMPACT_AFTER_MS,
        warnings: warnings.map(([sentence]) => toText(sentence)),
      };
    });
  } catch (error) {
    throw error instanceof BrambleError ? startFailure(address, error) : error;
  } finally {
    pool.close();
  }
}
