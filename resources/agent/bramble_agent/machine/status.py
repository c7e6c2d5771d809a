"""The agent's status: a small file in tmpfs that the running agent writes and `bramble-agent status` reads."""
import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .clock import duration
from .disk import replace_file
from .run_folder import make_run_folder
from .shell import CommandFailed

log = logging.getLogger("status")


@dataclass
class Status:
    """The content of the file; times are seconds since 1970."""

    pid: int = 0
    device: str = ""
    # The code of the device's key; empty without one.
    key_code: str = ""
    hub: str = ""
    # The trusted authority; empty without TLS.
    authority: str = ""
    connected: bool = False
    since: float = 0
    waiting: int = 0
    waiting_bytes: int = 0
    dropped: int = 0
    last_error: str = ""
    last_error_at: float = 0
    # Errors of the configuration file, each with its line.
    config_errors: list[str] = field(default_factory=list)
    # Failures by the name of the input, output or part.
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return self.connected and not self.config_errors and not self.failures


class StatusBoard:
    """Updated by all threads; the main thread writes it to the file."""

    def __init__(self, *paths: Path) -> None:
        """`paths` of the file, best first: the next one is used when the one before is not writable."""
        self._paths = paths
        self._path = paths[0]
        self._is_unwritable = False
        self._lock = threading.Lock()
        self._status = Status(pid=os.getpid())
        self._written = ""

    def connected(self, hub: str, authority: str = "") -> None:
        with self._lock:
            self._status.authority = authority
            self._status.hub, self._status.connected, self._status.since = hub, True, time.time()

    def disconnected(self, why: str) -> bool:
        """Returns whether the status has changed."""
        with self._lock:
            is_news = self._status.connected or self._status.last_error != why
            if self._status.connected or self._status.since == 0:
                self._status.connected, self._status.since = False, time.time()
            self._status.last_error, self._status.last_error_at = why, time.time()
            return is_news

    def config(self, device: str, errors: Sequence[str] = ()) -> None:
        """Sets the device id and the errors of the configuration file. A connection with another id is not this one's."""
        with self._lock:
            if self._status.connected and self._status.device != device:
                self._status.connected, self._status.since = False, time.time()
                self._status.failures.pop("device id", None)
            self._status.device, self._status.config_errors = device, list(errors)

    def key_code(self, code: str) -> None:
        with self._lock:
            self._status.key_code = code

    def report_failure(self, name: str, reason: str | None) -> bool:
        """Sets or clears a failure; returns whether it has changed."""
        with self._lock:
            if self._status.failures.get(name) == reason:
                return False
            if reason is None:
                del self._status.failures[name]
            else:
                self._status.failures[name] = reason
            return True

    def write(self, waiting: int, waiting_bytes: int, dropped: int) -> None:
        """Writes only on a change."""
        with self._lock:
            status = self._status
            status.waiting, status.waiting_bytes, status.dropped = waiting, waiting_bytes, dropped
            text = json.dumps(asdict(status))
        if text == self._written:
            return
        for path in self._paths:
            try:
                make_run_folder(path.parent)
                replace_file(path, text + "\n")
                path.chmod(0o644)
            except OSError as error:
                failure = error
                continue
            if path != self._path:
                # If it cannot be removed, readers use the newer one.
                with contextlib.suppress(OSError):
                    self._path.unlink(missing_ok=True)
                    if self._path != self._paths[0]:
                        # A folder in memory; not removed while it has a control socket.
                        self._path.parent.rmdir()
            self._path, self._written, self._is_unwritable = path, text, False
            return
        if not self._is_unwritable:
            self._is_unwritable = True
            log.warning("the status cannot be written, so `bramble-agent status` is not up to date: %s", failure)

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def read_status(paths: Sequence[Path]) -> Status | None:
    """The first one of a running agent; None where no agent runs."""
    for path in paths:
        try:
            status = Status(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            continue
        if is_alive(status.pid):
            return status
    return None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def describe_error(error: Exception) -> str:
    """Text for a person, with the class of errors of libraries and of Python itself."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, (OSError, CommandFailed)) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}"


def describe(status: Status, now: float) -> str:
    """Formats it for a terminal."""
    ago = duration((now - status.since) * 1_000)
    where = f"connected to the hub at {status.hub}" if status.connected else "not connected"
    lines = [
        f"{status.device}: {where} for {ago}" if status.since > 0 else f"{status.device}: looking for the hub",
        f"waiting to be sent: {status.waiting} ({status.waiting_bytes / 1e6:.1f} MB)",
    ]
    if status.key_code:
        lines.append(f"code of its key: {status.key_code}")
    if status.authority:
        lines.append(f"it trusts {status.authority}")
    if status.dropped > 0:
        lines.append(f"lost because the queue was full: {status.dropped}")
    if status.last_error:
        lines.append(f"last error, {duration((now - status.last_error_at) * 1_000)} ago: {status.last_error}")
    if status.config_errors:
        lines.append("the configuration file cannot work, and is not used until it is mended:")
        lines += [f"  {error}" for error in status.config_errors]
    lines += [f"{name}: {reason}" for name, reason in sorted(status.failures.items())]
    return "\n".join(lines)
