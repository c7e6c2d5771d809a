"""The time on a machine without a battery-backed clock.

A Pi starts with the time of its shutdown, until NTP sets it. So the agent compares its clock with the hub's, and
uses the hub's while its own is more than a minute off and not set by NTP. Times are milliseconds.
"""
import logging
import time
from collections.abc import Callable
from pathlib import Path

from .ntp import is_set_by_ntp

log = logging.getLogger("clock")

MAX_TRUSTED_OFFSET_MS = 60_000
# A Date header has whole seconds: a smaller offset cannot be measured.
MIN_MEASURABLE_OFFSET_MS = 1_000


class Clock:
    """Anchored to the time since boot, which does not jump."""

    def __init__(
        self,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        up_ms: Callable[[], int] = lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
        is_set: Callable[[], bool] = lambda: is_set_by_ntp(),
    ) -> None:
        self._wall_ms = wall_ms
        self.up_ms = up_ms
        self._is_set = is_set
        # The hub's time at boot.
        self._hub_base_ms: int | None = None
        self._distrusted = False

    def now_ms(self) -> int:
        """The time for readings: this machine's, or the hub's while this machine's is wrong."""
        wall_ms, hub_ms = self._wall_ms(), self._hub_ms()
        if hub_ms is None or not self._distrusted or abs(hub_ms - wall_ms) <= MAX_TRUSTED_OFFSET_MS:
            return wall_ms
        return hub_ms

    def hub_now_ms(self) -> int:
        """The hub's time if known, for commands, which expire by the hub's clock."""
        wall_ms, hub_ms = self._wall_ms(), self._hub_ms()
        return wall_ms if hub_ms is None or abs(hub_ms - wall_ms) <= MIN_MEASURABLE_OFFSET_MS else hub_ms

    def set_hub_time(self, hub_ms: int, up_ms: int) -> None:
        """The hub's clock showed `hub_ms` at `up_ms` since boot."""
        self._hub_base_ms = hub_ms - up_ms
        off_ms = self._wall_ms() - self.up_ms() - self._hub_base_ms
        was_distrusted, self._distrusted = self._distrusted, False
        if abs(off_ms) <= MAX_TRUSTED_OFFSET_MS:
            return
        offset = f"{duration(abs(off_ms))} {'ahead of' if off_ms > 0 else 'behind'} the hub's"
        self._distrusted = not self._is_set()
        if not self._distrusted:
            log.warning("this clock is %s, but NTP has set it: readings keep its time; look at the hub's clock", offset)
        elif not was_distrusted:
            log.warning("this clock is %s and NTP has not set it: readings take the hub's time", offset)

    def _hub_ms(self) -> int | None:
        return None if self._hub_base_ms is None else self._hub_base_ms + self.up_ms()


def boot_id() -> str:
    """Identifies this boot: times since boot are only comparable within it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def duration(ms: float) -> str:
    """Rounded, for a person, such as "3 h"."""
    seconds = ms / 1_000
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
