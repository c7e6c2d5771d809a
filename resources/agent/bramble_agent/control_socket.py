"""The control socket of a running agent, for `bramble-agent test`: only the agent can use its pins.

A Unix socket in the agent's own folder: permission to enter that folder is permission to switch the outputs.
"""
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .peripherals.output_kinds import Refused, Value
from .peripherals.outputs import Outputs

log = logging.getLogger("control socket")

MAX_MESSAGE_BYTES = 4_096
ANSWER_TIMEOUT_SECONDS = 30
STOP_CHECK_PERIOD_SECONDS = 0.5


class ControlSocket:
    """Serves one request at a time: `{"control","value"}` is answered by `{"value"}` or `{"error"}`."""

    def __init__(self, path: Path, outputs: Outputs, on_action: Callable[[], None]) -> None:
        self._path = path
        self._outputs = outputs
        self._on_action = on_action

    def run(self, stop: threading.Event) -> None:
        """Returns at once if the socket cannot be created: everything else works without it."""
        try:
            self._listen(stop)
        except OSError as error:
            log.warning("`bramble-agent test` does not work while the agent runs: %s", error)

    def _listen(self, stop: threading.Event) -> None:
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._path))
            self._path.chmod(0o660)
            listener.listen()
            listener.settimeout(STOP_CHECK_PERIOD_SECONDS)
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    self._serve(connection)
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(STOP_CHECK_PERIOD_SECONDS)
        try:
            request = json.loads(connection.recv(MAX_MESSAGE_BYTES))
            answer = self._act(request["control"], request["value"])
            connection.sendall(json.dumps(answer).encode())
        except (OSError, ValueError, KeyError, TypeError):
            # The client disconnected, or is not `bramble-agent test`.
            return

    def _act(self, control: str, value: Value) -> dict[str, Any]:
        try:
            done = self._outputs.act(control, value)
        except Refused as error:
            return {"error": str(error)}
        self._on_action()
        return {"value": done}


def request_action(path: Path, control: str, value: Value) -> Value:
    """Sends a request to the running agent. Raises Refused; OSError where none runs or it ends first."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT_SECONDS)
        connection.connect(str(path))
        connection.sendall(json.dumps({"control": control, "value": value}).encode())
        received = connection.recv(MAX_MESSAGE_BYTES)
    if not received:
        raise ConnectionAbortedError("it ended before it answered")
    answer = json.loads(received)
    if "error" in answer:
        raise Refused(answer["error"])
    done: Value = answer["value"]
    return done
