"""Carries commands out: each id once, none after its time, and every one gets a reply."""
import collections
import json
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import Clock, duration
from .devices import Outputs
from .link import Link, LinkLost
from .outputs import Refused, Value
from .storage import RETRY_DISK_AFTER_MS, disk_message, open_database, open_read_only

log = logging.getLogger("commands")

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  reply TEXT            -- JSON; null from before it is acted on until after
) STRICT;
"""
MAX_REMEMBERED_COMMANDS = 1_000
MAX_COMMAND_ID_CHARACTERS = 200
MAX_WAITING_COMMANDS = 100
MEMORY_ONLY_MESSAGE = "a command that comes again after this machine stopped may be done twice: "
CUT_OFF = "the agent was stopped while it acted on this: whether it did is not known"


class SeenCommands:
    """Ids that were acted on, and the replies; on the disk before anything moves.

    All of them are in memory, too: while the disk takes nothing, a command is still done once until the agent stops.
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

    def begin(self, command_id: str) -> str | None:
        """None where the id is new, and taken down now; else the reply of then."""
        with self._lock:
            if command_id in self._replies:
                reply = self._replies[command_id]
                return reply if reply is not None else failure(command_id, CUT_OFF)
            self._replies[command_id] = None
            for oldest in list(self._replies)[:-MAX_REMEMBERED_COMMANDS]:
                del self._replies[oldest]
            self._write("INSERT INTO seen (id) VALUES (?)", (command_id,))
            self._write("DELETE FROM seen WHERE seq <= (SELECT max(seq) FROM seen) - ?", (MAX_REMEMBERED_COMMANDS,))
            return None

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


@dataclass(frozen=True)
class Command:
    """One command as the hub sends it; without a time it never expires."""

    id: str
    control: str
    value: Value
    ends_ms: float | None

    @staticmethod
    def parse(payload: bytes) -> "Command":
        """Raises ValueError with a message for people."""
        message = json.loads(payload)
        if not isinstance(message, dict):
            raise ValueError("it is no JSON object")
        command_id, control, value = message.get("id"), message.get("control"), message.get("value")
        if not isinstance(command_id, str) or not 0 < len(command_id) <= MAX_COMMAND_ID_CHARACTERS:
            raise ValueError("it has no id")
        if not isinstance(control, str):
            raise ValueError("it names no control")
        if value is not None and not isinstance(value, (bool, int, float, str)):
            raise ValueError("its value is neither a number, a text, true nor false")
        at, ttl = message.get("at"), message.get("ttl_ms")
        ends_ms = at + ttl if isinstance(at, (int, float)) and isinstance(ttl, (int, float)) else None
        return Command(command_id, control, value, ends_ms)


class Commands:
    """Takes payloads from any thread; acts on them in its own, one after the other."""

    def __init__(self, outputs: Outputs, seen: SeenCommands, clock: Clock) -> None:
        self._outputs = outputs
        self._seen = seen
        self._clock = clock
        self._waiting: queue.Queue[tuple[bytes, Link]] = queue.Queue(MAX_WAITING_COMMANDS)
        # Oldest first.
        self._unacknowledged_replies: collections.deque[str] = collections.deque(maxlen=MAX_WAITING_COMMANDS)

    def take(self, payload: bytes, link: Link) -> None:
        """`link` is where the reply goes."""
        try:
            self._waiting.put_nowait((payload, link))
        except queue.Full:
            log.error("more than %d commands wait: one is dropped", MAX_WAITING_COMMANDS)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                payload, link = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            self._answer(payload, link.deliver)

    def resend_replies(self, deliver: Callable[[str, str], Any]) -> None:
        """Sends the replies that the hub did not acknowledge; it waits for them. Raises LinkLost."""
        while self._unacknowledged_replies:
            deliver("reply", self._unacknowledged_replies[0])
            self._unacknowledged_replies.popleft()

    def handle(self, payload: bytes) -> str | None:
        """Acts, or not, and answers the reply; None where the message is no command."""
        try:
            command = Command.parse(payload)
        except (ValueError, RecursionError) as error:
            log.warning("a command is not understood: %s", error)
            return None
        earlier = self._seen.begin(command.id)
        if earlier is not None:
            log.info("%s came again: it is not done twice", command.id)
            return earlier
        reply = self._act(command)
        self._seen.finish(command.id, reply)
        return reply

    def _act(self, command: Command) -> str:
        late_ms = 0 if command.ends_ms is None else self._clock.hub_now_ms() - command.ends_ms
        if late_ms > 0:
            return failure(command.id, f"it came {duration(late_ms)} too late")
        try:
            value = self._outputs.act(command.control, command.value)
        except Refused as error:
            return failure(command.id, str(error))
        log.info("%s is %s", command.control, json.dumps(value))
        return json.dumps({"id": command.id, "ok": True, "value": value})

    def _answer(self, payload: bytes, deliver: Callable[[str, str], Any]) -> None:
        reply = self.handle(payload)
        if reply is None:
            return
        try:
            deliver("reply", reply)
            deliver("state", json.dumps(self._outputs.state()))
        except LinkLost as error:
            log.warning("a reply did not reach the hub: %s", error)
            self._unacknowledged_replies.append(reply)


def failure(command_id: str, reason: str) -> str:
    log.warning("%s is not done: %s", command_id, reason)
    return json.dumps({"id": command_id, "ok": False, "error": reason}, ensure_ascii=False)
