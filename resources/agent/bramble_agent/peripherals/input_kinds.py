"""The kinds of inputs: each is a frozen dataclass of settings, which opens the device when needed.

A sensor returns its values by suffix of the metric; "" is the input's own name. A failed reading raises OSError or
shell.CommandFailed with a message for people.
"""
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..machine import shell
from ..sensors.bme280 import Bme280
from ..sensors.dht22 import read_dht22
from ..sensors.ds18b20 import read_ds18b20
from ..sensors.metric import Metric
from .checks import BadSetting, check_command, check_label, check_pin, check_range, check_timeout

ROOT = Path("/")
# Stricter than float(), which also accepts "nan", "infinity" and "1_000".
PRINTED_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MAX_QUOTED_CHARACTERS = 80
MAX_UNIT_CHARACTERS = 32
MAX_BOUNCE_SECONDS = 10
MAX_I2C_BUS = 99
BME280_ADDRESSES = (0x76, 0x77)
W1_ID = re.compile(r"[0-9a-f]{2}-[0-9a-f]{12}")
IIO_DEVICE = re.compile(r"iio:device\d+", re.ASCII)
# GPIO numbers of the buses on the 40-pin header.
I2C_PINS = {0: frozenset({0, 1}), 1: frozenset({2, 3})}
SPI_PINS = frozenset({7, 8, 9, 10, 11})


class Sensor(Protocol):
    """An open input."""

    def read(self) -> dict[str, float]:
        """Current values by suffix."""

    def close(self) -> None:
        """Releases pins and buses."""


@dataclass(frozen=True, kw_only=True)
class InputSettings:
    """Settings of every kind of input; the default interval is the agent's."""

    label: str | None = None
    interval: float | None = None

    def __post_init__(self) -> None:
        """Raises BadSetting."""
        check_label(self.label)

    def pins(self) -> dict[str, int]:
        """Its exclusive pins, by configuration key."""
        return {}

    def bus_pins(self) -> frozenset[int]:
        """The pins of its bus, shared only with other devices on that bus."""
        return frozenset()

    def metrics(self) -> dict[str, Metric]:
        """Its metrics, by suffix."""
        raise NotImplementedError

    def open(self, changed: Callable[[], None]) -> Sensor:
        """`changed` is called from any thread on a change that must be reported before the next interval."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Button(InputSettings):
    """A push button between the pin and ground: 1 while it is pressed."""

    pin: int
    pull_up: bool = True
    bounce: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pin(self.pin)
        check_range("bounce", self.bounce, 0, MAX_BOUNCE_SECONDS, " seconds")

    def pins(self) -> dict[str, int]:
        return {"pin": self.pin}

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric()}

    def open(self, changed: Callable[[], None]) -> Sensor:
        import gpiozero

        device = gpiozero.Button(self.pin, pull_up=self.pull_up, bounce_time=self.bounce or None)
        device.when_pressed = device.when_released = changed
        return SingleSensor(lambda: float(device.is_pressed), device.close)


@dataclass(frozen=True, kw_only=True)
class Motion(InputSettings):
    """A PIR motion sensor: 1 while something moves."""

    pin: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pin(self.pin)

    def pins(self) -> dict[str, int]:
        return {"pin": self.pin}

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric()}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from gpiozero import MotionSensor

        device = MotionSensor(self.pin)
        device.when_motion = device.when_no_motion = changed
        return SingleSensor(lambda: float(device.motion_detected), device.close)


@dataclass(frozen=True, kw_only=True)
class Ds18b20(InputSettings):
    """A DS18B20 on the 1-Wire bus (dtoverlay=w1-gpio). Without an id it must be the only one."""

    id: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.id is not None and W1_ID.fullmatch(self.id) is None:
            reason = f"“{self.id}” is no id of a DS18B20, such as 28-0316a2794b21: ls /sys/bus/w1/devices lists them"
            raise BadSetting("id", reason)

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric("°C")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return SingleSensor(lambda: read_ds18b20(ROOT, self.id), no_op)


@dataclass(frozen=True, kw_only=True)
class Dht22(InputSettings):
    """A DHT22 or DHT11, whose timing requires the kernel's driver (dtoverlay=dht11,gpiopin=4)."""

    device: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.device is not None and IIO_DEVICE.fullmatch(self.device) is None:
            raise BadSetting("device", f"“{self.device}” is no device of the kernel, such as iio:device0")

    def metrics(self) -> dict[str, Metric]:
        return {"temperature": Metric("°C"), "humidity": Metric("%")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return MultiSensor(lambda: read_dht22(ROOT, self.device), no_op)


@dataclass(frozen=True, kw_only=True)
class Bme280Input(InputSettings):
    """A BME280 on an I2C bus, at 0x76 or 0x77."""

    address: int = 0x76
    bus: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.address not in BME280_ADDRESSES:
            raise BadSetting("address", f"address is 0x76 or 0x77, not {self.address:#x}")
        check_range("bus", self.bus, 0, MAX_I2C_BUS)

    def bus_pins(self) -> frozenset[int]:
        return I2C_PINS.get(self.bus, frozenset())

    def metrics(self) -> dict[str, Metric]:
        return {"temperature": Metric("°C"), "humidity": Metric("%"), "pressure": Metric("hPa")}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from smbus2 import SMBus

        try:
            bus = SMBus(self.bus)
        except FileNotFoundError:
            raise OSError(f"there is no I2C bus {self.bus} (is dtparam=i2c_arm=on set?)") from None
        try:
            chip = Bme280(bus, self.address)
        except OSError:
            bus.close()
            raise
        return MultiSensor(chip.measure, bus.close)


@dataclass(frozen=True, kw_only=True)
class Mcp3008(InputSettings):
    """A channel of an MCP3008 on SPI: the fraction of the reference voltage, times `scale`, plus `offset`."""

    channel: int
    device: int = 0
    scale: float = 100
    offset: float = 0
    unit: str = "%"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("channel", self.channel, 0, 7)
        check_range("device", self.device, 0, 1)
        if self.scale == 0:
            raise BadSetting("scale", "scale is 0, which makes every value the same")
        check_unit(self.unit)

    def bus_pins(self) -> frozenset[int]:
        return SPI_PINS

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric(self.unit)}

    def open(self, changed: Callable[[], None]) -> Sensor:
        from gpiozero import MCP3008

        chip = MCP3008(channel=self.channel, device=self.device)
        return SingleSensor(lambda: round(float(chip.value) * self.scale + self.offset, 4), chip.close)


@dataclass(frozen=True, kw_only=True)
class CommandInput(InputSettings):
    """Any shell command that prints a number."""

    run: str
    unit: str = ""
    timeout: float = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        check_command("run", self.run)
        check_timeout(self.timeout)
        check_unit(self.unit)

    def metrics(self) -> dict[str, Metric]:
        return {"": Metric(self.unit)}

    def open(self, changed: Callable[[], None]) -> Sensor:
        return SingleSensor(self.measure, no_op)

    def measure(self) -> float:
        """Runs the command. Raises shell.CommandFailed or OSError."""
        return printed_number(shell.run(self.run, self.timeout))


INPUT_KINDS: dict[str, type[InputSettings]] = {
    "button": Button,
    "motion": Motion,
    "ds18b20": Ds18b20,
    "dht22": Dht22,
    "bme280": Bme280Input,
    "mcp3008": Mcp3008,
    "command": CommandInput,
}


class SingleSensor:
    """A sensor with one value."""

    def __init__(self, read: Callable[[], float], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def read(self) -> dict[str, float]:
        return {"": self._read()}

    def close(self) -> None:
        self._close()


class MultiSensor:
    """A sensor with several values."""

    def __init__(self, read: Callable[[], dict[str, float]], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def read(self) -> dict[str, float]:
        return self._read()

    def close(self) -> None:
        self._close()


def no_op() -> None:
    """The `close` of sensors without resources."""


def check_unit(unit: str) -> None:
    if len(unit) > MAX_UNIT_CHARACTERS:
        raise BadSetting("unit", f"unit takes up to {MAX_UNIT_CHARACTERS} characters")


def printed_number(text: str) -> float:
    """Parses a command's output. Raises CommandFailed where it is not a number."""
    if text == "":
        raise shell.CommandFailed("the command printed nothing: it has to print one number")
    value = float(text) if PRINTED_NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise shell.CommandFailed(f"the command printed no number: {text[:MAX_QUOTED_CHARACTERS]!r}")
    return value
