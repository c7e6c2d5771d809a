"""A DHT22 or DHT11, read by the kernel's driver (dtoverlay=dht11,gpiopin=4)."""
from pathlib import Path

from .plausible import ImpossibleReading, within

TRIES = 3
MIN_CELSIUS, MAX_CELSIUS = -40, 80


def read_dht22(root: Path, wanted: str | None) -> dict[str, float]:
    """In °C and %. Raises OSError. Some readings fail because of timing, and are retried at once."""
    folders = [
        path
        for path in sorted((root / "sys/bus/iio/devices").glob(wanted or "iio:device*"))
        if (path / "name").read_text(errors="replace").startswith("dht11")
    ]
    if not folders:
        raise OSError("there is no DHT22 (is dtoverlay=dht11,gpiopin=… set?)")
    failure: OSError | ValueError = OSError("not read")
    for _ in range(TRIES):
        try:
            return measured_dht22(
                int((folders[0] / "in_temp_input").read_text()) / 1_000,
                int((folders[0] / "in_humidityrelative_input").read_text()) / 1_000,
            )
        except (OSError, ValueError) as error:
            failure = error
    if isinstance(failure, ImpossibleReading):
        raise failure
    reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else failure
    raise OSError(f"the DHT22 does not answer: {reason}")


def measured_dht22(celsius: float, percent: float) -> dict[str, float]:
    # All zeros have a valid checksum here, too.
    if celsius == 0 and percent == 0:
        raise ImpossibleReading("the DHT22 sends nothing but zeros: its data line is shorted, check the wiring")
    return {
        "temperature": within("the DHT22: a temperature", celsius, MIN_CELSIUS, MAX_CELSIUS, "°C"),
        "humidity": within("the DHT22: a humidity", percent, 0, 100, "%"),
    }
