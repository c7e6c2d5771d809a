"""The open devices, synchronised with the configuration: a device with unchanged settings stays open."""
import logging
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

log = logging.getLogger("devices")


class Closable(Protocol):
    def close(self) -> None: ...


S = TypeVar("S")
D = TypeVar("D", bound=Closable)


class OpenDevices(Generic[S, D]):
    """Open devices by name, with the settings they were opened with."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[S, D]] = {}

    def get(self, name: str) -> D | None:
        entry = self._open.get(name)
        return None if entry is None else entry[1]

    def put(self, name: str, settings: S, device: D) -> None:
        self._open[name] = (settings, device)

    def retain(self, wanted: Mapping[str, S]) -> None:
        """Closes devices that are removed or have changed settings, since a pin can be opened only once."""
        for name, (settings, _) in list(self._open.items()):
            if wanted.get(name) != settings:
                self.close(name)

    def close(self, name: str) -> None:
        """Does nothing if it is not open."""
        entry = self._open.pop(name, None)
        if entry is None:
            return
        try:
            entry[1].close()
        except Exception as error:
            # gpiozero, its pin libraries and the kernel each raise their own errors; the device counts as closed.
            log.warning("%s could not be closed: %s: %s", name, type(error).__name__, error)
