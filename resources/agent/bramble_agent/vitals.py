"""How the machine itself is. What it has not is left out quietly: a laptop has no throttling, a wired Pi no Wi-Fi."""
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from .inputs import Metric

METRICS: dict[str, Metric] = {
    "cpu_temperature": Metric("°C", "CPU temperature"),
    "undervoltage": Metric("", "Undervoltage"),
    "throttled": Metric("", "CPU throttled"),
    "disk_used": Metric("%", "Disk used"),
    "memory_used": Metric("%", "Memory used"),
    "load": Metric("", "Load"),
    "wifi_signal": Metric("dBm", "Wi-Fi signal"),
    "uptime": Metric("s", "Uptime"),
}

# Bits of the firmware's answer to get_throttled: what is so now. Bits 16 to 19 say what was so since the start.
UNDERVOLTAGE = 0x1
FREQUENCY_CAPPED_THROTTLED_OR_SOFT_LIMIT = 0xE


class Vitals:
    """Reads them below `root`, which tests replace by a folder of their own."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._readers: tuple[Callable[[], dict[str, float]], ...] = (
            self._temperature, self._throttled, self._disk, self._memory, self._load, self._wifi, self._uptime,
        )

    def read(self) -> dict[str, float]:
        values: dict[str, float] = {}
        for reader in self._readers:
            try:
                values.update(reader())
            except (OSError, ValueError, IndexError):
                # This machine has not got it.
                continue
        return values

    def close(self) -> None:
        """Nothing is held."""

    def _text(self, path: str) -> str:
        return (self._root / path).read_text()

    def _temperature(self) -> dict[str, float]:
        return {"cpu_temperature": int(self._text("sys/class/thermal/thermal_zone0/temp")) / 1_000}

    def _throttled(self) -> dict[str, float]:
        try:
            bits = int(self._text("sys/devices/platform/soc/soc:firmware/get_throttled"), 16)
        except OSError:
            bits = ask_firmware()
        return {
            "undervoltage": float(bits & UNDERVOLTAGE != 0),
            "throttled": float(bits & FREQUENCY_CAPPED_THROTTLED_OR_SOFT_LIMIT != 0),
        }

    def _disk(self) -> dict[str, float]:
        disk = os.statvfs(self._root)
        # As df counts: what only root may fill is neither used nor free.
        used = disk.f_blocks - disk.f_bfree
        return {"disk_used": round(100 * used / (used + disk.f_bavail), 1)} if disk.f_blocks > 0 else {}

    def _memory(self) -> dict[str, float]:
        rows = (line.split() for line in self._text("proc/meminfo").splitlines())
        kilobytes = {name: int(amount) for name, amount, *_ in rows}
        total, available = kilobytes.get("MemTotal:", 0), kilobytes.get("MemAvailable:", 0)
        return {"memory_used": round(100 * (1 - available / total), 1)} if total > 0 else {}

    def _load(self) -> dict[str, float]:
        return {"load": float(self._text("proc/loadavg").split()[0])}

    def _wifi(self) -> dict[str, float]:
        # Two lines of headings; then interface, status, link quality, level in dBm.
        _, _, first, *_ = self._text("proc/net/wireless").splitlines()
        return {"wifi_signal": float(first.split()[3].rstrip("."))}

    def _uptime(self) -> dict[str, float]:
        return {"uptime": float(self._text("proc/uptime").split()[0])}


def ask_firmware() -> int:
    """The firmware's throttling bits by Raspberry Pi's own tool, which needs the group `video`."""
    try:
        answer = subprocess.run(
            ["vcgencmd", "get_throttled"],
            capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL, check=True,
        )
    except subprocess.SubprocessError as error:
        raise OSError("the firmware does not answer") from error
    return int(answer.stdout.strip().split("=")[1], 16)
