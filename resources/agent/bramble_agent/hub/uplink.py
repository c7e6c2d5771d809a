"""Delivers the outbox to the hub: discovers it, connects, compares clocks, publishes `about`, then the readings.

One batch is in flight at a time, and is removed from the outbox once the hub has acknowledged it. After a lost
connection all steps are repeated, with exponential back-off and jitter.
"""
import json
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from ..configuration.config import Config
from ..machine.clock import Clock
from ..machine.status import StatusBoard
from ..peripherals.outputs import Outputs
from ..storage.outbox import Outbox
from .about import about
from .commands import Commands
from .device_key import code_of
from .discovery import Hub, HubFinder, HubMemory
from .duplicate_id import DuplicateIdDetector, duplicate_id_message
from .endpoint import Endpoint
from .link import Link, LinkLost, LinkRefused, LinkUntrusted
from .queries import compare_clocks, request_hub_id
from .trust import NotTrusted, Trust

log = logging.getLogger("uplink")

MIN_BACKOFF_SECONDS = 1
MAX_BACKOFF_SECONDS = 30
# The hub locks an address out after ten wrong keys.
MIN_REFUSED_BACKOFF_SECONDS = 5
MAX_REFUSED_BACKOFF_SECONDS = 300
# A connection that lasted this long resets the back-off.
STABLE_CONNECTION_SECONDS = 60
CLOCK_COMPARE_PERIOD_SECONDS = 600
WAKE_PERIOD_SECONDS = 5


class Backoff:
    """Exponential back-off with jitter, so that Pis do not all reconnect at once."""

    def __init__(
        self,
        random_fraction: Callable[[], float] = random.random,
        minimum: float = MIN_BACKOFF_SECONDS,
        maximum: float = MAX_BACKOFF_SECONDS,
    ) -> None:
        self._random_fraction = random_fraction
        self._minimum, self._maximum = float(minimum), float(maximum)
        self._next = self._minimum

    def reset(self) -> None:
        self._next = self._minimum

    def next(self) -> float:
        pause = self._next
        self._next = min(2 * pause, self._maximum)
        return pause * (1 - self._random_fraction() / 2)


