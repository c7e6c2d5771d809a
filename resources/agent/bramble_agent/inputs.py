"""What can be measured: each kind is declared by a frozen dataclass, which opens the real thing when it is needed.

A sensor answers all that it measures by suffix; "" is the input's own name. What cannot be read raises OSError (or
shell.CommandFailed) in words.
"""
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import shell
from .bme280 import Bme280
from .outputs import check_pin

ROOT = Path("/")
# What a DS18B20 says when it lost its power before it measured.
DS18B20_POWER_ON = 85_000
DHT_TRIES = 3


@dataclass(frozen=True)
class Metric:
    """How the hub shows what is measured."""

    unit: str = ""
    label: str | None = None


class Sensor(Protocol):
    """An open input."""

    def read(self) -> dict[str, float]:
        """What it measures now, by suffix."""

    def close(self) -> None:
        """Lets go of pins and buses."""


@dataclass(frozen=True, kw_only=True)
class InputSettings:
    """What every input may say of itself; without an interval it has the agent's."""

    label: str | None = None
    interval: float | None = None

    def metrics(self) -> dict[str, Metric]:
        """What it will measure, by suffix."""
        raise NotImplementedError

    def open(self, changed: Callable[[], None]) -> Sensor:
        """`changed` is called, from any thread, when the input has news that cannot wait for its interval."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Button(InputSettings):
    """A push button between the pin and ground: 1 while it is pressed."""

    pin: int
    pull_up: bool = True
    bounce: float = 0.05

    def __post_init__(self) -> None:
        check_pin(self.pin)

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric()}

    def open(self, changed: Callable[[], None]) -> Sensor:
        import gpiozero

        device = gpiozero.Button(self.pin, pull_up=self.pull_up, bounce_time=self.bounce or None)
        device.when_pressed = device.when_released = changed
        return PlainSensor(lambda: float(device.is_pressed), device.close)


@dataclass(frozen=True, kw_only=True)
class Motion(InputSettings):
    """A PIR motion sensor: 1 while something moves."""

    pin: int

    def __post_init__(self) -> None:
        check_pin(self.pin)

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric()}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from gpiozero import MotionSensor

        device = MotionSensor(self.pin)
        device.when_motion = device.when_no_motion = changed
        return PlainSensor(lambda: float(device.motion_detected), device.close)


@dataclass(frozen=True, kw_only=True)
class Ds18b20(InputSettings):
    """A DS18B20 on the 1-Wire bus (dtoverlay=w1-gpio). Without an id it must be the only one."""

    id: str | None = None

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric("°C")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return PlainSensor(lambda: read_ds18b20(ROOT, self.id), nothing)


@dataclass(frozen=True, kw_only=True)
class Dht22(InputSettings):
    """A DHT22 or DHT11, which needs timing that only the kernel has (dtoverlay=dht11,gpiopin=4)."""

    device: str | None = None

    def metrics(self) -> dict[str, Metric]:
        return {"temperature": Metric("°C"), "humidity": Metric("%")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return ManySensor(lambda: read_dht22(ROOT, self.device), nothing)


@dataclass(frozen=True, kw_only=True)
class Bme280Input(InputSettings):
    """A BME280 on an I2C bus, at 0x76 or 0x77."""

    address: int = 0x76
    bus: int = 1

    def metrics(self) -> dict[str, Metric]:
        return {"temperature": Metric("°C"), "humidity": Metric("%"), "pressure": Metric("hPa")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from smbus2 import SMBus

        bus = SMBus(self.bus)
        try:
            chip = Bme280(bus, self.address)
        except OSError:
            bus.close()
            raise
        return ManySensor(chip.measure, bus.close)


@dataclass(frozen=True, kw_only=True)
class Mcp3008(InputSettings):
    """A channel of an MCP3008 on SPI: its share of the reference voltage, times `scale`, plus `offset`."""

    channel: int
    device: int = 0
    scale: float = 100
    offset: float = 0
    unit: str = "%"

    def __post_init__(self) -> None:
        if not 0 <= self.channel <= 7:
            raise ValueError(f"channel {self.channel} is not from 0 to 7")

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric(self.unit)}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from gpiozero import MCP3008

        chip = MCP3008(channel=self.channel, device=self.device)
        return PlainSensor(lambda: round(float(chip.value) * self.scale + self.offset, 4), chip.close)


@dataclass(frozen=True, kw_only=True)
class CommandInput(InputSettings):
    """Any shell command that prints a number."""

    run: str
    unit: str = ""
    timeout: float = 10

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric(self.unit)}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return PlainSensor(lambda: printed_number(shell.run(self.run, self.timeout)), nothing)


INPUT_KINDS: dict[str, type[InputSettings]] = {
    "button": Button,
    "motion": Motion,
    "ds18b20": Ds18b20,
    "dht22": Dht22,
    "bme280": Bme280Input,
    "mcp3008": Mcp3008,
    "command": CommandInput,
}


class PlainSensor:
    """A sensor that measures one thing."""

    def __init__(self, read: Callable[[], float], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def read(self) -> dict[str, float]:
        return {"": self._read()}

    def close(self) -> None:
        self._close()


class ManySensor:
    """A sensor that measures several things at once."""

    def __init__(self, read: Callable[[], dict[str, float]], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def read(self) -> dict[str, float]:
        return self._read()

    def close(self) -> None:
        self._close()


def nothing() -> None:
    """For what holds nothing."""


def printed_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise shell.CommandFailed(f"the command printed no number: {text[:80]!r}") from None


def read_ds18b20(root: Path, wanted: str | None) -> float:
    """In °C. The kernel checks the sum of what the sensor sent, and says YES where it is right."""
    folder = root / "sys/bus/w1/devices"
    found = sorted(path.name for path in folder.glob(wanted or "28-*"))
    if not found:
        raise OSError(f"there is no DS18B20 {wanted or 'on the 1-Wire bus (is dtoverlay=w1-gpio set?)'}")
    if len(found) > 1:
        raise OSError(f"there are {len(found)} DS18B20: name one by its id ({', '.join(found)})")
    text = (folder / found[0] / "w1_slave").read_text()
    check, _, value = text.partition("\n")
    if not check.endswith("YES") or "t=" not in value:
        raise OSError(f"{found[0]} sent something broken")
    thousandths = int(value.split("t=")[1])
    if thousandths == DS18B20_POWER_ON:
        raise OSError(f"{found[0]} has just been powered on")
    return thousandths / 1_000


def read_dht22(root: Path, wanted: str | None) -> dict[str, float]:
    """One in a few readings fails for its timing: it is tried again at once."""
    folders = [
        path
        for path in sorted((root / "sys/bus/iio/devices").glob(wanted or "iio:device*"))
        if (path / "name").read_text().startswith("dht11")
    ]
    if not folders:
        raise OSError("there is no DHT22 (is dtoverlay=dht11,gpiopin=… set?)")
    failure = OSError("not read")
    for _ in range(DHT_TRIES):
        try:
            return {
                "temperature": int((folders[0] / "in_temp_input").read_text()) / 1_000,
                "humidity": int((folders[0] / "in_humidityrelative_input").read_text()) / 1_000,
            }
        except OSError as error:
            failure = error
    raise OSError(f"the DHT22 does not answer: {failure.strerror or failure}")
