"""The open outputs of this Pi, as declared in the configuration."""
import logging
import threading
from collections.abc import Mapping
from typing import Any

from ..machine.status import StatusBoard, describe_error
from .open_devices import OpenDevices
from .output_kinds import Output, OutputSettings, Refused, Value

log = logging.getLogger("outputs")


class Outputs:
    """All outputs. Thread-safe; a shell command, which may run for an hour, blocks no other output."""

    def __init__(self, board: StatusBoard) -> None:
        self._board = board
        # Held while pins are set.
        self._lock = threading.Lock()
        self._settings: Mapping[str, OutputSettings] = {}
        self._open: OpenDevices[OutputSettings, Output] = OpenDevices()

    def configure(self, settings: Mapping[str, OutputSettings]) -> None:
        """Opens them immediately: a relay gets its initial state when the agent starts, not on first use."""
        with self._lock:
            for name in self._settings.keys() - settings.keys():
                self._board.report_failure(f"output {name}", None)
            self._settings = dict(settings)
            self._open.retain(settings)
            for name in settings:
                try:
                    self._opened(name)
                except Refused as error:
                    log.error("%s does not work: %s", name, error)

    def act(self, name: str, value: Value) -> Value:
        """Raises Refused with a message for people."""
        with self._lock:
            output = self._opened(name)
            if output.holds_pins:
                return act_or_refuse(output, value)
        return act_or_refuse(output, value)

    def state(self) -> dict[str, Value]:
        """The states of all outputs that are known."""
        states: dict[str, Value] = {}
        with self._lock:
            for name in self._settings:
                if (output := self._open.get(name)) is None:
                    continue
                try:
                    value = output.state()
                except Exception as error:
                    # gpiozero, its pin libraries and the kernel each raise their own errors.
                    self._board.report_failure(f"output {name}", describe_error(error))
                    continue
                self._board.report_failure(f"output {name}", None)
                if value is not None:
                    states[name] = value
        return states

    def controls(self) -> list[dict[str, Any]]:
        """The controls in the `about` message."""
        with self._lock:
            return [
                {"id": name, **({"label": one.label} if one.label else {}), **one.control()}
                for name, one in self._settings.items()
            ]

    def close(self) -> None:
        self.configure({})

    def _opened(self, name: str) -> Output:
        """An output that could not be opened is retried on each use."""
        if (output := self._open.get(name)) is not None:
            return output
        settings = self._settings.get(name)
        if settings is None:
            raise Refused(f"there is no “{name}” here")
        try:
            output = settings.open()
        except Exception as error:
            # As for its state.
            reason = f"{type(error).__name__}: {error}"
            self._board.report_failure(f"output {name}", reason)
            raise Refused(reason) from error
        self._board.report_failure(f"output {name}", None)
        self._open.put(name, settings, output)
        return output


def act_or_refuse(output: Output, value: Value) -> Value:
    """Raises Refused with a message for people."""
    try:
        return output.act(value)
    except Refused:
        raise
    except Exception as error:
        # As for its state.
        raise Refused(describe_error(error)) from error