class Uplink:
    """Runs in a thread of its own."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        outputs: Outputs,
        commands: Commands,
        memory: HubMemory,
        trust: Trust,
        board: StatusBoard,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._outputs = outputs
        self._commands = commands
        self._memory = memory
        self._trust = trust
        self._board = board
        self._duplicates = DuplicateIdDetector()
        self._config: Config | None = None
        self._reconnect = threading.Event()
        self._is_accepted = False
        self._is_refused = False
        self._about_due = threading.Event()
        self._state_due = threading.Event()

    def configure(self, config: Config) -> None:
        """May be called from any thread."""
        before, self._config = self._config, config
        if before is not None and before.device != config.device:
            self._duplicates = DuplicateIdDetector()
        if before is None or (before.device, before.key, before.hub) != (config.device, config.key, config.hub):
            self._reconnect.set()
        self._about_due.set()
        self._outbox.filled.set()

    def state_changed(self) -> None:
        """Reports an output that changed without a command from the hub."""
        self._state_due.set()
        self._outbox.filled.set()

    def interrupt(self) -> None:
        """Wakes `run` so that it checks `stop`."""
        self._reconnect.set()
        self._outbox.filled.set()

    def run(self, stop: threading.Event) -> None:
        backoff = Backoff()
        refused_backoff = Backoff(minimum=MIN_REFUSED_BACKOFF_SECONDS, maximum=MAX_REFUSED_BACKOFF_SECONDS)
        while not stop.is_set():
            self._reconnect.clear()
            self._is_accepted = self._is_refused = False
            started = time.monotonic()
            reason = self._connect_once(stop)
            if stop.is_set():
                return
            if time.monotonic() - started > STABLE_CONNECTION_SECONDS:
                backoff.reset()
            if not self._is_accepted:
                self._duplicates.hub_unreachable()
            if self._is_accepted:
                refused_backoff.reset()
            pause = refused_backoff.next() if self._is_refused else backoff.next()
            # One warning per outage, not one per attempt.
            level = logging.WARNING if self._board.disconnected(reason) else logging.DEBUG
            log.log(level, "%s; next try in %.0f s", reason, pause)
            if self._reconnect.wait(pause):
                refused_backoff.reset()

    def _connect_once(self, stop: threading.Event) -> str:
        """One connection, from discovery to its end; returns why it ended."""
        config = self._config
        if config is None:
            return "not configured yet"
        finder = HubFinder(config.hub, self._memory)
        reason = "the hub is not found"
        # A possible impersonation of the hub matters more than an unreachable address.
        untrusted: str | None = None
        for hub in finder.candidates():
            if stop.is_set():
                break
            link = Link(config.device, config.key, self._commands.enqueue, self._outbox.filled.set)
            try:
                endpoint = self._trust.endpoint(hub, config.hub)
                link.open(endpoint)
            except LinkRefused:
                self._is_refused = True
                link.close()
                return refused_message(config)
            except (NotTrusted, LinkUntrusted) as error:
                untrusted = untrusted or str(error)
                link.close()
                continue
            except LinkLost as error:
                reason = str(error)
                link.close()
                continue
            self._is_accepted = True
            try:
                self._remember(finder, hub, endpoint)
                self._serve(link, endpoint, stop)
                return "the connection is made anew"
            except LinkLost as error:
                if link.ended_by_hub and link.was_acknowledged:
                    self._duplicates.evicted(time.monotonic())
                    self._report_duplicate(config.device)
                return str(error)
            finally:
                link.close(goodbye=True)
        return (untrusted or reason) + finder.other_hubs_hint()

    def _remember(self, finder: HubFinder, hub: Hub, endpoint: Endpoint) -> None:
        """Stores the ports with TLS only if they were used; and the id, which finds the hub at a new address."""
        if hub.id == "":
            hub = replace(hub, id=request_hub_id(endpoint))
        finder.remember(hub if endpoint.context is not None else replace(hub, mqtts_port=0, https_port=0))
        self._trust.remember(endpoint)

    def _serve(self, link: Link, hub: Endpoint, stop: threading.Event) -> None:
        log.info("connected to the hub at %s; %d messages wait", hub, self._outbox.rows)
        # Before: a status that says so does not name another machine that used the id before.
        self._report_duplicate(link.device)
        self._board.connected(str(hub), str(hub.authority or ""))
        self._about_due.set()
        compared = float("-inf")
        while not stop.is_set() and not self._reconnect.is_set():
            self._outbox.filled.clear()
            link.check()
            self._report_duplicate(link.device)
            if time.monotonic() - compared > CLOCK_COMPARE_PERIOD_SECONDS:
                compare_clocks(self._clock, hub)
                compared = time.monotonic()
            self._outbox.correct_times()
            if self._about_due.is_set():
                self._about_due.clear()
                self._publish_about(link)
            self._commands.resend_replies(link.deliver)
            if self._state_due.is_set():
                self._state_due.clear()
                link.deliver("state", json.dumps(self._outputs.state()))
            self._send_all(link, stop)
            self._outbox.filled.wait(WAKE_PERIOD_SECONDS)

    def _report_duplicate(self, device: str) -> None:
        reason = duplicate_id_message(device) if self._duplicates.is_suspected(time.monotonic()) else None
        if self._board.report_failure("device id", reason):
            if reason is None:
                log.info("no other machine uses the id “%s” any more", device)
            else:
                log.warning("%s", reason)

    def _publish_about(self, link: Link) -> None:
        if self._config is None:
            return
        link.deliver("about", about(self._config, self._outputs.controls()), retain=True)
        link.deliver("status", "online", retain=True)
        self._state_due.set()

    def _send_all(self, link: Link, stop: threading.Event) -> None:
        while not stop.is_set() and (batch := self._outbox.oldest()) is not None:
            link.deliver("readings", batch.payload)
            self._outbox.remove(batch)


def refused_message(config: Config) -> str:
    """The text for a person."""
    if config.key is None:
        return (
            f"the hub wants a key of “{config.device}”, and there is none here: make one on the device's page of the hub,"
            " and give it to this machine with sudo bramble-agent key set; readings are kept until then"
        )
    return (
        f"the hub refuses the key of “{config.device}” (code {code_of(config.key)}): it was revoked, or the hub knows another"
        " one, as of a second machine with this id. Readings are kept. Accept the key with this code on the device's page"
        " of the hub, or make a new one there and set it here: sudo bramble-agent key set"
    )
