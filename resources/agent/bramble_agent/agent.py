"""Puts the parts together, runs each in its thread, and watches the configuration file."""
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .clock import Clock, boot_id
from .commands import Commands, SeenCommands
from .config import Config, ConfigError, HubSettings, device_id, load, own_name
from .control_socket import ControlSocket
from .devices import Outputs
from .hub import HubMemory
from .outbox import Outbox
from .sampler import Sampler
from .status import StatusBoard
from .uplink import Uplink
from .vitals import Vitals

log = logging.getLogger("agent")

LOOK_SECONDS = 1
STOP_SECONDS = 5


@dataclass(frozen=True)
class Options:
    """What the command line says; `hub` stands in for the file's own."""

    config: Path
    state: Path
    run: Path
    hub: HubSettings | None = None

    @property
    def status(self) -> Path:
        return self.run / "status.json"

    @property
    def control_socket(self) -> Path:
        return self.run / "control.sock"


class ConfigWatch:
    """Reads the file whenever it has changed; a broken one is told once and changes nothing."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._seen: tuple[int, ...] | None = None

    def look(self) -> Config | ConfigError | None:
        """None while the file is as it was."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            config = load(self._options.config)
        except ConfigError as error:
            return error
        return config if self._options.hub is None else replace(config, hub=self._options.hub)

    def _stamp(self) -> tuple[int, ...]:
        try:
            found = self._options.config.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino


class Agent:
    """One run of the agent, from `run` until `stop` is set."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._watch = ConfigWatch(options)
        self._failed = threading.Event()

    def run(self, stop: threading.Event) -> int:
        """Answers the exit code: 1 where a part broke, and systemd should start all of it again."""
        options = self._options
        options.state.mkdir(parents=True, exist_ok=True)
        options.run.mkdir(parents=True, exist_ok=True)
        board = StatusBoard(options.status)
        clock = Clock()
        outbox = Outbox(options.state / "outbox.db", clock, boot_id(), max_rows=200_000, max_bytes=50_000_000)
        seen = SeenCommands(options.state / "commands.db")
        outputs = Outputs(board)
        commands = Commands(outputs, seen, clock)
        sampler = Sampler(outbox, Vitals(), board)
        uplink = Uplink(outbox, clock, outputs, commands, HubMemory(options.state / "hub.json"), board)
        control_socket = ControlSocket(options.control_socket, outputs, uplink.state_changed)

        def configure(config: Config) -> None:
            outbox.limit(config.queue.rows, round(config.queue.megabytes * 1e6))
            outputs.configure(config.outputs)
            sampler.configure(config)
            uplink.configure(config)

        configure(self._first_config(board))
        threads = [self._start(run, stop) for run in (sampler.run, uplink.run, commands.run, control_socket.run)]
        board.write(outbox.rows, outbox.bytes, outbox.dropped)
        while not stop.wait(LOOK_SECONDS):
            if (news := self._look(board)) is not None:
                log.info("the configuration has changed")
                configure(news)
            board.write(outbox.rows, outbox.bytes, outbox.dropped)
        sampler.interrupt()
        uplink.interrupt()
        for thread in threads:
            thread.join(STOP_SECONDS)
        outputs.close()
        outbox.close()
        seen.close()
        board.remove()
        return 1 if self._failed.is_set() else 0

    def _first_config(self, board: StatusBoard) -> Config:
        """Without a valid file the vitals are still reported, and the status says what is wrong."""
        return self._look(board) or self._default_config()

    def _default_config(self) -> Config:
        host = own_name()
        return Config(device=device_id(host), name=host, hub=self._options.hub or HubSettings())

    def _look(self, board: StatusBoard) -> Config | None:
        found = self._watch.look()
        if isinstance(found, ConfigError):
            log.error("%s, %s; the configuration before it stays", self._options.config, found)
            board.config("", str(found))
            return None
        if found is not None:
            board.config(found.device, "")
        return found

    def _start(self, run: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
        def guarded() -> None:
            try:
                run(stop)
            except Exception:
                log.exception("a part of the agent broke; all of it starts again")
                self._failed.set()
                stop.set()

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread
