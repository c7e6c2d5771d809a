"""A DS18B20 on the 1-Wire bus, read by the kernel's driver (dtoverlay=w1-gpio)."""
import re
from pathlib import Path

from .plausible import ImpossibleReading, within

# The register's value after power-on, before the first measurement.
POWER_ON_MILLIDEGREES = 85_000
MIN_CELSIUS, MAX_CELSIUS = -55, 125


def read_ds18b20(root: Path, wanted: str | None) -> float:
    """In °C. Raises OSError. The kernel prints YES where the checksum of the sensor's nine bytes is valid."""
    folder = root / "sys/bus/w1/devices"
    found = sorted(path.name for path in folder.glob(wanted or "28-*"))
    if not found:
        raise OSError(f"there is no DS18B20 {wanted or 'on the 1-Wire bus (is dtoverlay=w1-gpio set?)'}")
    if len(found) > 1:
        raise OSError(f"there are {len(found)} DS18B20: name one by its id ({', '.join(found)})")
    text = (folder / found[0] / "w1_slave").read_text(errors="replace")
    first, _, second = text.partition("\n")
    scratchpad = first.partition(":")[0].split()
    # All zeros have a valid checksum.
    if scratchpad and set(scratchpad) in ({"00"}, {"ff"}):
        raise ImpossibleReading(
            f"{found[0]} sends nothing but {scratchpad[0]}: its data line is shorted or disconnected, check the wiring"
        )
    measured = re.search(r"\bt=(-?\d+)\s*$", second)
    if not first.rstrip().endswith("YES") or measured is None:
        raise OSError(f"{found[0]} sent something broken: check the wiring and the 4.7 kΩ resistor")
    millidegrees = int(measured[1])
    if millidegrees == POWER_ON_MILLIDEGREES:
        raise ImpossibleReading(
            f"{found[0]} has just been powered on and has not measured: 85 °C is what it says then;"
            " if this stays, check its power"
        )
    return within(f"{found[0]}: a temperature", millidegrees / 1_000, MIN_CELSIUS, MAX_CELSIUS, "°C")
