"""The vitals of the machine itself.

Readings that the machine does not have are omitted: a laptop has no throttling, a wired Pi no Wi-Fi. Impossible ones
are omitted, too, and reported.
"""
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from .metric import Metric
from .plausible import ImpossibleReading, within

METRICS: dict[str, Metric] = {
    "cpu_temperature": Metric("°C", "CPU temperature"),
    "undervoltage": Metric("", "Undervoltage"),
    "throttled": Metric("", "CPU throttled"),
    "undervoltage_occurred": Metric("", "Undervoltage since start"),
    "throttled_occurred": Metric("", "CPU throttled since start"),
    "disk_used": Metric("%", "Disk used"),
    "memory_used": Metric("%", "Memory used"),
    "load": Metric("", "Load"),
    "wifi_signal": Metric("dBm", "Wi-Fi signal"),
    "uptime": Metric("s", "Uptime"),
}

# Bits of the firmware's get_throttled: the current state. The same bits shifted by 16 mean that it has occurred since
# boot, also between two readings.
UNDERVOLTAGE_BIT = 0x1
FREQUENCY_CAPPED_THROTTLED_OR_SOFT_LIMIT_BITS = 0xE
OCCURRED_SHIFT = 16
THROTTLED_KNOWN_BITS = 0xF000F

MIN_CPU_CELSIUS, MAX_CPU_CELSIUS = -40, 150
MAX_LOAD = 1_000_000
MAX_UPTIME_SECONDS = 3e9
# Drivers report 0 or -256 dBm without a connection, and some a percentage instead of a level.
MIN_WIFI_DBM, MAX_WIFI_DBM = -120, -1


class Vitals:
    """Reads files below `root`, which tests replace by a folder."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._readers: tuple[Callable[[], dict[str, float]], ...] = (
            self._temperature, self._throttled, self._disk, self._memory, self._load, self._wifi, self._uptime,
        )

    def read(self) -> tuple[dict[str, float], str | None]:
        """The readings by metric, and a text about impossible ones; None where all are valid."""
        values: dict[str, float] = {}
        impossible: list[str] = []
        for reader in self._readers:
            try:
                values.update(reader())
            except ImpossibleReading as error:
                impossible.append(str(error))
            except (OSError, ValueError, IndexError):
                # This machine does not have it.
                continue
        return values, "; ".join(impossible) or None

    def _text(self, path: str) -> str:
        return (self._root / path).read_text()

    def _temperature(self) -> dict[str, float]:
        celsius = int(self._text("sys/class/thermal/thermal_zone0/temp")) / 1_000
        return {"cpu_temperature": within("a CPU temperature", celsius, MIN_CPU_CELSIUS, MAX_CPU_CELSIUS, "°C")}

    def _throttled(self) -> dict[str, float]:
        try:
            bits = int(self._text("sys/devices/platform/soc/soc:firmware/get_throttled"), 16)
        except OSError:
            bits = read_throttled_bits()
        if bits & ~THROTTLED_KNOWN_BITS:
            raise ImpossibleReading(f"the firmware's get_throttled says {bits:#x}, which has no meaning")
        occurred = bits >> OCCURRED_SHIFT
        return {
            "undervoltage": float(bits & UNDERVOLTAGE_BIT != 0),
            "throttled": float(bits & FREQUENCY_CAPPED_THROTTLED_OR_SOFT_LIMIT_BITS != 0),
            "undervoltage_occurred": float(occurred & UNDERVOLTAGE_BIT != 0),
            "throttled_occurred": float(occurred & FREQUENCY_CAPPED_THROTTLED_OR_SOFT_LIMIT_BITS != 0),
        }

    def _disk(self) -> dict[str, float]:
        disk = os.statvfs(self._root)
        # As in df: space reserved for root is neither used nor free.
        used = disk.f_blocks - disk.f_bfree
        all_blocks = used + disk.f_bavail
        if all_blocks == 0:
            return {}
        return {"disk_used": round(within("a used disk", 100 * used / all_blocks, 0, 100, "%"), 1)}

    def _memory(self) -> dict[str, float]:
        rows = (line.split() for line in self._text("proc/meminfo").splitlines())
        kilobytes = {row[0]: int(row[1]) for row in rows if len(row) > 1}
        if "MemTotal:" not in kilobytes or "MemAvailable:" not in kilobytes:
            return {}
        total, available = kilobytes["MemTotal:"], kilobytes["MemAvailable:"]
        if total <= 0:
            raise ImpossibleReading(f"a memory of {total} kB is impossible")
        return {"memory_used": round(within("a used memory", 100 * (1 - available / total), 0, 100, "%"), 1)}

    def _load(self) -> dict[str, float]:
        return {"load": within("a load", float(self._text("proc/loadavg").split()[0]), 0, MAX_LOAD)}

    def _wifi(self) -> dict[str, float]:
        # Two lines of headings; then interface, status, link quality, level in dBm.
        _, _, first, *_ = self._text("proc/net/wireless").splitlines()
        dbm = float(first.split()[3].rstrip("."))
        return {"wifi_signal": dbm} if MIN_WIFI_DBM <= dbm <= MAX_WIFI_DBM else {}

    def _uptime(self) -> dict[str, float]:
        return {"uptime": within("an uptime", float(self._text("proc/uptime").split()[0]), 0, MAX_UPTIME_SECONDS, "s")}


def read_throttled_bits() -> int:
    """The firmware's throttling bits by Raspberry Pi's vcgencmd, which needs the group `video`."""
    try:
        answer = subprocess.run(
            ["vcgencmd", "get_throttled"],
            capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL, check=True,
        )
    except subprocess.SubprocessError as error:
        raise OSError("the firmware does not answer") from error
    return int(answer.stdout.strip().split("=")[1], 16)
