"""The queue's rows in one database, on the disk or in memory. Row numbers are never reused within a queue."""
import sqlite3
from collections.abc import Sequence

SCHEMA = """
CREATE TABLE IF NOT EXISTS readings (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  ts INTEGER NOT NULL,    -- milliseconds since 1970
  boot TEXT NOT NULL,     -- the start of the machine that `up` counts from
  up INTEGER NOT NULL,    -- milliseconds since that start
  body TEXT NOT NULL      -- a JSON object of metrics
) STRICT;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""
# The approximate size of a row's other columns and of its B-tree entry.
ROW_OVERHEAD_BYTES = 64
MAX_SEQ = (1 << 63) - 1

Row = tuple[int, int, str, int, str]


class ReadingsTable:
    """Tracks the number and size of its rows. All methods raise sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.rows, self.bytes = self.count_up_to(MAX_SEQ)

    @staticmethod
    def in_memory() -> "ReadingsTable":
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        db.executescript(SCHEMA)
        return ReadingsTable(db)

    def insert(self, row: Row) -> None:
        self._db.execute("INSERT INTO readings (seq, ts, boot, up, body) VALUES (?, ?, ?, ?, ?)", row)
        self.rows += 1
        self.bytes += len(row[4].encode()) + ROW_OVERHEAD_BYTES

    def oldest(self, after_seq: int, limit: int) -> list[tuple[int, int, str]]:
        """Number, time and body."""
        return self._db.execute(
            "SELECT seq, ts, body FROM readings WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, limit)
        ).fetchall()

    def all_rows(self) -> list[Row]:
        return self._db.execute("SELECT seq, ts, boot, up, body FROM readings ORDER BY seq").fetchall()

    def last_seq(self) -> int:
        """The highest number ever used."""
        found = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'readings'").fetchone()
        return 0 if found is None else int(found[0])

    def seq_of_oldest(self, rows: int) -> int:
        """The number of the last of the `rows` oldest; 0 where there is none."""
        (seq,) = self._db.execute(
            "SELECT max(seq) FROM (SELECT seq FROM readings ORDER BY seq LIMIT ?)", (rows,)
        ).fetchone()
        return int(seq or 0)

    def delete_up_to(self, seq: int) -> int:
        """Returns the number of deleted rows."""
        rows, size = self.count_up_to(seq)
        self._db.execute("DELETE FROM readings WHERE seq <= ?", (seq,))
        self.rows -= rows
        self.bytes -= size
        return rows

    def count_up_to(self, seq: int) -> tuple[int, int]:
        """The number and size of the rows."""
        rows, size = self._db.execute(
            f"SELECT count(*), coalesce(sum(length(CAST(body AS BLOB)) + {ROW_OVERHEAD_BYTES}), 0)"
            " FROM readings WHERE seq <= ?",
            (seq,),
        ).fetchone()
        return rows, size

    def correct_times(self, boot: str, base_ms: int, after_seq: int, tolerance_ms: int) -> int:
        """Corrects the times of rows of that boot; returns how many changed."""
        return self._db.execute(
            "UPDATE readings SET ts = ? + up WHERE boot = ? AND seq > ? AND abs(ts - up - ?) > ?",
            (base_ms, boot, after_seq, base_ms, tolerance_ms),
        ).rowcount

    def dropped(self) -> int:
        stored = self._db.execute("SELECT value FROM counters WHERE name = 'dropped'").fetchone()
        return 0 if stored is None else int(stored[0])

    def set_dropped(self, rows: int) -> None:
        self._db.execute(
            "INSERT INTO counters VALUES ('dropped', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (rows,),
        )

    def merge(self, sent_up_to: int, rows: Sequence[Row], dropped: int) -> None:
        """In one transaction: deletes sent rows, and inserts the rows from memory."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("DELETE FROM readings WHERE seq <= ?", (sent_up_to,))
            self._db.executemany("INSERT INTO readings (seq, ts, boot, up, body) VALUES (?, ?, ?, ?, ?)", rows)
            self.set_dropped(dropped)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self.rows, self.bytes = self.count_up_to(MAX_SEQ)

    def close(self) -> None:
        self._db.close()
