"""Which commands were acted on, and the replies: each on the disk before anything moves."""
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
    """The last MAX_REMEMBERED_COMMANDS of them.

    All are in memory, too: while the disk takes nothing, a command is still done once until the agent stops.
    May be used from any thread. Never raises for the disk's sake.
    """

    def __init__(self, path: Path, up_ms: Callable[[], int]) -> None:
        self._path = path
        self._up_ms = up_ms
        self._lock = threading.RLock()
        # None until an act has ended.
        self._replies: dict[str, str | None] = {}
        # None while the disk takes nothing.
        self._db: sqlite3.Connection | None = None
        self._retry_at_ms = 0
        self._disk_error: str | None = None
        self._return_to_disk()

    @property
    def disk_error(self) -> str | None:
        """For a person: why commands are remembered in memory alone; None while they are on the disk."""
        return self._disk_error

    def begin(self, command_id: str) -> bool:
        """Whether the id is new; it is taken down now."""
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
        """None where acting on it has not ended, or never did."""
        with self._lock:
            return self._replies.get(command_id)

    def finish(self, command_id: str, reply: str) -> None:
        with self._lock:
            self._replies[command_id] = reply
            self._write("UPDATE seen SET reply = ? WHERE id = ?", (reply, command_id))

    def try_disk(self) -> None:
        """Goes back to the disk where it can be written again; to be called every second or so."""
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
            self._leave_disk(error)

    def _return_to_disk(self) -> None:
        was_left = self._disk_error is not None
        try:
            # What was done must be known after a power cut, too.
            db = open_database(self._path, SCHEMA, synchronous="FULL")
        except (sqlite3.Error, OSError) as error:
            if not was_left and (db_to_read := open_read_only(self._path)) is not None:
                self._merge(db_to_read)
                db_to_read.close()
            self._leave_disk(error)
            return
        self._merge(db)
        try:
            rewrite(db, self._replies)
        except sqlite3.Error as error:
            db.close()
            self._leave_disk(error)
            return
        self._db, self._disk_error = db, None
        if was_left:
            log.info("commands are remembered on the disk again")

    def _merge(self, db: sqlite3.Connection) -> None:
        """What is in memory is newer than what is on the disk."""
        try:
            stored = db.execute("SELECT id, reply FROM seen ORDER BY seq").fetchall()
        except sqlite3.Error as error:
            log.warning("earlier commands cannot be read: %s", error)
            return
        merged = {**dict(stored), **self._replies}
        self._replies = dict(list(merged.items())[-MAX_REMEMBERED_COMMANDS:])

    def _leave_disk(self, error: Exception) -> None:
        is_news = self._disk_error is None
        if self._db is not None:
            self._db.close()
            self._db = None
        self._retry_at_ms = self._up_ms() + RETRY_DISK_AFTER_MS
        self._disk_error = MEMORY_ONLY_MESSAGE + disk_message(self._path.parent, error)
        if is_news:
            log.error("%s", self._disk_error)


def rewrite(db: sqlite3.Connection, replies: Mapping[str, str | None]) -> None:
    """All of it or nothing. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("DELETE FROM seen")
        db.executemany("INSERT INTO seen (id, reply) VALUES (?, ?)", replies.items())
        # A write even where there is nothing to remember: only a write tells whether there can be one.
        db.execute(f"PRAGMA user_version = {int(time.time()) & 0x7FFFFFFF}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
