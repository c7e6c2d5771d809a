"""The ids of executed commands with their replies: each id is on the disk before its command is executed."""
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ..machine.disk import disk_message
from .database import RETRY_DISK_AFTER_MS, open_database, open_read_only

log = logging.getLogger("commands")

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  reply TEXT            -- JSON; null from before it is acted on until after
) STRICT;
"""
MAX_REMEMBERED_COMMANDS = 1_000
MEMORY_ONLY_MESSAGE = "a command that comes again after this machine stopped may be done twice: "


class SeenCommands:
    """The last MAX_REMEMBERED_COMMANDS commands.

    They are also in memory: without a writable disk, a command is still executed only once until the agent stops.
    Thread-safe. Never raises on a disk error.
    """

    def __init__(self, path: Path, up_ms: Callable[[], int]) -> None:
        self._path = path
        self._up_ms = up_ms
        self._lock = threading.RLock()
        # None while the command is being executed.
        self._replies: dict[str, str | None] = {}
        # None while the disk is not writable.
        self._db: sqlite3.Connection | None = None
        self._retry_at_ms = 0
        self._disk_error: str | None = None
        self._return_to_disk()

    @property
    def disk_error(self) -> str | None:
        """Text for a person: why commands are only in memory; None while they are on the disk."""
        return self._disk_error

    def begin(self, command_id: str) -> bool:
        """Records the id; returns whether it is new."""
        with self._lock:
            if command_id in self._replies:
                return False
            self._replies[command_id] = None
            for oldest in list(self._replies)[:-MAX_REMEMBERED_COMMANDS]:
                del self._replies[oldest]
            self._write("INSERT INTO seen (id) VALUES (?)", (command_id,))
            self._write("DELETE FROM seen WHERE seq <= (SELECT max(seq) FROM seen) - ?", (MAX_REMEMBERED_COMMANDS,))
            return True

    def reply_to(self, command_id: str) -> str | None:
        """None where its execution has not ended, or was interrupted."""
        with self._lock:
            return self._replies.get(command_id)

    def finish(self, command_id: str, reply: str) -> None:
        with self._lock:
            self._replies[command_id] = reply
            self._write("UPDATE seen SET reply = ? WHERE id = ?", (reply, command_id))

    def try_disk(self) -> None:
        """Returns to the disk once it is writable; to be called about every second."""
        with self._lock:
            if self._db is None and self._up_ms() >= self._retry_at_ms:
                self._return_to_disk()

    def close(self) -> None:
        with self._lock:
            self._retry_at_ms = 0
            self.try_disk()
            if self._db is not None:
                self._db.close()

    def _write(self, statement: str, values: tuple[str | int, ...]) -> None:
        if self._db is None:
            return
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            self._fall_back_to_memory(error)

    def _return_to_disk(self) -> None:
        was_left = self._disk_error is not None
        try:
            # Executed commands must be known after a power loss, too.
            db = open_database(self._path, SCHEMA, synchronous="FULL")
        except (sqlite3.Error, OSError) as error:
            if not was_left and (db_to_read := open_read_only(self._path)) is not None:
                self._merge(db_to_read)
                db_to_read.close()
            self._fall_back_to_memory(error)
            return
        self._merge(db)
        try:
            rewrite(db, self._replies)
        except sqlite3.Error as error:
            db.close()
            self._fall_back_to_memory(error)
            return
        self._db, self._disk_error = db, None
        if was_left:
            log.info("commands are remembered on the disk again")

    def _merge(self, db: sqlite3.Connection) -> None:
        """Entries in memory are newer than those on the disk."""
        try:
            stored = db.execute("SELECT id, reply FROM seen ORDER BY seq").fetchall()
        except sqlite3.Error as error:
            log.warning("earlier commands cannot be read: %s", error)
            return
        merged = {**dict(stored), **self._replies}
        self._replies = dict(list(merged.items())[-MAX_REMEMBERED_COMMANDS:])

    def _fall_back_to_memory(self, error: Exception) -> None:
        is_news = self._disk_error is None
        if self._db is not None:
            self._db.close()
            self._db = None
        self._retry_at_ms = self._up_ms() + RETRY_DISK_AFTER_MS
        self._disk_error = MEMORY_ONLY_MESSAGE + disk_message(self._path.parent, error)
        if is_news:
            log.error("%s", self._disk_error)


def rewrite(db: sqlite3.Connection, replies: Mapping[str, str | None]) -> None:
    """In one transaction. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("DELETE FROM seen")
        db.executemany("INSERT INTO seen (id, reply) VALUES (?, ?)", replies.items())
        # Writes even without entries: only a write shows whether the disk is writable.
        db.execute(f"PRAGMA user_version = {int(time.time()) & 0x7FFFFFFF}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
