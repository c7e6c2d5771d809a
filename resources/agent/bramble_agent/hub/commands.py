"""Executes commands: each id once, none after its expiry, and every one gets a reply."""
import collections
import json
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..machine.clock import Clock, duration
from ..peripherals.output_kinds import Refused, Value
from ..peripherals.outputs import Outputs
from ..storage.seen_commands import SeenCommands
from .link import Link, LinkLost

log = logging.getLogger("commands")

MAX_COMMAND_ID_CHARACTERS = 200
MAX_WAITING_COMMANDS = 100
INTERRUPTED_MESSAGE = "the agent was stopped while it acted on this: whether it did is not known"


@dataclass(frozen=True)
class Command:
    """One command of the hub; without a time to live it never expires."""

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
    """Accepts payloads from any thread; executes them one at a time in its own thread."""

    def __init__(self, outputs: Outputs, seen: SeenCommands, clock: Clock) -> None:
        self._outputs = outputs
        self._seen = seen
        self._clock = clock
        self._waiting: queue.Queue[tuple[bytes, Link]] = queue.Queue(MAX_WAITING_COMMANDS)
        # Oldest first.
        self._unacknowledged_replies: collections.deque[str] = collections.deque(maxlen=MAX_WAITING_COMMANDS)

    def enqueue(self, payload: bytes, link: Link) -> None:
        """The reply is sent over `link`."""
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
        """Sends the replies that the hub has not acknowledged. Raises LinkLost."""
        while self._unacknowledged_replies:
            deliver("reply", self._unacknowledged_replies[0])
            self._unacknowledged_replies.popleft()

    def handle(self, payload: bytes) -> str | None:
        """Executes the command, unless it is a duplicate or late. Returns the reply; None for an invalid message."""
        try:
            command = Command.parse(payload)
        except (ValueError, RecursionError) as error:
            log.warning("a command is not understood: %s", error)
            return None
        if not self._seen.begin(command.id):
            log.info("%s came again: it is not done twice", command.id)
            return self._seen.reply_to(command.id) or failure(command.id, INTERRUPTED_MESSAGE)
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
