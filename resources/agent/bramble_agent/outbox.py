"""Readings on their way to the hub. Each is on the disk before it is sent, and goes when the hub has acknowledged it.

The queue is bounded: when it is full the oldest readings go, and that is counted and said. Sent again after a broken
connection, a reading has the same time as before, so that the hub stores it once.
"""
import json
import logging
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .clock import Clock

log = logging.getLogger("outbox")

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
BATCH_ROWS = 200
BATCH_BYTES = 32 * 1024
# When it is full so many go at once, or every new reading would have to remove one.
DROP_SHARE = 0.01
CLOCK_JUMP_MS = 60_000
YEAR_2000_MS = 946_684_800_000
DAY_MS = 86_400_000
SAY_DROPPED_EVERY_SECONDS = 60
# A row's other columns and its place in the tree, roughly.
ROW_BYTES = 64


@dataclass(frozen=True)
class Batch:
    """The oldest readings, ready to be sent."""

    last_seq: int
    rows: int
    payload: bytes


class Outbox:
    """May be used from any thread."""

    def __init__(self, path: Path, clock: Clock, boot: str, max_rows: int, max_bytes: int) -> None:
        self._clock = clock
        self._boot = boot
        self._lock = threading.RLock()
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._db = open_database(path, SCHEMA)
        self._rows, self._bytes = self._count("TRUE", ())
        stored = self._db.execute("SELECT value FROM counters WHERE name = 'dropped'").fetchone()
        self._dropped: int = 0 if stored is None else stored[0]
        self._last_said = float("-inf")
        # What was sent keeps its time, even if the clock is set right after that.
        self._sent_up_to = 0
        self.filled = threading.Event()

    def limit(self, max_rows: int, max_bytes: int) -> None:
        with self._lock:
            self._max_rows, self._max_bytes = max_rows, max_bytes
            self._make_room()

    @property
    def rows(self) -> int:
        return self._rows

    @property
    def bytes(self) -> int:
        return self._bytes

    @property
    def dropped(self) -> int:
        """How many rows went because the queue was full, ever."""
        return self._dropped

    def add(self, values: dict[str, float]) -> None:
        """Takes what was measured just now; what is no number is left out."""
        finite = {name: value for name, value in values.items() if abs(value) < float("inf")}
        if not finite:
            return
        body = json.dumps(finite, separators=(",", ":"), ensure_ascii=False)
        with self._lock:
            self._db.execute(
                "INSERT INTO readings (ts, boot, up, body) VALUES (?, ?, ?, ?)",
                (self._clock.now_ms(), self._boot, self._clock.up_ms(), body),
            )
            self._rows += 1
            self._bytes += len(body.encode()) + ROW_BYTES
            self._make_room()
        self.filled.set()

    def oldest(self) -> Batch | None:
        """The next ones to send; None when all are delivered."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, ts, body FROM readings ORDER BY seq LIMIT ?", (BATCH_ROWS,)
            ).fetchall()
            if not rows:
                return None
            texts: list[str] = []
            size = 0
            last_seq = 0
            for seq, ts, body in rows:
                text = self._with_time(ts, body)
                size += len(text.encode()) + 1
                if texts and size > BATCH_BYTES:
                    break
                texts.append(text)
                last_seq = seq
            self._sent_up_to = max(self._sent_up_to, last_seq)
        return Batch(last_seq, len(texts), f"[{','.join(texts)}]".encode())

    def remove(self, batch: Batch) -> None:
        """The hub has it."""
        with self._lock:
            self._delete_up_to(batch.last_seq)

    def correct_times(self) -> int:
        """Puts times of this start of the machine right by what the clock is now; answers how many were wrong."""
        base_ms = self._clock.now_ms() - self._clock.up_ms()
        with self._lock:
            changed = self._db.execute(
                "UPDATE readings SET ts = ? + up WHERE boot = ? AND seq > ? AND abs(ts - up - ?) > ?",
                (base_ms, self._boot, self._sent_up_to, base_ms, CLOCK_JUMP_MS),
            ).rowcount
        if changed > 0:
            log.warning("%d readings were taken while the clock was wrong: their times are put right", changed)
        return changed

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _with_time(self, ts: int, body: str) -> str:
        """A time that the hub would refuse is left out: then the time of arrival counts."""
        plausible = YEAR_2000_MS <= ts <= self._clock.hub_now_ms() + DAY_MS
        return f'{{"ts":{ts},{body[1:]}' if plausible else body

    def _make_room(self) -> None:
        if self._rows <= self._max_rows and self._bytes <= self._max_bytes:
            return
        rows_over = self._rows - self._max_rows
        share_over = 1 - self._max_bytes / self._bytes if self._bytes > self._max_bytes else 0
        least = max(1, rows_over, round(self._rows * share_over), round(self._rows * DROP_SHARE))
        (last_seq,) = self._db.execute(
            "SELECT max(seq) FROM (SELECT seq FROM readings ORDER BY seq LIMIT ?)", (least,)
        ).fetchone()
        self._dropped += self._delete_up_to(last_seq)
        self._db.execute(
            "INSERT INTO counters VALUES ('dropped', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (self._dropped,),
        )
        now = time.monotonic()
        if now - self._last_said >= SAY_DROPPED_EVERY_SECONDS:
            self._last_said = now
            log.warning("the queue is full: the oldest readings go (%d so far)", self._dropped)

    def _delete_up_to(self, seq: int) -> int:
        rows, size = self._count("seq <= ?", (seq,))
        self._db.execute("DELETE FROM readings WHERE seq <= ?", (seq,))
        self._rows -= rows
        self._bytes -= size
        return rows

    def _count(self, which: str, values: tuple[int, ...]) -> tuple[int, int]:
        rows, size = self._db.execute(
            f"SELECT count(*), coalesce(sum(length(CAST(body AS BLOB)) + {ROW_BYTES}), 0) FROM readings WHERE {which}",
            values,
        ).fetchone()
        return rows, size


def open_database(path: Path, schema: str, synchronous: str = "NORMAL") -> sqlite3.Connection:
    """With a write-ahead log; each statement commits. A file that is broken for good is put aside."""
    try:
        return _open(path, schema, synchronous)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        aside = path.with_name(f"{path.name}.broken")
        log.error("%s is broken (%s): it is kept as %s, and a new one begun", path, error, aside.name)
        path.replace(aside)
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        return _open(path, schema, synchronous)


def _open(path: Path, schema: str, synchronous: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {synchronous}")
        db.executescript(schema)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
