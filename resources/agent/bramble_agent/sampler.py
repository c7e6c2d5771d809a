"""Reads every input and the machine's vitals, each at its interval, into the outbox."""
import logging
import threading
import time
from collections.abc import Mapping

from .configuration.config import Config
from .machine.status import StatusBoard, describe_error
from .peripherals.input_kinds import InputSettings, Sensor
from .peripherals.open_devices import OpenDevices
from .sensors.plausible import all_finite
from .sensors.vitals import Vitals
from .storage.outbox import Outbox

log = logging.getLogger("inputs")

# No input can have this name.
VITALS = ""


class Sampler:
    """Runs in a thread of its own: sensors may take a second, and shell commands as long as they may."""

    def __init__(self, outbox: Outbox, vitals: Vitals, board: StatusBoard) -> None:
        self._outbox = outbox
        self._vitals = vitals
        self._board = board
        self._wake = threading.Event()
        self._changed_config: Config | None = None
        self._inputs: Mapping[str, InputSettings] = {}
        # Of each input in the configuration file.
        self._lines: dict[str, int] = {}
        self._open: OpenDevices[InputSettings, Sensor] = OpenDevices()
        self._intervals: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def configure(self, config: Config) -> None:
        """May be called from any thread; takes effect before the next reading."""
        self._changed_config = config
        self._wake.set()

    def interrupt(self) -> None:
        """Makes `run` look at its `stop` at once."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._wake.clear()
                self._apply()
                self._sample(time.monotonic())
                self._wake.wait(max(0.0, min(self._due.values(), default=time.monotonic() + 60) - time.monotonic()))
        finally:
            self._open.keep({})

    def _apply(self) -> None:
        config, self._changed_config = self._changed_config, None
        if config is None:
            return
        for name in self._inputs.keys() - config.inputs.keys():
            self._board.report_failure(f"input {name}", None)
        self._inputs = config.inputs
        self._lines = {name: config.line_of("inputs", name, "run") for name in config.inputs}
        self._open.keep(config.inputs)
        self._intervals = {name: one.interval or config.interval for name, one in config.inputs.items()}
        if config.vitals:
            self._intervals[VITALS] = config.interval
        self._due = {name: self._due.get(name, 0) for name in self._intervals}

    def _sample(self, now: float) -> None:
        """What is due together is one message."""
        values: dict[str, float] = {}
        for name, due in self._due.items():
            if due > now:
                continue
            interval = self._intervals[name]
            # In step with the first time, unless it fell behind.
            self._due[name] = due + interval if due + interval > now else now + interval
            values.update(self._read_vitals() if name == VITALS else self._read(name))
        self._outbox.add(values)

    def _read_vitals(self) -> dict[str, float]:
        values, impossible = self._vitals.read()
        if self._board.report_failure("vitals", impossible) and impossible is not None:
            log.warning("left out: %s", impossible)
        return values

    def _read(self, name: str) -> dict[str, float]:
        """Empty where the input cannot be read, which is logged once."""
        try:
            sensor = self._open.get(name)
            if sensor is None:
                sensor = self._inputs[name].open(lambda: self._changed(name))
                self._open.put(name, self._inputs[name], sensor)
            measured = all_finite(sensor.read())
            values = {f"{name}.{suffix}" if suffix else name: value for suffix, value in measured.items()}
        except Exception as error:
            # gpiozero, its pin libraries and the kernel each raise errors of their own.
            reason = f"line {self._lines.get(name, 1)}: {describe_error(error)}"
            if self._board.report_failure(f"input {name}", reason):
                log.warning("%s cannot be read: %s", name, reason)
            return {}
        if self._board.report_failure(f"input {name}", None):
            log.info("%s is read", name)
        return values

    def _changed(self, name: str) -> None:
        """A button or a motion sensor has news. Called from the pins' own thread."""
        if self._open.get(name) is not None:
            self._outbox.add(self._read(name))
