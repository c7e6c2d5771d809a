"""The kinds of outputs: each is a frozen dataclass of settings, which opens the device when needed.

gpiozero is imported only for outputs that need it, so that the agent runs on a machine without pins, too.
"""
import re
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ..machine import shell
from .checks import BadSetting, check_command, check_label, check_pin, check_range, check_timeout

Value: TypeAlias = bool | float | str | None


class Refused(Exception):
    """A value that is invalid for the output; the text is for a person."""


class Output(Protocol):
    """An open output."""

    # Without pins, `act` may block for long.
    holds_pins: bool

    def act(self, value: Value) -> Value:
        """Sets the value and returns the new state. Raises Refused, shell.CommandFailed, or a pin library's error."""

    def state(self) -> Value:
        """The current state; None where unknown. Raises a pin library's error."""

    def close(self) -> None:
        """Releases the pins."""


MAX_PWM_HERTZ = 1_000_000
# The period of a servo's pulses.
SERVO_FRAME_MS = 20


@dataclass(frozen=True, kw_only=True)
class OutputSettings:
    """Settings of every kind of output."""

    label: str | None = None

    def __post_init__(self) -> None:
        """Raises BadSetting."""
        check_label(self.label)

    def pins(self) -> dict[str, int]:
        """Its exclusive pins, by configuration key."""
        return {}

    def control(self) -> dict[str, Any]:
        """Its control in the `about` message."""
        raise NotImplementedError

    def open(self) -> Output:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Led(OutputSettings):
    """Anything that one pin switches on and off, such as an LED or a relay."""

    pin: int
    active_high: bool = True
    initial: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pin(self.pin)

    def pins(self) -> dict[str, int]:
        return {"pin": self.pin}

    def control(self) -> dict[str, Any]:
        return {"kind": "switch"}

    def open(self) -> Output:
        from gpiozero import DigitalOutputDevice

        device = DigitalOutputDevice(self.pin, active_high=self.active_high, initial_value=self.initial)

        def act(value: Value) -> None:
            device.value = parse_switch(value)

        return PinOutput(act, lambda: bool(device.value), device.close)


@dataclass(frozen=True, kw_only=True)
class Pwm(OutputSettings):
    """A dimmed LED or a fan: 0 to 100."""

    pin: int
    active_high: bool = True
    initial: float = 0
    frequency: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pin(self.pin)
        check_range("initial", self.initial, 0, 100)
        check_range("frequency", self.frequency, 1, MAX_PWM_HERTZ, " Hz")

    def pins(self) -> dict[str, int]:
        return {"pin": self.pin}

    def control(self) -> dict[str, Any]:
        return {"kind": "number", "min": 0, "max": 100, "step": 1, "unit": "%"}

    def open(self) -> Output:
        from gpiozero import PWMLED

        device = PWMLED(
            self.pin, active_high=self.active_high, initial_value=self.initial / 100, frequency=self.frequency
        )

        def act(value: Value) -> None:
            device.value = parse_number(value, 0, 100) / 100

        return PinOutput(act, lambda: round(float(device.value) * 100, 2), device.close)


@dataclass(frozen=True, kw_only=True)
class Servo(OutputSettings):
    """A servo, by its angle in degrees. It does not move before its first command."""

    pin: int
    min: float = -90
    max: float = 90
    min_pulse_ms: float = 1
    max_pulse_ms: float = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_pin(self.pin)
        for key in ("min_pulse_ms", "max_pulse_ms"):
            check_range(key, getattr(self, key), 0, SERVO_FRAME_MS, " ms")
        for low, high in (("min", "max"), ("min_pulse_ms", "max_pulse_ms")):
            if getattr(self, low) >= getattr(self, high):
                raise BadSetting(low, f"{low} is not below {high}")

    def pins(self) -> dict[str, int]:
        return {"pin": self.pin}

    def control(self) -> dict[str, Any]:
        return {"kind": "number", "min": self.min, "max": self.max, "step": 1, "unit": "°"}

    def open(self) -> Output:
        from gpiozero import AngularServo, PWMSoftwareFallback

        with warnings.catch_warnings():
            # gpiozero warns of jitter with software PWM, which is not an error.
            warnings.simplefilter("ignore", PWMSoftwareFallback)
            device = AngularServo(
                self.pin,
                initial_angle=None,
                min_angle=self.min,
                max_angle=self.max,
                min_pulse_width=self.min_pulse_ms / 1_000,
                max_pulse_width=self.max_pulse_ms / 1_000,
            )

        def act(value: Value) -> None:
            device.angle = parse_number(value, self.min, self.max)

        return PinOutput(act, lambda: None if device.angle is None else round(device.angle, 2), device.close)


