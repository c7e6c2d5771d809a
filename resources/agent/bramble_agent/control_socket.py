"""The way into a running agent for `bramble-agent test`: the agent holds the pins, so it is the one to move them.

A socket in the agent's own folder: whoever may enter that folder may switch what hangs on this Pi.
"""
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .devices import Outputs
from .outputs import Refused, Value

MESSAGE_BYTES = 4_096
TIMEOUT_SECONDS = 30
LOOK_SECONDS = 0.5


class Door:
    """Serves one request at a time: `{"control","value"}` is answered by `{"value"}` or `{"error"}`."""

    def __init__(self, path: Path, outputs: Outputs, acted: Callable[[], None]) -> None:
        self._path = path
        self._outputs = outputs
        self._acted = acted

    def run(self, stop: threading.Event) -> None:
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._path))
            self._path.chmod(0o660)
            listener.listen()
            listener.settimeout(LOOK_SECONDS)
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    self._serve(connection)
        self._path.unlink(missing_ok=True)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(LOOK_SECONDS)
        try:
            request = json.loads(connection.recv(MESSAGE_BYTES))
            answer = self._act(request["control"], request["value"])
            connection.sendall(json.dumps(answer).encode())
        except (OSError, ValueError, KeyError, TypeError):
            # Whoever came is gone, or is not our own command.
            return

    def _act(self, control: str, value: Value) -> dict[str, Any]:
        try:
            done = self._outputs.act(control, value)
        except Refused as error:
            return {"error": str(error)}
        self._acted()
        return {"value": done}


def knock(path: Path, control: str, value: Value) -> Value:
    """Asks the running agent. Raises Refused; ConnectionRefusedError or FileNotFoundError where none runs."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(str(path))
        connection.sendall(json.dumps({"control": control, "value": value}).encode())
        answer = json.loads(connection.recv(MESSAGE_BYTES))
    if "error" in answer:
        raise Refused(answer["error"])
    done: Value = answer["value"]
    return done
