// Records that both the hub and its workers write, and series that another process created.
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import type { SeriesKey } from "../../../shared/reading.ts";
import { groupsOf } from "../common/groups.ts";
import type { RecordKind } from "../records.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Dialect } from "./dialect.ts";
import { searchableJson, toText } from "./values.ts";
import type { CommitQueue } from "./writing/commit-queue.ts";
import { writeRows } from "./writing/row-statements.ts";
import type { SeriesDirectory } from "./writing/series-directory.ts";

export interface SharedRecordsOptions {
  readonly dialect: Dialect;
  readonly commits: CommitQueue;
  readonly pool: ConnectionPool;
  readonly series: SeriesDirectory;
}

const IDS_PER_STATEMENT = 500;

export class SharedRecords {
  readonly #options: SharedRecordsOptions;

  constructor(options: SharedRecordsOptions) {
    this.#options = options;
  }

  /** The records with these ids, those that there are. */
  async find<S extends TSchema>({ name, schema }: RecordKind<S>, ids: readonly string[]): Promise<Static<S>[]> {
    const found: Static<S>[] = [];
    for (const some of groupsOf(ids, IDS_PER_STATEMENT)) {
      const rows = await this.#options.pool.read((connection) =>
        connection.query(
          `SELECT text FROM record WHERE collection = ? AND id IN (${some.map(() => "?").join(",")}) ORDER BY number`,
          [name, ...some],
        ),
      );
      for (const [text] of rows) found.push(Value.Parse(schema, JSON.parse(toText(text))));
    }
    return found;
  }

  /** By id: some properties of all records of a kind, in a form that is compared and not read. The server picks them. */
  async excerpts<S extends TSchema>(
    { name }: RecordKind<S>,
    properties: readonly (string & keyof Static<S>)[],
  ): Promise<Map<string, string>> {
    const { pool, dialect } = this.#options;
    const columns = properties.map((property) => dialect.sql.jsonText("text", property));
    const rows = await pool.read((connection) =>
      connection.query(`SELECT id, ${columns.join(", ")} FROM record WHERE collection = ?`, [name]),
    );
    return new Map(rows.map(([id, ...values]) => [toText(id), JSON.stringify(values)]));
  }

  /** Saves the records whose ids are new; resolves once they are on disk. */
  async add<S extends TSchema>({ name, idOf, deviceOf }: RecordKind<S>, records: readonly Static<S>[]): Promise<void> {
    const { commits, dialect } = this.#options;
    const rows = records.map(
      (record) => [name, idOf(record), deviceOf?.(record) ?? null, searchableJson(JSON.stringify(record))] as const,
    );
    const statementOf = (places: string) =>
      `INSERT INTO record (collection, id, device, text) VALUES ${places} ${dialect.sql.keepExisting("record.id")}`;
    await commits.run((connection) => writeRows(connection, statementOf, rows));
  }

  /** Loads those of the series that other processes have created. */
  async learnSeries(keys: readonly SeriesKey[]): Promise<void> {
    const { series, pool } = this.#options;
    const unknown = keys.map(({ device, metric }) => series.of(device, metric)).filter(({ id }) => id === 0);
    if (unknown.length > 0) await pool.read((connection) => series.learnIds(connection, unknown));
  }

  /** Reads all series again. */
  learnAllSeries(): Promise<void> {
    const { series, pool } = this.#options;
    return pool.read((connection) => series.load(connection));
  }
}
