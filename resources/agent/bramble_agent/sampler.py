"""Samples every input and the machine's vitals, each at its interval, into the outbox."""
import logging
import threading
import time
from collections.abc import Callable, Mapping

from .configuration.config import Config
from .machine.status import StatusBoard, describe_error
from .peripherals.input_kinds import CommandInput, InputSettings, Sensor
from .peripherals.open_devices import OpenDevices
from .sensors.plausible import all_finite
from .sensors.vitals import Vitals
from .storage.outbox import Outbox

log = logging.getLogger("inputs")

# No input can have this name.
VITALS = ""
# Output of commands within this time joins the message of the other due inputs.
MAX_WAIT_FOR_COMMANDS_SECONDS = 1


class Sampler:
    """Runs in its own thread, since a sensor may take a second; each command, which may hang, runs in another."""

    def __init__(self, outbox: Outbox, vitals: Vitals, board: StatusBoard) -> None:
        self._outbox = outbox
        self._vitals = vitals
        self._board = board
        self._wake = threading.Event()
        # The latest configuration, and the applied one.
        self._wanted_config: Config | None = None
        self._config: Config | None = None
        self._inputs: Mapping[str, InputSettings] = {}
        # The line of each input in the configuration file.
        self._lines: dict[str, int] = {}
        self._open: OpenDevices[InputSettings, Sensor] = OpenDevices()
        self._readings: dict[tuple[str, CommandInput], CommandReading] = {}
        self._intervals: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def configure(self, config: Config) -> None:
        """May be called from any thread; takes effect before the next reading."""
        self._wanted_config = config
        self._wake.set()

    def interrupt(self) -> None:
        """Wakes `run` so that it checks `stop`."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._wake.clear()
                self._apply(time.monotonic())
                self._sample(time.monotonic())
                self._wake.wait(max(0.0, min(self._due.values(), default=time.monotonic() + 60) - time.monotonic()))
        finally:
            self._inputs = {}
            self._open.retain({})

    def _apply(self, now: float) -> None:
        config = self._wanted_config
        if config is None or config is self._config:
            return
        self._config = config
        for name in self._inputs.keys() - config.inputs.keys():
            self._board.report_failure(f"input {name}", None)
        self._inputs = config.inputs
        self._lines = {name: config.line_of("inputs", name, "run") for name in config.inputs}
        self._open.retain(config.inputs)
        self._readings = {key: reading for key, reading in self._readings.items() if reading.is_running}
        self._intervals = {name: one.interval or config.interval for name, one in config.inputs.items()}
        if config.vitals:
            self._intervals[VITALS] = config.interval
        # A shorter interval takes effect now.
        self._due = {name: min(self._due.get(name, 0), now + interval) for name, interval in self._intervals.items()}

    def _sample(self, now: float) -> None:
        """Inputs that are due together are one message."""
        values: dict[str, float] = {}
        running: list[CommandReading] = []
        for name, due in self._due.items():
            if due > now:
                continue
            interval = self._intervals[name]
            # On a fixed schedule, unless it fell behind.
            self._due[name] = due + interval if due + interval > now else now + interval
            if name == VITALS:
                values.update(self._read_vitals())
            elif isinstance(settings := self._inputs[name], CommandInput):
                running += self._start(name, settings)
            else:
                values.update(self._read(name))
        end = time.monotonic() + MAX_WAIT_FOR_COMMANDS_SECONDS
        for reading in running:
            values.update(reading.wait(max(0.0, end - time.monotonic())))
        self._outbox.add(values)

    def _start(self, name: str, settings: CommandInput) -> "list[CommandReading]":
        """Empty while the command is still running, so that it does not run twice."""
        before = self._readings.get((name, settings))
        if before is not None and before.is_running:
            return []

        def add_late(values: dict[str, float]) -> None:
            if self._inputs.get(name) == settings:
                self._outbox.add(values)

        reading = CommandReading(lambda: self._measured(name, lambda: {"": settings.measure()}, settings), add_late)
        self._readings[name, settings] = reading
        return [reading]

    def _read_vitals(self) -> dict[str, float]:
        values, impossible = self._vitals.read()
        if self._board.report_failure("vitals", impossible) and impossible is not None:
            log.warning("left out: %s", impossible)
        return values

    def _read(self, name: str) -> dict[str, float]:
        """A sensor that fails is reopened, since it may have been replaced."""
        values = self._measured(name, lambda: self._opened(name).read(), self._inputs[name])
        if not values:
            self._open.close(name)
        return values

    def _opened(self, name: str) -> Sensor:
        sensor = self._open.get(name)
        if sensor is None:
            sensor = self._inputs[name].open(lambda: self._changed(name))
            self._open.put(name, self._inputs[name], sensor)
        return sensor

    def _measured(
        self, name: str, read: Callable[[], dict[str, float]], settings: InputSettings
    ) -> dict[str, float]:
        """Empty where the input fails, which is logged once."""
        try:
            measured = all_finite(read())
        except Exception as error:
            # gpiozero, its pin libraries and the kernel each raise their own errors.
            reason = f"line {self._lines.get(name, 1)}: {describe_error(error)}"
            if self._inputs.get(name) == settings and self._board.report_failure(f"input {name}", reason):
                log.warning("%s cannot be read: %s", name, reason)
            return {}
        if self._inputs.get(name) == settings and self._board.report_failure(f"input {name}", None):
            log.info("%s is read", name)
        return {f"{name}.{suffix}" if suffix else name: value for suffix, value in measured.items()}

    def _changed(self, name: str) -> None:
        """A button or motion sensor has changed. Called in the pin library's thread."""
        sensor, settings = self._open.get(name), self._inputs.get(name)
        if sensor is not None and settings is not None:
            self._outbox.add(self._measured(name, sensor.read, settings))


class CommandReading:
    """One run of an input's command in its own thread; its values go to `wait`, or afterwards to `add_late`."""

    def __init__(
        self, read: Callable[[], dict[str, float]], add_late: Callable[[dict[str, float]], None]
    ) -> None:
        self._read = read
        self._add_late = add_late
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._values: dict[str, float] = {}
        self._is_late = False
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def is_running(self) -> bool:
        return not self._ended.is_set()

    def wait(self, seconds: float) -> dict[str, float]:
        """Empty on a timeout."""
        self._ended.wait(seconds)
        with self._lock:
            self._is_late = not self._ended.is_set()
            return self._values

    def _run(self) -> None:
        values = self._read()
        with self._lock:
            self._ended.set()
            if not self._is_late:
                self._values = values
                return
        self._add_late(values)
