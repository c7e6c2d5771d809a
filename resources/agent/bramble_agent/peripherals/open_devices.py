"""The devices that are open, kept in step with the configuration: what is declared as before stays as it is."""
import logging
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

log = logging.getLogger("devices")


class Closable(Protocol):
    def close(self) -> None: ...


S = TypeVar("S")
D = TypeVar("D", bound=Closable)


class OpenDevices(Generic[S, D]):
    """What is open, by name, with the declaration that it was opened by."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[S, D]] = {}

    def get(self, name: str) -> D | None:
        entry = self._open.get(name)
        return None if entry is None else entry[1]

    def put(self, name: str, settings: S, device: D) -> None:
        self._open[name] = (settings, device)

    def keep(self, wanted: Mapping[str, S]) -> None:
        """Closes what is not declared any more, or otherwise: a pin can be opened once only."""
        for name, (settings, _) in list(self._open.items()):
            if wanted.get(name) != settings:
                self.close(name)

    def close(self, name: str) -> None:
        """Nothing where it is not open."""
        entry = self._open.pop(name, None)
        if entry is None:
            return
        try:
            entry[1].close()
        except Exception as error:
            # gpiozero, its pin libraries and the kernel each raise errors of their own; it is gone for all of them.
            log.warning("%s could not be closed: %s: %s", name, type(error).__name__, error)
