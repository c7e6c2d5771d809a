"""Finds out that another machine connects to the hub with this device's id, as two Pis from one copied card do.

MQTT 3.1.1 gives no reason for an end: the hub closes the connection of the first when the second connects
[MQTT-3.1.4-2]. So the pattern counts: the hub took this device, acknowledged something, ended the connection, and took
the device again at the first try, several times within a few minutes. A hub that restarts or a network that fails
refuses a try in between.
"""
MIN_EVICTIONS = 3
EVICTION_WINDOW_SECONDS = 600
# A connection that lasts as long as several evictions took ends the suspicion.
MIN_QUIET_SECONDS = 60
QUIET_GAPS = 3


class DuplicateIdDetector:
    """Times are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._evictions: list[float] = []

    def evicted(self, now: float) -> None:
        """The hub ended a connection that worked."""
        self._evictions = [at for at in self._evictions if now - at <= EVICTION_WINDOW_SECONDS] + [now]

    def not_reached(self) -> None:
        """The hub could not be reached, or refused this device: its ends of connections mean nothing."""
        self._evictions = []

    def is_suspected(self, now: float) -> bool:
        """Whether another machine seems to use the id now."""
        times = self._evictions
        if len(times) < MIN_EVICTIONS:
            return False
        longest_gap = max(later - earlier for earlier, later in zip(times, times[1:], strict=False))
        if now - times[-1] <= max(MIN_QUIET_SECONDS, QUIET_GAPS * longest_gap):
            return True
        self._evictions = []
        return False


def duplicate_id_message(device: str) -> str:
    """For a person."""
    return (
        f"another machine seems to use the id “{device}”, too: the hub ends this connection again and again,"
        " as it does when a second machine connects with the same id, and their readings are mixed."
        " A copied card brings its id along. Give one of them another id:"
        f' device = "{device[:62]}-2" in /etc/bramble-agent.toml'
    )
