"""The devices that are open, kept in step with the configuration: what is declared as before stays as it is."""
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


S = TypeVar("S")
D = TypeVar("D", bound=Closable)


class OpenDevices(Generic[S, D]):
    """What is open, by name, with the declaration that it was opened by."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[S, D]] = {}

    def get(self, name: str) -> D | None:
        return self._open[name][1] if name in self._open else None

    def put(self, name: str, settings: S, device: D) -> None:
        self._open[name] = (settings, device)

    def keep(self, wanted: Mapping[str, S]) -> None:
        """Closes what is not declared any more, or otherwise: a pin can be opened once only."""
        for name, (settings, device) in list(self._open.items()):
            if wanted.get(name) != settings:
                del self._open[name]
                device.close()
