"""Carries commands out: each id once, none after its time, and every one gets a reply."""
import collections
import json
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import Clock, duration
from .devices import Outputs
from .link import Link, LinkLost
from .outbox import open_database
from .outputs import Refused, Value

log = logging.getLogger("commands")

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  reply TEXT            -- JSON; null from before it is acted on until after
) STRICT;
"""
REMEMBERED = 1_000
ID_CHARACTERS = 200
WAITING = 100
CUT_OFF = "the agent was stopped while it acted on this: nobody knows whether it did"


class SeenCommands:
    """Ids that were acted on, and the replies; on the disk before anything moves."""

    def __init__(self, path: Path) -> None:
        # What was done must be known after a power cut, too.
        self._db = open_database(path, SCHEMA, synchronous="FULL")

    def begin(self, command_id: str) -> str | None:
        """None where the id is new, and taken down now; else the reply of then."""
        row = self._db.execute("SELECT reply FROM seen WHERE id = ?", (command_id,)).fetchone()
        if row is not None:
            return row[0] if row[0] is not None else failure(command_id, CUT_OFF)
        self._db.execute("INSERT INTO seen (id) VALUES (?)", (command_id,))
        self._db.execute("DELETE FROM seen WHERE seq <= (SELECT max(seq) FROM seen) - ?", (REMEMBERED,))
        return None

    def finish(self, command_id: str, reply: str) -> None:
        self._db.execute("UPDATE seen SET reply = ? WHERE id = ?", (reply, command_id))

    def close(self) -> None:
        self._db.close()


@dataclass(frozen=True)
class Command:
    """One command as the hub sends it; without a time it never expires."""

    id: str
    control: str
    value: Value
    ends_ms: float | None

    @staticmethod
    def parse(payload: bytes) -> "Command":
        """Raises ValueError in words."""
        message = json.loads(payload)
        if not isinstance(message, dict):
            raise ValueError("it is no JSON object")
        command_id, control, value = message.get("id"), message.get("control"), message.get("value")
        if not isinstance(command_id, str) or not 0 < len(command_id) <= ID_CHARACTERS:
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
        self._waiting: queue.Queue[tuple[bytes, Link]] = queue.Queue(WAITING)
        # Replies that a broken connection swallowed, oldest first.
        self._unheard: collections.deque[str] = collections.deque(maxlen=WAITING)

    def take(self, payload: bytes, link: Link) -> None:
        """`link` is where the reply goes."""
        try:
            self._waiting.put_nowait((payload, link))
        except queue.Full:
            log.error("more than %d commands wait: one is dropped", WAITING)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                payload, link = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            self._answer(payload, link.deliver)

    def repeat(self, deliver: Callable[[str, str], Any]) -> None:
        """Says again what the hub has not heard: it knows that the command came, and waits. Raises LinkLost."""
        while self._unheard:
            deliver("reply", self._unheard[0])
            self._unheard.popleft()

    def handle(self, payload: bytes) -> str | None:
        """Acts, or not, and answers the reply; None where there is nobody to reply to."""
        try:
            command = Command.parse(payload)
        except (ValueError, RecursionError) as error:
            log.warning("a command is not understood: %s", error)
            return None
        try:
            earlier = self._seen.begin(command.id)
        except sqlite3.Error as error:
            # It could be done, but not told apart from its own repetition.
            return failure(command.id, f"this device cannot write it down: {error}")
        if earlier is not None:
            log.info("%s came again: it is not done twice", command.id)
            return earlier
        reply = self._act(command)
        try:
            self._seen.finish(command.id, reply)
        except sqlite3.Error as error:
            log.error("the reply to %s cannot be written down: %s", command.id, error)
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
            self._unheard.append(reply)


def failure(command_id: str, words: str) -> str:
    log.warning("%s is not done: %s", command_id, words)
    return json.dumps({"id": command_id, "ok": False, "error": words}, ensure_ascii=False)
