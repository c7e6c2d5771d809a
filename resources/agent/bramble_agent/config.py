"""Reads bramble-agent.toml: what hangs on this Pi, and where its hub is. Nothing here touches hardware.

What is wrong is said with its line, so that it can be mended without a manual.
"""
import re
import socket
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from .inputs import INPUT_KINDS, InputSettings
from .outputs import OUTPUT_KINDS, OutputSettings

DEFAULT_PATH = Path("/etc/bramble-agent.toml")
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-.:]{0,63}")
CONTROL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,39}")
# Names with a meaning of their own in a message of readings.
BORN_WITH = {"raspberrypi", "debian", "localhost"}
TAKEN_NAMES = {"ts", "time", "timestamp", "device", "device_id", "deviceId", "__proto__", "constructor", "prototype"}
SECTIONS = ("hub", "queue", "outputs", "inputs")
LEAST_INTERVAL_SECONDS = 0.1
MOST_INTERVAL_SECONDS = 86_400


class Declared(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=Declared)


class ConfigError(Exception):
    """What is wrong, and in which line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """Where the hub is, if it is not to be searched for."""

    address: str | None = None
    mqtt_port: int = 1883
    http_port: int = 8080
    discover: bool = True


@dataclass(frozen=True, kw_only=True)
class QueueSettings:
    """How much waits on the disk at most while the hub is away."""

    rows: int = 200_000
    megabytes: float = 50


@dataclass(frozen=True, kw_only=True)
class Config:
    """One valid configuration file."""

    device: str
    name: str
    key: str | None = None
    interval: float = 10
    vitals: bool = True
    hub: HubSettings = HubSettings()
    queue: QueueSettings = QueueSettings()
    outputs: Mapping[str, OutputSettings] = field(default_factory=dict)
    inputs: Mapping[str, InputSettings] = field(default_factory=dict)


def load(path: Path) -> Config:
    """The file's configuration; the default one where there is no file. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(1, f"the file cannot be read: {error}") from error
    return parse(text)


def parse(text: str) -> Config:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise ConfigError(line, re.sub(r" \(at .*\)$", "", str(error))) from error
    return _Reader(text).config(table)


def own_name(root: Path = Path("/")) -> str:
    """The host name; one that systems are born with, so that many have it, with the end of the machine's serial number."""
    host = socket.gethostname()
    if host not in BORN_WITH:
        return host
    try:
        serial = (root / "proc/device-tree/serial-number").read_text().strip("\0 \n")
    except OSError:
        return host
    return f"{host}-{serial[-6:]}"


def device_id(host_name: str) -> str:
    """A host name as the contract's device id."""
    text = re.sub(r"[^A-Za-z0-9_\-.:]", "-", host_name)[:64].lstrip("_-.:")
    return text or "raspberrypi"


class _Reader:
    """Makes settings of tables; knows the text to tell lines."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def config(self, table: dict[str, Any]) -> Config:
        host = own_name()
        plain = {key: value for key, value in table.items() if key not in SECTIONS}
        config = self._settings(Config, {"device": device_id(host), "name": host, **plain}, "")
        self._check(config)
        return replace(
            config,
            hub=self._settings(HubSettings, self._table(table, "hub"), "hub"),
            queue=self._settings(QueueSettings, self._table(table, "queue"), "queue"),
            outputs=self._kinds(OUTPUT_KINDS, self._table(table, "outputs"), "outputs"),
            inputs=self._kinds(INPUT_KINDS, self._table(table, "inputs"), "inputs"),
        )

    def _check(self, config: Config) -> None:
        if DEVICE_ID.fullmatch(config.device) is None:
            raise self._error("", "device", "device takes 1 to 64 letters, digits, _ - . or :")
        if not 1 <= len(config.name) <= 64:
            raise self._error("", "name", "name takes 1 to 64 characters")
        self._check_interval(config.interval, "")

    def _check_interval(self, seconds: float | None, where: str) -> None:
        if seconds is not None and not LEAST_INTERVAL_SECONDS <= seconds <= MOST_INTERVAL_SECONDS:
            words = f"interval is {LEAST_INTERVAL_SECONDS} to {MOST_INTERVAL_SECONDS} seconds"
            raise self._error(where, "interval", words)

    def _kinds(self, kinds: Mapping[str, type[T]], table: dict[str, Any], section: str) -> dict[str, T]:
        found: dict[str, T] = {}
        for name in table:
            where = f"{section}.{name}"
            if CONTROL_NAME.fullmatch(name) is None or name in TAKEN_NAMES:
                raise self._error(where, None, f"“{name}” cannot be a name here: letters, digits, _ and - can")
            settings = self._table(table, name, where)
            kind = settings.pop("kind", None)
            if not isinstance(kind, str) or kind not in kinds:
                words = f"kind is one of {', '.join(kinds)}"
                raise self._error(where, "kind", words if kind is None else f"{words}; not {kind!r}")
            found[name] = self._settings(kinds[kind], settings, where)
            self._check_interval(getattr(found[name], "interval", None), where)
        return found

    def _table(self, table: dict[str, Any], name: str, where: str | None = None) -> dict[str, Any]:
        value = table.get(name, {})
        if not isinstance(value, dict):
            raise self._error("", name, f"{name} is a table: write [{where or name}]")
        return dict(value)

    def _settings(self, of: type[T], table: dict[str, Any], where: str) -> T:
        """Checks keys and types against the dataclass's own fields; the rest it checks itself."""
        types_by_name = typing.get_type_hints(of)
        wanted = {one.name: one for one in fields(of)}
        for key, value in table.items():
            if key not in wanted:
                raise self._error(where, key, f"there is no “{key}” here; there is {', '.join(wanted)}")
            if not is_of(value, types_by_name[key]):
                raise self._error(where, key, f"{key} takes {type_words(types_by_name[key])}, not {value!r}")
        for key, one in wanted.items():
            if key not in table and one.default is MISSING and one.default_factory is MISSING:
                raise self._error(where, None, f"{key} is missing")
        try:
            return of(**table)
        except ValueError as error:
            raise self._error(where, None, str(error)) from error

    def _error(self, where: str, key: str | None, reason: str) -> ConfigError:
        return ConfigError(self._line_of(where, key), f"[{where}] {reason}" if where else reason)

    def _line_of(self, where: str, key: str | None) -> int:
        """Of the key in its table, else of the table's heading, else the first."""
        table, heading = "", 1
        for number, line in enumerate(self._lines, 1):
            if opened := re.match(r"\s*\[\s*([^\]]*?)\s*\]", line):
                table = re.sub(r"[\"'\s]", "", opened[1])
                heading = number if table == where else heading
            elif table == where and key is not None and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return heading


def is_of(value: object, wanted: Any) -> bool:
    """As isinstance, but a whole number is a float, too, and a boolean is no number."""
    choices = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    if isinstance(value, bool):
        return bool in choices
    return isinstance(value, tuple(choices)) or (float in choices and isinstance(value, int))


def type_words(wanted: Any) -> str:
    choices = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
    return " or ".join(words[choice] for choice in choices if choice in words)
