"""A small persistent text in the state folder: the key, the hub's address, the authority."""
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..machine.disk import disk_message, replace_file
from .database import RETRY_DISK_AFTER_MS

log = logging.getLogger("storage")


class StateFile:
    """Written atomically. If the disk is not writable, the text is held in memory and retried.

    Thread-safe.
    """

    def __init__(
        self,
        path: Path,
        what: str,
        permissions: int = 0o644,
        up_ms: Callable[[], float] = lambda: time.monotonic() * 1_000,
    ) -> None:
        """`what` names it in messages, such as "this device's key"."""
        self.path = path
        self._what = what
        self._permissions = permissions
        self._up_ms = up_ms
        self._retry_at_ms = 0.0
        self._lock = threading.Lock()
        # The unsaved text, and the file's stamp at that time.
        self._unsaved: str | None = None
        self._stamp_then: tuple[int, ...] = ()
        self._disk_error: str | None = None

    @property
    def disk_error(self) -> str | None:
        """Text for a person: why it is only in memory; None while it is on the disk."""
        return self._disk_error

    def read(self) -> str | None:
        """None where there is none. A later change of the file by another program wins over memory. Raises OSError."""
        with self._lock:
            if self._unsaved is not None and self.stamp() == self._stamp_then:
                return self._unsaved
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def write(self, text: str) -> None:
        """Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, text, self._permissions)

    def store(self, text: str) -> None:
        """Writes to the disk, or holds it in memory until that is writable."""
        with self._lock:
            try:
                self.write(text)
            except OSError as error:
                self._unsaved, self._stamp_then = text, self.stamp()
                self._retry_at_ms = self._up_ms() + RETRY_DISK_AFTER_MS
                reason = disk_message(self.path.parent, error)
                self._disk_error = f"{self._what} is in memory alone, and lost when this machine stops: {reason}"
                log.warning("%s", self._disk_error)
                return
            self._unsaved = self._disk_error = None

    def try_disk(self) -> None:
        """Retries to write unsaved text; to be called about every second."""
        with self._lock:
            if self._unsaved is None or self._up_ms() < self._retry_at_ms:
                return
            self._retry_at_ms = self._up_ms() + RETRY_DISK_AFTER_MS
            if self.stamp() == self._stamp_then:
                try:
                    self.write(self._unsaved)
                except OSError as error:
                    log.debug("%s still cannot be written: %s", self.path, error)
                    return
                log.info("%s is on the disk now", self._what)
            self._unsaved = self._disk_error = None

    def stamp(self) -> tuple[int, ...]:
        """Differs whenever the file has changed."""
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino
