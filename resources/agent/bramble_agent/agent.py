"""Composes the parts, runs each in its thread, and watches the configuration file."""
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .configuration.config import Config, ConfigError, HubSettings, device_id, load, own_name
from .control_socket import ControlSocket
from .hub.commands import Commands
from .hub.device_key import KeyFile, code_of
from .hub.discovery import HubMemory
from .hub.trust import Trust
from .hub.uplink import Uplink
from .machine.clock import Clock, boot_id
from .machine.run_folder import (
    find_in_run_folders, possible_run_folders, remove_empty_run_folders, usable_run_folder,
)
from .machine.status import StatusBoard
from .peripherals.outputs import Outputs
from .sampler import Sampler
from .sensors.vitals import Vitals
from .storage.outbox import Outbox
from .storage.seen_commands import SeenCommands

log = logging.getLogger("agent")

STATUS_FILE = "status.json"
CONTROL_SOCKET = "control.sock"
CHECK_PERIOD_SECONDS = 1
THREADS_STOP_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Options:
    """The command line's options; `hub` overrides the file's."""

    config: Path
    state: Path
    run: Path
    hub: HubSettings | None = None

    def applied(self, config: Config) -> Config:
        """The configuration with the command line's overrides."""
        if self.hub is None:
            return config
        override = self.hub
        hub = replace(
            config.hub,
            address=override.address,
            mqtt_port=override.mqtt_port,
            http_port=override.http_port,
            discover=override.discover,
        )
        return replace(config, hub=hub)

    @property
    def status_files(self) -> list[Path]:
        """Status files of running agents, the latest first."""
        return find_in_run_folders(self.run, STATUS_FILE)

    @property
    def control_sockets(self) -> list[Path]:
        """Control sockets of running agents, the latest first."""
        return find_in_run_folders(self.run, CONTROL_SOCKET)


class ConfigWatch:
    """Loads the file whenever it has changed; an invalid one is returned once, as an error.

    An editor empties a file before it writes it, and an empty file is a valid configuration, which releases all
    relays. So a changed file is loaded only once it is unchanged between two polls.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        # Of the last poll, and of the loaded file.
        self._last_stamp: tuple[int, ...] | None = None
        self._loaded_stamp: tuple[int, ...] | None = None

    def poll(self) -> Config | ConfigError | None:
        """None while the file is unchanged or still changing; never None at the first poll."""
        stamp, previous = self._stamp(), self._last_stamp
        self._last_stamp = stamp
        if stamp == self._loaded_stamp or (previous is not None and stamp != previous):
            return None
        found = self._load()
        if previous is not None and self._stamp() != stamp:
            return None
        self._loaded_stamp = stamp
        return found

    def _load(self) -> Config | ConfigError:
        try:
            return self._options.applied(load(self._options.config))
        except ConfigError as error:
            return error

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
        self._device = ""
        self._keys = KeyFile(options.state)
        # From the state folder.
        self._key: str | None = None
        self._key_stamp: tuple[int, ...] = ()
        self._config: Config | None = None

    def run(self, stop: threading.Event) -> int:
        """Returns the exit code: 1 after a crash of a part, so that systemd restarts the agent."""
        options = self._options
        usable = usable_run_folder(options.run)
        if usable != options.run:
            log.warning("%s cannot be used: the status and the control socket are in %s", options.run, usable)
        run_folder = usable or options.run
        board = StatusBoard(*(folder / STATUS_FILE for folder in possible_run_folders(options.run)))
        clock = Clock()
        outbox = Outbox(options.state / "outbox.db", clock, boot_id(), max_rows=200_000, max_bytes=50_000_000)
        seen = SeenCommands(options.state / "commands.db", clock.up_ms)
        outputs = Outputs(board)
        commands = Commands(outputs, seen, clock)
        sampler = Sampler(outbox, Vitals(), board)
        memory, trust = HubMemory(options.state / "hub.json"), Trust(options.state)
        uplink = Uplink(outbox, clock, outputs, commands, memory, trust, board)
        control_socket = ControlSocket(run_folder / CONTROL_SOCKET, outputs, uplink.state_changed)
        state_files = {"key": self._keys.file, "hub": memory.file, "authority": trust.file}

        def check_storage() -> None:
            outbox.try_disk()
            seen.try_disk()
            board.report_failure("queue", outbox.disk_error)
            board.report_failure("commands", seen.disk_error)
            for name, file in state_files.items():
                file.try_disk()
                board.report_failure(name, file.disk_error)
            board.write(outbox.rows, outbox.bytes, outbox.dropped)

        def configure(config: Config) -> None:
            self._config = config
            config = self._with_key(config)
            board.key_code(code_of(config.key) if config.key is not None else "")
            outbox.limit(config.queue.rows, round(config.queue.megabytes * 1e6))
            outputs.configure(config.outputs)
            sampler.configure(config)
            uplink.configure(config)

        configure(self._first_config(board))
        threads = [self._start(run, stop) for run in (sampler.run, uplink.run, commands.run, control_socket.run)]
        check_storage()
        while not stop.wait(CHECK_PERIOD_SECONDS):
            if (changed := self._changed_config(board)) is not None:
                log.info("the configuration has changed")
                configure(changed)
            elif self._config is not None and self._has_new_key(self._config):
                log.info("the key has changed")
                configure(self._config)
            check_storage()
        sampler.interrupt()
        uplink.interrupt()
        end = time.monotonic() + THREADS_STOP_TIMEOUT_SECONDS
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        # State that must not be lost comes first: systemd kills the agent after 15 s.
        outbox.close()
        seen.close()
        board.remove()
        outputs.close()
        remove_empty_run_folders(options.run)
        return 1 if self._failed.is_set() else 0

    def _with_key(self, config: Config) -> Config:
        """Adds the key of the state folder, unless the configuration file has one."""
        if config.key is not None:
            return config
        self._key = self._keys.load_or_make()
        self._key_stamp = self._keys.file.stamp()
        return replace(config, key=self._key)

    def _has_new_key(self, config: Config) -> bool:
        """Whether a person has set another key in the state folder; the same one may have been written meanwhile."""
        stamp = self._keys.file.stamp()
        if config.key is not None or stamp == self._key_stamp:
            return False
        self._key_stamp = stamp
        return self._keys.load_or_make() != self._key

    def _first_config(self, board: StatusBoard) -> Config:
        """With an invalid file, the vitals are still reported, by the same device and to the same hub."""
        found = self._watch.poll()
        if isinstance(found, Config):
            self._device = found.device
            board.config(found.device)
            if not self._options.config.exists():
                log.warning("there is no %s: only this machine's own readings are reported", self._options.config)
            return found
        host = own_name()
        default = Config(device=device_id(host), name=host)
        config = self._options.applied((found.usable if found is not None else None) or default)
        if found is not None:
            self._refuse(found, "inputs and outputs do not work until it is mended")
            board.config(config.device, found.problems)
        self._device = config.device
        return config

    def _changed_config(self, board: StatusBoard) -> Config | None:
        """None where it has not changed, or is invalid."""
        found = self._watch.poll()
        if isinstance(found, ConfigError):
            self._refuse(found, "the configuration before it stays")
            board.config(self._device, found.problems)
            return None
        if found is not None:
            self._device = found.device
            board.config(found.device)
        return found

    def _refuse(self, error: ConfigError, consequence: str) -> None:
        for problem in error.problems:
            log.error("%s, %s", self._options.config, problem)
        log.error("%s is not used: %s", self._options.config, consequence)

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
