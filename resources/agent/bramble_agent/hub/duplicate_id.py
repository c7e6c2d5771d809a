"""Detects that another machine connects to the hub with this device's id, as two Pis with cloned cards do.

MQTT 3.1.1 gives no reason: the hub closes the first connection when the second client connects [MQTT-3.1.4-2]. So
the pattern is detected: the hub accepted this device, acknowledged something, closed the connection, and accepted
the device again at the first attempt, several times within minutes. A restart of the hub or a network failure has a
failed attempt in between.
"""
MIN_EVICTIONS = 3
EVICTION_WINDOW_SECONDS = 600
# A connection that lasts several times the interval of evictions clears the suspicion.
MIN_QUIET_SECONDS = 60
QUIET_GAPS = 3


class DuplicateIdDetector:
    """Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._evictions: list[float] = []

    def evicted(self, now: float) -> None:
        """The hub closed a working connection."""
        self._evictions = [at for at in self._evictions if now - at <= EVICTION_WINDOW_SECONDS] + [now]

    def hub_unreachable(self) -> None:
        """The hub was unreachable or refused this device: earlier evictions do not count."""
        self._evictions = []

    def is_suspected(self, now: float) -> bool:
        """Whether another machine probably uses the id now."""
        times = self._evictions
        if len(times) < MIN_EVICTIONS:
            return False
        longest_gap = max(later - earlier for earlier, later in zip(times, times[1:], strict=False))
        if now - times[-1] <= max(MIN_QUIET_SECONDS, QUIET_GAPS * longest_gap):
            return True
        self._evictions = []
        return False


def duplicate_id_message(device: str) -> str:
    """The text for a person."""
    return (
        f"another machine seems to use the id “{device}”, too: the hub ends this connection again and again,"
        " as it does when a second machine connects with the same id, and their readings are mixed."
        " A copied card brings its id along. Give one of them another id:"
        f' device = "{device[:62]}-2" in /etc/bramble-agent.toml'
    )