@dataclass(frozen=True, kw_only=True)
class Rgb(OutputSettings):
    """An RGB LED, as `#rrggbb`."""

    red: int
    green: int
    blue: int
    active_high: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for key, pin in self.pins().items():
            check_pin(pin, key)

    def pins(self) -> dict[str, int]:
        return {"red": self.red, "green": self.green, "blue": self.blue}

    def control(self) -> dict[str, Any]:
        return {"kind": "color"}

    def open(self) -> Output:
        from gpiozero import RGBLED

        device = RGBLED(self.red, self.green, self.blue, active_high=self.active_high)

        def act(value: Value) -> None:
            device.value = parse_color(value)

        return PinOutput(act, lambda: color_text(device.value), device.close)


@dataclass(frozen=True, kw_only=True)
class Command(OutputSettings):
    """A shell command: `run` makes a button, `on` and `off` together a switch."""

    run: str | None = None
    on: str | None = None
    off: str | None = None
    confirm: bool = False
    timeout: float = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        for key in ("run", "on", "off"):
            check_command(key, getattr(self, key))
        check_timeout(self.timeout)
        is_switch = self.run is None and self.on is not None and self.off is not None
        is_button = self.run is not None and self.on is None and self.off is None
        if not is_switch and not is_button:
            raise ValueError("give it run (a button), or on and off (a switch)")

    def control(self) -> dict[str, Any]:
        if self.run is None:
            return {"kind": "switch"}
        return {"kind": "button", "confirm": True} if self.confirm else {"kind": "button"}

    def open(self) -> Output:
        return ShellOutput(self)


class PinOutput:
    """An output whose state is read from its pins."""

    holds_pins = True

    def __init__(self, act: Callable[[Value], None], state: Callable[[], Value], close: Callable[[], None]) -> None:
        self._act = act
        self._state = state
        self._close = close

    def act(self, value: Value) -> Value:
        self._act(value)
        return self._state()

    def state(self) -> Value:
        return self._state()

    def close(self) -> None:
        self._close()


class ShellOutput:
    """An output set by shell commands, one at a time: its state is the value of the last command."""

    holds_pins = False

    def __init__(self, settings: Command) -> None:
        self._settings = settings
        self._state: Value = None
        self._lock = threading.Lock()

    def act(self, value: Value) -> Value:
        with self._lock:
            return self._run(value)

    def _run(self, value: Value) -> Value:
        settings = self._settings
        if settings.run is not None:
            if value not in (None, True):
                raise Refused("it is a button and takes no value")
            shell.run(settings.run, settings.timeout)
            return True
        on = parse_switch(value)
        command = settings.on if on else settings.off
        if command is not None:
            shell.run(command, settings.timeout)
        self._state = on
        return on

    def state(self) -> Value:
        return self._state

    def close(self) -> None:
        """There is nothing to release."""


OUTPUT_KINDS: dict[str, type[OutputSettings]] = {
    "led": Led, "relay": Led, "pwm": Pwm, "servo": Servo, "rgb": Rgb, "command": Command,
}


def parse_switch(value: Value) -> bool:
    if not isinstance(value, bool):
        raise Refused("it takes true or false")
    return value


def parse_number(value: Value, minimum: float, maximum: float) -> float:
    # NaN fails the comparison, too.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not minimum <= value <= maximum:
        raise Refused(f"it takes a number from {minimum:g} to {maximum:g}")
    return float(value)


def parse_color(value: Value) -> tuple[float, float, float]:
    if not isinstance(value, str) or re.fullmatch("#[0-9a-fA-F]{6}", value) is None:
        raise Refused("it takes a colour such as #ff8800")
    red, green, blue = bytes.fromhex(value[1:])
    return red / 255, green / 255, blue / 255


def color_text(parts: tuple[float, float, float]) -> str:
    return "#" + bytes(round(part * 255) for part in parts).hex()
